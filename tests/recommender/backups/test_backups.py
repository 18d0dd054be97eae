"""A backup and its way back: killed at every step, beside writers, damaged."""

import json
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog import pictures, versioning
from catalog.models import Product
from catalog.registry import import_folder
from recommender.backups import contents, database, making, restoring
from recommender.backups.contents import Backup, BackupError
from recommender.live import publishing
from recommender.live.paths import index_path, refresh_lock
from runs import half_restored
from runs.files import locked, sha256_of
from runs.models import Run
from tests.conftest import picture_bytes
from tests.recommender.live.test_publishing import Killed
from tests.runs.test_former_labels import DUMP

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "sqlite",
        reason="names SQLite's file; test_postgresql.py backs PostgreSQL up",
    ),
]


def state(settings):
    """All that a visitor could see of the site: rows, pictures, index."""
    rows = list(Product.objects.values_list("item_id", "title", "content_hash", "hidden"))
    kept = sorted(Path(settings.MEDIA_ROOT).rglob("*.jpg"))
    index = index_path("fake")
    return rows, [(path.name, path.read_bytes()) for path in kept], index.read_bytes()


def change(folder):
    """The catalogue goes on: a title, a picture, a removal, another index."""
    Product.objects.filter(item_id="0").update(title="Another title", hidden=True)
    (folder / "hats" / "1.jpg").write_bytes(picture_bytes("purple"))
    (folder / "hats" / "7.jpg").write_bytes(picture_bytes("gold"))
    list(import_folder(folder))
    pictures.remove("5")
    Product.objects.filter(item_id="5").delete()
    call_command("build_index", "--no-map")


