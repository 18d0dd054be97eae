"""Backup and restore killed with SIGKILL before each change of theirs, and on a full disk."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import picture_bytes
from tests.recommender.backups.test_from_a_terminal import ROOT, Place

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a site as it is `now`, its backup in it, and as it was `then`."""
    folder = tmp_path_factory.mktemp("killed")
    shop = folder / "shop"
    shop.mkdir()
    site = Place(folder / "now")
    for number in range(3):
        (shop / f"{number}.jpg").write_bytes(picture_bytes((80 * number, 90, 200 - 80 * number)))
    site.run("migrate", "--verbosity", "0")
    site.run("import_folder", shop)
    site.run("build_index", "--no-map")
    site.run("backup", site.folder / "backups")
    shutil.copytree(site.folder, folder / "then")
    (shop / "1.jpg").write_bytes(picture_bytes("purple"))
    (shop / "3.jpg").write_bytes(picture_bytes("gold"))
    site.run("import_folder", shop)
    site.run("build_index", "--no-map")
    return folder


def run(place, what):
    """How often it was killed or refused; nothing was wrong."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.recommender.backups.killed"]
    done = subprocess.run(
        [*command, str(place), what], cwd=ROOT, capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout.split()[0])


@pytest.mark.parametrize(("what", "fewest"), [("backup", 20), ("restore", 40), ("files", 8)])
def test_what_there_was_stays_whole_and_the_next_run_ends_well(place, what, fewest):
    assert run(place, what) >= fewest


def test_on_a_disk_that_is_full_too(place):
    disk = place / "disk"
    disk.mkdir(exist_ok=True)
    mounted = ["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(disk)]
    if os.geteuid() or subprocess.run(mounted, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        assert run(place, "disk") >= 8
    finally:
        subprocess.run(["umount", str(disk)], check=True)
