"""A site of the version before is taken over by this one: migrated, built anew, opened, rolled back."""

import json
import re
import tarfile
from pathlib import Path

import pytest

import recommender
from tests.conftest import picture_bytes
from tests.recommender.backups.test_from_a_terminal import Place
from tests.upgrade.make_site import HERE, HIDDEN, MOST_BYTES

RELEASE = "0.1.0"
ROOT = Path(__file__).resolve().parents[2]
ARCHIVE = HERE / f"site-{RELEASE}.tar.xz"
OPEN = """
import sys
from django.test import Client
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
for address in sys.argv[1:]:
    answer = Client().get(address)
    print(answer.status_code, address)
"""


def headings():
    """The released versions of CHANGELOG.md, the newest first."""
    return re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_the_program_s_version_is_the_newest_with_notes():
    assert headings()[0] == recommender.VERSION


def test_the_site_of_the_newest_release_is_kept_and_small():
    assert headings()[0] == RELEASE
    assert [path.name for path in HERE.glob("*.tar.xz")] == [ARCHIVE.name]
    assert ARCHIVE.stat().st_size <= MOST_BYTES


@pytest.fixture
def place(tmp_path):
    """The old site, as it was left."""
    place = Place(tmp_path / "site")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(place.folder, filter="data")
    place.environment |= {"EMBEDDER": "efficientnet-lite2", "SECRET_KEY": "for tests"}
    return place


def opened(place, *addresses):
    """What each address answers with."""
    script = place.folder / "open.py"
    script.write_text(OPEN)
    lines = place.run(
        "shell",
        "-c",
        f"import sys; sys.argv[1:] = {addresses!r}; exec(open({str(script)!r}).read())",
    )
    found = re.findall(r"^(\d{3}) (/\S*)$", lines, re.MULTILINE)
    return {address: int(status) for status, address in found}


@pytest.mark.slow
def test_before_the_upgrade_each_command_names_the_next_step(place):
    assert "Run: manage.py migrate" in place.run("similar", "00", code=1)
    place.run("migrate", "--verbosity", "0")
    said = place.run("similar", "00", code=1)
    assert "its format is 1, not 2. Run: manage.py build_index" in said


@pytest.mark.slow
def test_the_old_site_is_taken_over_with_all_that_it_had(place):
    answers = json.loads((place.folder / "answers.json").read_text())
    place.run("migrate", "--verbosity", "0")
    rows = place.rows()
    assert opened(place, "/browse/", "/products/00/")["/browse/"] in (200, 503)
    place.run("build_index")
    assert place.rows() == rows
    for item_id, before in answers.items():
        found = json.loads(place.run("similar", item_id, "--json"))["neighbours"]
        ids = [one["item_id"] for one in found]
        was = [one["item_id"] for one in before["neighbours"]]
        assert HIDDEN not in ids
        assert ids[0] == was[0], item_id
        assert len(set(ids[:5]) & set(was[:5])) >= 3, item_id
    addresses = [
        "/browse/", "/products/00/", "/api/v1/status/",
        "/media/thumbnails/00.jpg", f"/products/{HIDDEN}/",
    ]  # fmt: skip
    statuses = opened(place, *addresses)
    assert statuses.pop(f"/products/{HIDDEN}/") in (404, 410)
    assert set(statuses.values()) == {200}, statuses
    assert place.run("build_index", "--no-map").endswith("Nothing has changed.\n")
    place.run("import_folder", place.folder / "shop")
    assert place.rows() == rows
    (place.folder / "shop" / "12.jpg").write_bytes(picture_bytes("gold"))  # a map takes twelve
    place.run("import_folder", place.folder / "shop")
    place.run("build_index")
    place.run("build_map")
    assert opened(place, "/map/")["/map/"] == 200


@pytest.mark.slow
def test_an_index_of_another_format_does_not_come_back(place):
    """As where an older version finds a newer one's; test_examining.py has newer migrations."""
    place.run("migrate", "--verbosity", "0")
    said = place.run("rollback", code=1)
    assert said.startswith("CommandError: The previous index cannot be used: ")
    assert "its format is 1, not 2." in said