@pytest.fixture
def where(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def backed_up(live, where, settings, folder):
    """A backup of a site that has changed since; gives (the state then, the state now)."""
    call_command("backup", str(where))
    then = state(settings)
    change(folder)
    assert state(settings) != then
    return then, state(settings)


def names(backup):
    return {path.name for path in backup.iterdir()}


# Making ------------------------------------------------------------------------------------------


def test_what_was_backed_up_comes_back_to_the_byte(backed_up, where, settings, capsys):
    call_command("restore", str(where), "--noinput")
    assert state(settings) == backed_up[0]
    assert publishing.is_as_written("fake")
    assert "Restored: 6 products, made at" in capsys.readouterr().out


def test_what_there_was_before_a_restore_comes_back_too(backed_up, where, settings):
    call_command("restore", str(where), "--noinput")
    call_command("restore", str(restoring.before_folder()), "--noinput")
    assert state(settings) == backed_up[1]


def test_only_what_is_new_takes_room(live, where, folder):
    call_command("backup", str(where))
    (folder / "8.jpg").write_bytes(picture_bytes("pink"))
    list(import_folder(folder))
    call_command("backup", str(where))
    first, second = contents.finished(where)
    assert (first / "pictures/1.jpg").samefile(second / "pictures/1.jpg")
    assert not (first / "pictures/8.jpg").exists()
    assert Backup.read(second).products == 7


def test_a_file_that_was_damaged_in_an_earlier_backup_is_copied_again(live, where):
    call_command("backup", str(where))
    (contents.finished(where)[0] / "pictures/1.jpg").write_bytes(b"rot")
    call_command("backup", str(where))
    call_command("restore", str(where), "--noinput")


def test_only_the_newest_stay_where_that_is_asked_for(live, where):
    for _ in range(3):
        call_command("backup", str(where), "--keep", "2")
    assert len(contents.finished(where)) == 2


def test_nobody_else_may_read_a_backup(live, where):
    call_command("backup", str(where))
    (made,) = contents.finished(where)
    assert made.stat().st_mode & 0o077 == 0
    assert (made / "database.sqlite3").stat().st_mode & 0o077 == 0


def test_the_secret_key_and_what_is_made_anew_are_no_part_of_it(live, where, settings):
    for name in ("secret_key", "checkpoints/x/000001.npz", "why/a.png", "index/fake.lock"):
        path = settings.VAR_DIR / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    call_command("backup", str(where))
    (made,) = contents.finished(where)
    assert names(made) == {"backup.json", "database.sqlite3", "index", "pictures", "thumbnails"}
    assert names(made / "index") == {"fake.joblib", "fake.sha256"}


def test_added_weights_and_the_map_are_part_of_it(live, where, settings):
    for path in (settings.WEIGHTS_DIR / "own/model.onnx", settings.VAR_DIR / "map/fake.json"):
        path.parent.mkdir(parents=True)
        path.write_text("as it was")
    call_command("backup", str(where))
    (settings.WEIGHTS_DIR / "own/model.onnx").unlink()
    (settings.WEIGHTS_DIR / "other.safetensors").write_text("added since")
    (settings.VAR_DIR / "map/fake.json").write_text("drawn since")
    call_command("restore", str(where), "--noinput")
    assert (settings.WEIGHTS_DIR / "own/model.onnx").read_text() == "as it was"
    assert (settings.WEIGHTS_DIR / "other.safetensors").exists()
    assert (settings.VAR_DIR / "map/fake.json").read_text() == "as it was"


@pytest.mark.parametrize("place", ["MEDIA_ROOT", "index"])
def test_the_site_s_own_folders_are_no_place_for_a_backup(live, settings, place):
    folder = settings.MEDIA_ROOT / "b" if place == "MEDIA_ROOT" else index_path("fake").parent
    with pytest.raises(CommandError, match="one of the site's own folders; choose another"):
        call_command("backup", str(folder))


@pytest.mark.slow
def test_a_backup_that_was_killed_at_any_step_leaves_the_earlier_one(
    live, where, settings, folder, monkeypatch
):
    call_command("backup", str(where))
    then = state(settings)
    change(folder)
    for step in range(60):
        killed = killed_at(monkeypatch, step, lambda: call_command("backup", str(where)))
        if not killed:
            break
        assert len(contents.finished(where)) == 1
    assert step > 10
    assert len(contents.finished(where)) == 2
    first = contents.finished(where)[0].name
    call_command("restore", str(where), "--at", first, "--noinput")
    assert state(settings) == then


def test_two_backups_into_one_folder_exclude_each_other(live, where):
    where.mkdir()
    with locked(where / "backup.lock"), pytest.raises(CommandError, match="Another backup into"):
        call_command("backup", str(where))


def test_a_picture_that_changes_meanwhile_is_that_of_its_row(live, where, folder, monkeypatch):
    """A scrape writes pictures and rows between the copy of the pictures and the database's."""
    dump, late = database.dump, iter([True])

    def changed_before(path):
        if next(late, False):
            change(folder)
        return dump(path)

    monkeypatch.setattr(database, "dump", changed_before)
    call_command("backup", str(where))
    (made,) = contents.finished(where)
    rows = dict(Product.objects.values_list("item_id", "content_hash"))
    found = {path.stem: sha256_of(path.read_bytes()) for path in (made / "pictures").iterdir()}
    assert found == rows


@pytest.mark.slow
def test_backups_beside_a_writer_are_sound_each_of_them(live, where, folder, settings):
    done = threading.Event()

    def write():
        number = 0
        while not done.is_set():
            for name in range(6):
                kind = "hats" if name % 2 else "shirts"
                colour = (number * 7 % 255, name * 40, 90)
                (folder / kind / f"{name}.jpg").write_bytes(picture_bytes(colour))
            list(import_folder(folder))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            call_command("backup", str(where))
    finally:
        done.set()
        writer.join()
    for made in contents.finished(where):
        call_command("restore", str(where), "--at", made.name, "--noinput")
        for item_id, content_hash in Product.objects.values_list("item_id", "content_hash"):
            assert sha256_of(pictures.read_picture(item_id)) == content_hash


def test_a_catalogue_that_never_holds_still_gives_no_backup_rather_than_a_false_one(
    live, where, monkeypatch
):
    dump, hashes = database.dump, (f"{number:064}" for number in range(100))
    monkeypatch.setattr(database, "dump", lambda path: dict.fromkeys(dump(path), next(hashes)))
    with pytest.raises(CommandError, match="try when no scrape runs"):
        call_command("backup", str(where))
    assert contents.finished(where) == []


# Restoring ---------------------------------------------------------------------------------------


def killed_at(monkeypatch, step, work):
    """Runs `work`, killed before the step-th change that it makes; True if it was."""
    steps = iter(range(100_000))

    def counted(change):
        def counting(*arguments, **options):
            if next(steps) == step:
                raise Killed
            return change(*arguments, **options)

        return counting

    with monkeypatch.context() as patched:
        for name in ("link", "replace", "rename", "mkdir", "utime", "sync"):
            patched.setattr(os, name, counted(getattr(os, name)))
        patched.setattr(database, "load", counted(database.load))
        patched.setattr(database, "dump", counted(database.dump))
        patched.setattr(restoring, "_count_on", counted(restoring._count_on))
        patched.setattr(restoring, "_forget_what_is_done", counted(restoring._forget_what_is_done))
        try:
            work()
        except Killed:
            return True
    return False


@pytest.mark.slow
def test_a_restore_that_was_killed_at_any_step_is_run_again_and_loses_nothing(
    backed_up, where, settings, monkeypatch
):
    then, now = backed_up
    before = str(restoring.before_folder())
    for step in range(0, 300, 4):
        if not killed_at(
            monkeypatch, step, lambda: call_command("restore", str(where), "--noinput")
        ):
            break
        call_command("restore", str(where), "--noinput")
        assert state(settings) == then
        call_command("restore", before, "--noinput")
        assert state(settings) == now
    assert step > 40


def test_a_restore_that_was_killed_keeps_what_there_was_before_the_first_try(
    backed_up, where, settings, monkeypatch
):
    for name in ("load", "load"):
        with monkeypatch.context() as patched:
            patched.setattr(database, name, raising(Killed))
            with pytest.raises(Killed):
                call_command("restore", str(where), "--noinput")
    assert len(contents.finished(restoring.before_folder())) == 1


def raising(error):
    def raises(*_arguments, **_options):
        raise error

    return raises


@pytest.mark.parametrize("name", ["pictures/1.jpg", "database.sqlite3", "index/fake.joblib"])
@pytest.mark.parametrize("damage", ["cut short", "one bit", "missing"])
def test_a_damaged_backup_is_refused_and_nothing_has_changed(
    backed_up, where, settings, name, damage
):
    path = contents.finished(where)[0] / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()
    if damage != "missing":
        path.write_bytes(data if damage == "one bit" else data[:-1])
    with pytest.raises(CommandError, match=r"is (damaged|missing), so nothing was restored\.$"):
        call_command("restore", str(where), "--noinput")
    assert state(settings) == backed_up[1]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 1}', '{"format": "x"}', '{"format": 1, "files": 3}']
)
def test_a_damaged_list_is_refused(backed_up, where, text):
    (contents.finished(where)[0] / "backup.json").write_text(text)
    with pytest.raises(CommandError, match=r"backup\.json is damaged"):
        call_command("restore", str(where), "--noinput")


