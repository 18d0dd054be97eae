#!/bin/sh
# Unpacks nginx, Prometheus, PHP and WordPress, as Debian has them, into the folder that is named:
# nothing is installed or started, and no right is needed. Says so where they cannot be had.
set -u
folder=$1

fetch() {
    apt-get download -qq "$@" >/dev/null 2>&1
}

# unpack NAME PACKAGE...: all of them or none, once.
unpack() {
    name=$1
    shift
    test -e "$folder/complete-$name" && return
    if command -v apt-get >/dev/null 2>&1 && command -v dpkg >/dev/null 2>&1 && mkdir -p "$folder/$name" &&
        (cd "$folder/$name" && { fetch "$@" || { apt-get update -qq >/dev/null 2>&1; fetch "$@"; }; }); then
        for package in "$folder/$name"/*.deb; do
            dpkg -x "$package" "$folder"
        done
        touch "$folder/complete-$name"
    else
        echo "$name cannot be had here: its tests will skip."
    fi
    rm -rf "${folder:?}/$name"
}

unpack servers nginx prometheus
unpack php php8.2-cli libargon2-1 libedit2 libonig5 libpcre2-8-0 libsodium23 libxml2 wordpress
