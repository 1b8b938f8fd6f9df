#!/bin/sh
# Gets mbedTLS's source and builds it as static libraries, with Latchkey's configuration.
#
# usage: get-mbedtls.sh FOLDER        leaves FOLDER/src, FOLDER/lib and FOLDER/include
#        MBEDTLS_SRC=/path            use this source tree, get nothing
#
# Debian 12 ships 2.28, which knows no TLS 1.3; Debian's newer suites carry the source of 3.6, the branch with
# long-term support. It comes from the package source that this machine already uses, and apt checks the
# signatures; nothing of the machine's own configuration is touched.
set -eu
unset MAKEFLAGS MFLAGS MAKELEVEL  # ours have no built-in rules; the library needs them

here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd)
tested=$(cat "$here/mbedtls.version")

die() { echo "mbedTLS: $*" >&2; exit 1; }

apt_here() {
    tool=$1; shift
    "$tool" -o "Dir::Etc::sourcelist=$out/debian.sources" -o Dir::Etc::sourceparts=/dev/null \
        -o "Dir::State::Lists=$out/lists" -o "Dir::Cache=$out/cache" -o APT::Sandbox::User=root "$@"
}

newest_36() { # the newest 3.6.x among the suites, as "version"
    apt_here apt-cache showsrc mbedtls 2>/dev/null | sed -n 's/^Version: \(3\.6\..*\)/\1/p' | sort -uV | tail -n 1
}

fetch() {
    uri=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Created-By: Packages' | head -n 1)
    [ -n "$uri" ] || uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
    [ -n "$uri" ] || die "apt names no package source on this machine; put mbedTLS's source somewhere and set MBEDTLS_SRC"
    cat > "$out/debian.sources" <<SOURCES
Types: deb-src
URIs: $uri
Suites: forky sid
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
    mkdir -p "$out/lists/partial" "$out/cache/archives/partial"
    apt_here apt-get -qq update >"$out/fetch.log" 2>&1 ||
        { cat "$out/fetch.log" >&2; die "the package source cannot be reached (no network?). Missing: mbedTLS's source, $tested or later of 3.6; MBEDTLS_SRC=/path names one that you have"; }
    version=$(newest_36)
    [ -n "$version" ] || die "the package source has no 3.6.x of mbedTLS"
    case "$version" in
        "$tested"*) ;;
        *) echo "mbedTLS: taking $version; Latchkey was last tested with $tested" ;;
    esac
    [ "$(printf '%s\n3.6.7\n' "$version" | sort -V | head -n 1)" = 3.6.7 ] ||
        die "$version is older than 3.6.7, which closes known holes"
    rm -rf "$out/download" && mkdir -p "$out/download"
    (cd "$out/download" && apt_here apt-get -qq --only-source source "mbedtls=$version") >>"$out/fetch.log" 2>&1 ||
        { tail -n 5 "$out/fetch.log" >&2; die "the source of $version could not be had"; }
    rm -rf "$out/src" && mv "$out/download"/mbedtls-*/ "$out/src" && rm -rf "$out/download"
}

if [ -n "${MBEDTLS_SRC:-}" ]; then
    [ -f "$MBEDTLS_SRC/library/ssl_tls.c" ] || die "MBEDTLS_SRC=$MBEDTLS_SRC holds no source of mbedTLS"
    rm -rf "$out/src" && cp -r "$MBEDTLS_SRC" "$out/src"
elif [ ! -f "$out/src/library/ssl_tls.c" ]; then
    fetch
fi

build() { # options TARGET
    make -s -j"$(nproc)" -C "$out/src/library" GEN_FILES= "$2" \
        CFLAGS="-O2 -g -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 -ffile-prefix-map=$out=mbedtls $1 -I$here -DMBEDTLS_USER_CONFIG_FILE='\"latchkey_mbedtls.h\"'"
}

mkdir -p "$out/src/tests"  # its makefile leaves a file there; a release tarball of ours has the library alone
make -s -C "$out/src/library" GEN_FILES= clean >/dev/null 2>&1 || true
# The library asks the processor before it calls into aesni.c. With these options AES-GCM is a fourth faster, and every
# processor that has AES and PCLMUL has SSSE3.
case "$(cc -dumpmachine)" in x86_64*) fast="-maes -mpclmul -mssse3" ;; *) fast= ;; esac
{ build "$fast" aesni.o && build "" static; } >"$out/build.log" 2>&1 || { tail -n 20 "$out/build.log" >&2; die "the library does not build; the whole log is $out/build.log"; }
mkdir -p "$out/lib"
cp "$out"/src/library/libmbed*.a "$out/lib/"