@pytest.mark.parametrize("name", ["../../victim", "/etc/victim", "pictures/../../victim"])
def test_a_list_that_leads_out_of_its_folder_is_refused(backed_up, where, name):
    path = contents.finished(where)[0] / "backup.json"
    listed = json.loads(path.read_text())
    listed["files"][name] = listed["files"]["pictures/1.jpg"]
    path.write_text(json.dumps(listed))
    with pytest.raises(CommandError, match=r"backup\.json is damaged"):
        call_command("restore", str(where), "--noinput")


@pytest.mark.parametrize(
    ("what", "value"),
    [("format", 2), ("migrations", ["lookalike_catalog.9999_later"]), ("engine", "postgresql")],
)
def test_a_backup_that_this_version_cannot_take_is_refused(backed_up, where, settings, what, value):
    path = contents.finished(where)[0] / "backup.json"
    listed = json.loads(path.read_text())
    listed[what] = value if what != "migrations" else listed[what] + value
    path.write_text(json.dumps(listed))
    sentence = "DATABASE_URL" if what == "engine" else "newer version of this program: upgrade it"
    with pytest.raises(CommandError, match=sentence):
        call_command("restore", str(where), "--noinput")
    assert state(settings) == backed_up[1]


def test_a_backup_of_before_the_apps_had_labels_of_their_own_comes_back(backed_up, where):
    (folder,) = contents.finished(where)
    make_former(folder)
    call_command("restore", str(where), "--noinput")
    assert list(Product.objects.values_list("item_id", "title")) == [("A1", "Red shirt")]
    call_command("backup", str(where))
    call_command("restore", str(where), "--noinput")
    assert Product.objects.get().title == "Red shirt"


