"""Without TensorFlow: the small set of packages scrapes, builds and serves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import picture_bytes

ROOT = Path(__file__).resolve().parents[2]
# Stands for an environment where requirements-serve.txt alone is installed.
PROGRAM = """
import os, sys
from importlib.machinery import PathFinder
class SmallSet(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        is_lacking = name.split(".")[0] in ("tensorflow", "keras")
        return None if is_lacking else super().find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = SmallSet
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""


@pytest.fixture
def manage(tmp_path):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path / "var"),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DATABASE_URL": "",
        "EMBEDDER": "auto",
        "RUNTIME": "auto",
    }

    def manage(*arguments, **more):
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments], env=environment | more,
            cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip

    return manage


@pytest.mark.slow
def test_without_tensorflow_pictures_are_imported_embedded_and_asked_for(manage, tmp_path):
    shop = tmp_path / "shop"
    shop.mkdir()
    for number in range(3):
        (shop / f"{number}.jpg").write_bytes(picture_bytes((80 * number, 120, 60)))
    assert manage("migrate", "-v0").returncode == 0
    assert manage("import_folder", str(shop)).returncode == 0
    built = manage("build_index")
    assert built.returncode == 0, built.stderr
    assert "Live: 3 products." in built.stdout
    asked = manage("similar", str(shop / "0.jpg"))
    assert (asked.returncode, asked.stdout.count("\n")) == (0, 4)


@pytest.mark.slow
def test_asked_for_by_name_tensorflow_is_said_to_be_missing(manage, tmp_path):
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "1.jpg").write_bytes(picture_bytes("red"))
    manage("migrate", "-v0")
    manage("import_folder", str(shop))
    refused = manage("build_index", RUNTIME="tensorflow")
    assert refused.returncode == 1
    assert "RUNTIME=tensorflow is not installed. Run: make tensorflow" in refused.stderr
