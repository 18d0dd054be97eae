#!/bin/sh
# Installs Chromium for the browser tests, and gettext for those of the translations, where it may
# (root on Debian); says so where not.
if command -v chromium >/dev/null 2>&1 && command -v xgettext >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium and gettext for the tests…"
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium gettext >/dev/null; then
        exit 0
    fi
fi
echo "Chromium or gettext is not installed and cannot be here: their tests will skip."