def make_former(folder):
    """Puts the database of then into a backup."""
    file = folder / "database.sqlite3"
    file.unlink()
    with closing(sqlite3.connect(file)) as former:
        former.executescript(DUMP)
        listed = json.loads((folder / "backup.json").read_text())
        applied = former.execute("SELECT app || '.' || name FROM django_migrations")
        listed["migrations"] = [name for (name,) in applied]
    data = file.read_bytes()
    listed["files"][file.name] |= {"sha256": sha256_of(data), "size": len(data)}
    (folder / "backup.json").write_text(json.dumps(listed))


def test_over_a_database_that_waits_for_migrate_nothing_is_restored(backed_up, where):
    with connection.schema_editor() as editor:
        editor.alter_db_table(Product, "lookalike_catalog_product", "catalog_product")
    try:
        with pytest.raises(CommandError, match=r"not up to date\. Run: manage\.py migrate"):
            call_command("restore", str(where), "--noinput")
    finally:
        with connection.schema_editor() as editor:
            editor.alter_db_table(Product, "catalog_product", "lookalike_catalog_product")
    assert Product.objects.exists()


def test_it_asks_before_it_overwrites(backed_up, where, settings, monkeypatch):
    questions = []
    monkeypatch.setattr("builtins.input", lambda question: questions.append(question) or "n")
    with pytest.raises(
        CommandError, match="Nothing was restored; add --noinput to skip the question"
    ):
        call_command("restore", str(where))
    assert "6 products" in questions[0]
    assert state(settings) == backed_up[1]


def test_kept_answers_of_before_are_not_given_again(backed_up, where):
    number = versioning.version()
    call_command("restore", str(where), "--noinput")
    assert versioning.version() > number


def test_nothing_is_restored_while_something_runs(backed_up, where, settings):
    with locked(refresh_lock()), pytest.raises(CommandError, match="A refresh is running"):
        call_command("restore", str(where), "--noinput")
    with publishing.exclusive("fake"), pytest.raises(CommandError, match="changing the index"):
        call_command("restore", str(where), "--noinput")
    run = Run.begin("scrape")
    with pytest.raises(CommandError, match="scrape is running; restore when it has ended"):
        call_command("restore", str(where), "--noinput")
    run.end(Run.State.DONE)
    assert state(settings) == backed_up[1]


def test_what_ran_when_the_backup_was_made_does_not_run_afterwards(live, where):
    run = Run.begin("scrape")
    call_command("backup", str(where))
    run.end(Run.State.DONE)
    call_command("restore", str(where), "--noinput")
    assert Run.objects.get().state == Run.State.KILLED


