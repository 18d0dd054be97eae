"""The list of what a backup holds."""

import json

import pytest

from recommender.backups.contents import FORMAT, LIST, Backup, BackupError, Entry, finished

ENTRY = Entry("a" * 64, 7, 1_700_000_000_000_000_000)


def backup(folder, **files):
    folder.mkdir(exist_ok=True)
    return Backup(folder, "2026-11-27T20:15:03Z", "sqlite", ["catalog.0001"], 6, files)


def listed(folder, **more):
    """The list as JSON, with some of it changed."""
    content = {"made_at": "x", "engine": "sqlite", "migrations": [], "products": 0, "format": FORMAT,
               "files": {"index/a": {"sha256": "a" * 64, "size": 1, "mtime_ns": 1}}}  # fmt: skip
    (folder / LIST).write_text(json.dumps(content | more))
    return folder


def test_what_is_written_is_read(tmp_path):
    written = backup(tmp_path / "one", **{"index/fake.joblib": ENTRY, "pictures/ü 7.jpg": ENTRY})
    written.write()
    assert Backup.read(tmp_path / "one") == written


def test_a_backup_may_be_moved(tmp_path):
    backup(tmp_path / "one").write()
    (tmp_path / "one").rename(tmp_path / "two")
    assert Backup.read(tmp_path / "two").folder == tmp_path / "two"


def test_the_files_of_one_folder_are_those_below_it(tmp_path):
    files = {"index/a": ENTRY, "index/b/c": ENTRY, "indexes/d": ENTRY, "index": ENTRY}
    assert set(backup(tmp_path, **files).under("index")) == {"index/a", "index/b/c"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '"x"',
        "{}",
        '{"format": 1}',
        '{"format": "1"}',
        "\0",
        "[" * 100_000,
    ],
)
def test_what_is_no_list_is_damaged(tmp_path, text):
    (tmp_path / LIST).write_text(text)
    with pytest.raises(BackupError, match=r"backup\.json is damaged, so nothing was restored"):
        Backup.read(tmp_path)


@pytest.mark.parametrize(
    "files",
    [
        {"/etc/passwd": vars(ENTRY)},
        {"../x": vars(ENTRY)},
        {"index/../../x": vars(ENTRY)},
        {"index/a\0b": vars(ENTRY)},
        {"index/a": {}},
        {"index/a": None},
        {"index/a": {**vars(ENTRY), "more": 1}},
        {"index/a": {**vars(ENTRY), "sha256": 7}},
        {"index/a": {**vars(ENTRY), "sha256": "short"}},
        {"index/a": {**vars(ENTRY), "mtime_ns": "now"}},
        {"index/a": {**vars(ENTRY), "mtime_ns": 10**30}},
        {"index/a": {**vars(ENTRY), "mtime_ns": -1}},
        ["index/a"],
        None,
    ],
)
def test_a_list_that_names_what_no_backup_has_is_damaged(tmp_path, files):
    with pytest.raises(BackupError, match="is damaged"):
        Backup.read(listed(tmp_path, files=files))


def test_a_list_of_a_newer_version_asks_to_upgrade(tmp_path):
    with pytest.raises(BackupError, match="upgrade it, then restore"):
        Backup.read(listed(tmp_path, format=FORMAT + 1, new_thing=1))
    assert Backup.read(listed(tmp_path)).files["index/a"].size == 1


def test_a_folder_without_a_list_is_damaged(tmp_path):
    with pytest.raises(BackupError, match="is damaged"):
        Backup.read(tmp_path)


def test_finished_backups_come_in_the_order_in_which_they_were_made(tmp_path):
    for name in ("2026-02", "2026-01", "2026-03.part"):
        backup(tmp_path / name).write()
    (tmp_path / "2026-00").mkdir()  # without a list
    (tmp_path / "file").touch()
    assert [path.name for path in finished(tmp_path)] == ["2026-01", "2026-02"]
    assert finished(tmp_path / "2026-02") == [tmp_path / "2026-02"]
    assert finished(tmp_path / "none") == []
    assert finished(tmp_path / "file") == []
