"""An account that may read the code and write nothing but its data, without a home."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import picture_bytes

ROOT = Path(__file__).resolve().parents[3]
CODE = ("config", "runs", "catalog", "recommender", "web", "demo", "templates", "static", "tests")
# Root writes where nobody may, unless it has given that up.
AS_ANYBODY = ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []
BUILD = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from django.core.management import call_command
from pathlib import Path
from tests import fake_embedder
fake_embedder.register()
from recommender.live import selection
selection.embedder_to_build = lambda name="", precision="": fake_embedder.FakeSource()
call_command("migrate", verbosity=0)
call_command("import_folder", Path(os.environ["VAR_DIR"]) / "pictures")
call_command("build_index")
"""


@pytest.fixture
def code(tmp_path):
    """A copy of the program that nobody may write to."""
    copy = tmp_path / "code"
    copy.mkdir()
    for name in CODE:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    folders = [copy, *(path for path in copy.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield copy
    for folder in folders:
        folder.chmod(0o755)


@pytest.mark.slow
@pytest.mark.skipif(
    AS_ANYBODY != [] and not shutil.which("setpriv"), reason="root needs setpriv for this"
)
def test_an_account_with_read_only_code_and_no_home_builds_an_index(code, tmp_path):
    data = tmp_path / "data"
    (data / "pictures").mkdir(parents=True)
    for number in range(6):
        (data / "pictures" / f"{number}.jpg").write_bytes(picture_bytes((40 * number, 90, 9)))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "VAR_DIR": str(data),
        "MEDIA_ROOT": str(data / "media"),
        "DATABASE_URL": f"sqlite:///{data}/catalogue.sqlite3",
    }
    run = {"cwd": code, "env": environment, "capture_output": True, "text": True}
    blocked = subprocess.run([*AS_ANYBODY, "touch", "recommender/index/x"], **run)
    assert blocked.returncode, "the copy can be written to, so nothing is shown here"
    done = subprocess.run([*AS_ANYBODY, sys.executable, "-c", BUILD], **run)
    assert "Live: 6 products." in done.stdout, done.stderr
    assert list((data / "numba").rglob("*.nbi"))


def test_a_kernel_is_compiled_where_there_is_no_place_to_keep_it(monkeypatch):
    """It still answers; each process compiles anew."""
    from numba.core.caching import CacheImpl

    from recommender.jit import compiled

    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    assert compiled()(lambda number: 2 * number)(4) == 8


def test_what_is_compiled_is_kept_beside_the_data(settings):
    from recommender.live.paths import compiled_folder

    assert compiled_folder() == Path(settings.VAR_DIR) / "numba"
    assert os.environ["NUMBA_CACHE_DIR"]