@pytest.mark.parametrize("folder_of", ["nothing", "a file", "an empty folder"])
def test_where_there_is_no_backup_it_says_so(live, tmp_path, folder_of):
    path = tmp_path / "x"
    if folder_of == "a file":
        path.write_text("x")
    elif folder_of == "an empty folder":
        path.mkdir()
    with pytest.raises(CommandError, match=r"There is no finished backup in .*x\.$"):
        call_command("restore", str(path), "--noinput")


def test_a_backup_of_another_name_is_told_by_those_there_are(backed_up, where):
    there = contents.finished(where)[0].name
    with pytest.raises(CommandError, match=f"no backup old in .*; there are {there}"):
        call_command("restore", str(where), "--at", "old")


def test_a_full_disk_ends_a_backup_with_a_sentence_and_leaves_nothing(live, where, monkeypatch):
    monkeypatch.setattr(making, "_copied", raising(OSError(28, "No space left on device")))
    with pytest.raises(CommandError, match=r"(?i)no space left"):
        call_command("backup", str(where))
    assert names(where) == {"backup.lock"}


def test_both_commands_tell_what_they_leave_out(live, where, settings, capsys):
    settings.STORAGES = settings.STORAGES | {
        "pictures": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }
    for arguments in (["backup", str(where)], ["restore", str(where), "--noinput"]):
        call_command(*arguments)
        assert "Pictures are not part of it: " in capsys.readouterr().out


@pytest.mark.parametrize("step", ["dump", "load"])
def test_what_the_database_says_of_a_full_disk_is_a_sentence(
    backed_up, where, settings, monkeypatch, step
):
    """Where it cannot be put in place, all is as it was, and served as before."""
    full = raising(sqlite3.OperationalError("database or disk is full"))
    monkeypatch.setattr(database, f"_{step}_sqlite", full)
    with pytest.raises(CommandError, match=r"could not be .*: database or disk is full\.$"):
        call_command("restore", str(where), "--noinput")
    assert state(settings) == backed_up[1]
    assert not half_restored.is_so()


def test_half_restored_nothing_is_served_and_no_other_command_works(
    backed_up, where, settings, monkeypatch, client
):
    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_swap", raising(Killed))
        with pytest.raises(Killed):
            call_command("restore", str(where), "--noinput")
    for address in ("/", "/browse/", "/products/0/", "/api/v1/products/0/similar/", "/sitemap.xml"):
        answer = client.get(address)
        assert answer.status_code == 503, address
        assert answer.headers["Retry-After"] == "30"
    assert client.get("/healthz").status_code == 200
    wrong = client.get("/readyz").json()["wrong"]
    assert "A restore has not come to its end." in wrong
    for command in (["backup", str(where)], ["build_index"], ["similar", "0"], ["refresh", "x"]):
        with pytest.raises(CommandError, match=f"run it again: manage.py restore {where}/2"):
            call_command(*command)
    call_command("restore", str(where), "--noinput")
    assert state(settings) == backed_up[0]
    assert client.get("/products/0/").status_code == 200


def test_a_backup_refuses_before_there_is_a_database(where, monkeypatch):
    monkeypatch.setattr(database, "is_set_up", lambda: False)
    with pytest.raises(BackupError, match=r"nothing to back up yet\. Run: manage\.py migrate"):
        list(making.make(where))
    assert not where.exists()


def test_further_pictures_come_back_and_others_go(live, where, settings):
    row = {"url": "http://127.0.0.1/2.jpg", "hash": "a" * 64}
    Product.objects.filter(item_id="1").update(more_pictures=[row])
    pictures.put(pictures.further_place("1", row["hash"]), picture_bytes("navy"))
    call_command("backup", str(where))
    pictures.remove_further("1", row["hash"])
    pictures.put(pictures.further_place("2", "b" * 64), picture_bytes("gold"))
    call_command("restore", str(where), "--noinput")
    assert pictures.read_further("1", row["hash"]) == picture_bytes("navy")
    assert not pictures.storage().exists(pictures.further_place("2", "b" * 64))
