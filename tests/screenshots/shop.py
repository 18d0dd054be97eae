"""A site to take pictures of: the drawn shop's, or one of a folder of photos; thrown away."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.screenshots.pages import PASSWORD, USER
from tests.torture.place import ROOT, site


@contextmanager
def drawn(folder: Path) -> Iterator[str]:
    """The address of the site that `manage.py demo` makes."""
    os.environ["VAR_DIR"] = str(folder)
    _manage("demo", "--no-serve")
    demo = folder / "demo"
    _settings(demo, demo / "media")
    with _served() as address:
        yield address


@contextmanager
def of_photos(folder: Path, photos: Path) -> Iterator[str]:
    """The address of a site that has what `import_folder` finds below `photos`."""
    _settings(folder, folder / "media")
    for command in (["migrate", "-v0"], ["import_folder", str(photos)], ["build_index"]):
        _manage(*command)
    with _served() as address:
        yield address


def _settings(folder: Path, media: Path) -> None:
    os.environ |= {
        "VAR_DIR": str(folder), "MEDIA_ROOT": str(media),
        "DATABASE_URL": f"sqlite:///{folder}/catalog.sqlite3",
    }  # fmt: skip


@contextmanager
def _served() -> Iterator[str]:
    os.environ["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD
    _manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    _manage("categories")
    with site() as (address, _):
        yield address


def _manage(*arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
