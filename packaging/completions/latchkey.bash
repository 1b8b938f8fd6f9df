# Completion of latchkey for bash. What there is to complete is what --help says, so it is never behind the program.

_latchkey_words() {
    latchkey "$@" --help 2>/dev/null
}

_latchkey() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$(_latchkey_words | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p')" -- "$current")
        return
    fi
    if [[ $command == exec ]]; then
        # What follows is another program's command line.
        if declare -F _command_offset >/dev/null && ((COMP_CWORD > 2)); then
            _command_offset 3
        else
            mapfile -t COMPREPLY < <(compgen -c -W "--" -- "$current")
        fi
        return
    fi
    case $previous in
        --config | --chain | --roots | --openpgp | --cert | --key | --client-roots | --allow-file | --secret | --enter | --dispatcher)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            compopt -o filenames 2>/dev/null
            return ;;
        --crls | --keyring | --client-crls)
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            compopt -o filenames 2>/dev/null
            return ;;
        --shell) mapfile -t COMPREPLY < <(compgen -W "sh fish csh" -- "$current"); return ;;
        --policy) mapfile -t COMPREPLY < <(compgen -W "chromium firefox" -- "$current"); return ;;
        --client-certificate) mapfile -t COMPREPLY < <(compgen -W "required optional" -- "$current"); return ;;
    esac
    local help
    help=$(_latchkey_words "$command")
    if [[ $current != -* ]] && ((COMP_CWORD == 2)); then
        mapfile -t COMPREPLY < <(compgen -W "$(sed -n "s/.*latchkey $command \([a-z]\{1,\}\).*/\1/p" <<<"$help")" -- "$current")
        [[ ${#COMPREPLY[@]} -gt 0 ]] && return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$(grep -o -- '--[a-z][a-z-]*' <<<"$help" | sort -u) --help" -- "$current")
}

complete -F _latchkey latchkey
