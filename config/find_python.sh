#!/bin/sh
# Prints the Python that makes .venv: PYTHON if it is set, else python3, else the newest python3.N.
# It must be 3.11 or newer and be able to make virtual environments.

fits() {
    asked='import ensurepip, sys, venv; print(sys.version_info >= (3, 11))'
    [ "$("$1" -c "$asked" 2>/dev/null)" = True ]
}

if [ -n "${PYTHON:-}" ]; then
    fits "$PYTHON" && echo "$PYTHON" && exit
    echo "PYTHON=$PYTHON is not a Python of 3.11 or newer with its venv module; name another." >&2
    exit 1
fi
fits python3 && echo python3 && exit
minor=99
while [ "$minor" -ge 11 ]; do
    fits "python3.$minor" && echo "python3.$minor" && exit
    minor=$((minor - 1))
done
echo "Install Python 3.11 or newer with its venv module (on Debian: apt install python3-venv)," \
    "or name one: PYTHON=/a/python3.12 make demo" >&2
exit 1
