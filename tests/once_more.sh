#!/bin/sh
# Runs the tests that it is given as a command (pytest); what has failed then runs once more, alone,
# one test after another: on a busy machine servers and browsers may be late. Fails where that fails.
"$@"
status=$?
[ "$status" = 1 ] || exit "$status"
echo "What has failed runs once more, alone:"
exec "$@" -n 0 --last-failed --last-failed-no-failures none
