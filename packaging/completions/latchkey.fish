# Completion of latchkey for fish. What there is to complete is what --help says, so it is never behind the program.

function __latchkey_commands
    latchkey --help 2>/dev/null | string match -rg '^  ([a-z]+ +.*)' | string replace -r ' +' \t
end

function __latchkey_command
    set -l words (commandline -opc)
    test (count $words) -ge 2; and echo $words[2]
end

function __latchkey_subcommands
    set -l command (__latchkey_command)
    latchkey $command --help 2>/dev/null | string match -rg "latchkey $command ([a-z]+)"
end

function __latchkey_options
    set -l command (__latchkey_command)
    latchkey $command --help 2>/dev/null | string match -arg -- '(--[a-z][a-z-]*)' | sort -u
    echo --help
end

complete -c latchkey -f
complete -c latchkey -n 'test -z (__latchkey_command)' -a '(__latchkey_commands)'
complete -c latchkey -n 'test (count (commandline -opc)) -eq 2' -a '(__latchkey_subcommands)'
complete -c latchkey -n 'test -n (__latchkey_command); and string match -q -- "-*" (commandline -ct)' -a '(__latchkey_options)'
complete -c latchkey -n 'test "$(__latchkey_command)" = exec' -a '(__fish_complete_subcommand --fcs-skip=3)'
function __latchkey_after
    test (commandline -opc)[-1] = "$argv[1]"
end

complete -c latchkey -n '__latchkey_after --shell' -a 'sh fish csh'
complete -c latchkey -n '__latchkey_after --policy' -a 'chromium firefox'
complete -c latchkey -n '__latchkey_after --client-certificate' -a 'required optional'
for option in config chain roots openpgp cert key client-roots allow-file secret enter dispatcher crls keyring client-crls
    complete -c latchkey -n "__latchkey_after --$option" -F
end
