"""`manage.py doctor`."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from recommender.live import engine, publishing, report
from recommender.live.paths import index_path
from recommender.management import examining
from runs.files import sha256_of_file
from runs.models import Run


def page():
    """What it prints, and what it ends with."""
    out, complaint = io.StringIO(), ""
    try:
        call_command("doctor", stdout=out, no_color=True)
    except CommandError as error:
        complaint = str(error)
    return out.getvalue(), complaint


def test_where_all_is_well_it_says_so_and_tells_of_each_part(live):
    told, complaint = page()
    assert complaint == ""
    assert told.endswith("All is well.\n")
    for title in examining.PARTS:
        assert f"{title}\n" in told
    assert "fake: as it was written, served" in told
    assert "Python: 3." in told


def test_an_index_file_is_read_once(live, monkeypatch):
    read = []

    def counting(path):
        read.append(path)
        return sha256_of_file(path)

    engine._is_as_written.cache_clear()
    monkeypatch.setattr(publishing, "sha256_of_file", counting)
    assert page()[1] == ""
    assert read == [index_path("fake")]


def test_what_is_wrong_is_marked_and_counted(db):
    told, complaint = page()
    assert "✗ There are no products." in told
    assert complaint.endswith("to see to, marked ✗ above.")
    assert told.count("✗") == int(complaint.split()[0])


def test_a_database_of_a_newer_version_is_wrong(live):
    MigrationRecorder(connection).record_applied("lookalike_catalog", "9999_later")
    told = page()[0]
    assert (
        "✗ The database is of a newer version of this program (lookalike_catalog.9999_later)"
        in told
    )
    assert "Upgrade, or restore a backup of before." in told


def test_a_product_without_a_vector_is_wrong(live, folder):
    from catalog.registry import import_folder
    from tests.conftest import picture_bytes

    (folder / "hats" / "new.jpg").write_bytes(picture_bytes((1, 2, 3)))
    list(import_folder(folder))
    assert "✗ The index lacks products. Run: manage.py build_index" in page()[0]


def test_a_database_that_fails_leaves_the_other_parts(live, monkeypatch):
    def broken():
        raise DatabaseError("no such table")

    monkeypatch.setattr(report, "catalogue_counts", broken)
    told, complaint = page()
    assert "✗ The database cannot be used: no such table" in told
    assert "Last runs\n" in told
    assert complaint


def test_a_run_that_failed_last_is_wrong(live):
    run = Run.begin("refresh")
    run.end(Run.State.FAILED, "x")
    assert "✗ The last run did not come to its end: refresh" in page()[0]


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("SECRET_KEY", "abc", "(set; not shown)"),
        ("METRICS_TOKEN", "abc", "(set; not shown)"),
        ("DATABASE_URL", "postgres://me:pass:w@host/db", "postgres://me:…@host/db"),
        ("CACHE_URL", "redis://:p@host/1", "redis://:…@host/1"),
        ("EMBEDDER", "vgg16", "vgg16"),
    ],
)
def test_secrets_are_not_shown(name, value, shown, monkeypatch, live):
    monkeypatch.setenv(name, value)
    assert f"{name}: {shown}" in page()[0]


def test_a_part_that_breaks_is_told_as_broken(live, monkeypatch):
    def broken():
        raise RuntimeError("odd")

    monkeypatch.setattr(report, "disks", broken)
    assert "✗ RuntimeError: odd" in page()[0]


def test_a_library_that_the_system_lacks_is_named(live, monkeypatch):
    def load(module):
        if module == "lxml.etree":
            raise ImportError("libz.so.1: cannot open shared object file: No such file")

    monkeypatch.setattr(examining, "import_module", load)
    told, complaint = page()
    assert "✗ The system does not have the library libz.so.1." in told
    assert complaint == "1 thing to see to, marked ✗ above."
