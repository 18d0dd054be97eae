"""Which files are part of a backup."""

from pathlib import Path

from recommender.backups.places import LEFT_OUT, files_in, folders, left_out, pictures_are_files


def fill(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def test_files_come_before_those_of_sub_folders_each_by_name(tmp_path):
    fill(tmp_path, "b", "a", "sub/c", "sub/deep/d", "another/e")
    assert list(files_in(tmp_path)) == ["a", "b", "another/e", "sub/c", "sub/deep/d"]


def test_what_is_being_written_hidden_or_downloaded_in_part_is_left_out(tmp_path):
    fill(
        tmp_path,
        "a",
        *(f"a{suffix}" for suffix in LEFT_OUT),
        ".hidden",
        ".git/x",
        "download/x",
        "x.part/y",
    )
    assert list(files_in(tmp_path)) == ["a"]


def test_no_link_is_followed(tmp_path):
    fill(tmp_path, "outside/secret", "inside/a")
    (tmp_path / "inside/link").symlink_to(tmp_path / "outside/secret")
    (tmp_path / "inside/folder").symlink_to(tmp_path / "outside")
    (tmp_path / "inside/loop").symlink_to(tmp_path / "inside")
    assert list(files_in(tmp_path / "inside")) == ["a"]


def test_a_folder_that_is_not_there_has_no_files(tmp_path):
    fill(tmp_path, "file")
    assert list(files_in(tmp_path / "none")) == []
    assert list(files_in(tmp_path / "file")) == []


def test_each_folder_of_the_site_has_a_place(settings):
    found = folders()
    assert {"index", "map", "weights", "pictures", "thumbnails"} <= set(found)
    assert found["weights"] == Path(settings.WEIGHTS_DIR)
    assert len(set(found.values())) == len(found)


def test_pictures_in_another_storage_are_none_of_the_disk_s(settings):
    assert pictures_are_files()
    settings.STORAGES = settings.STORAGES | {
        "pictures": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }
    assert not pictures_are_files()
    assert set(folders()) == {"index", "map", "weights"}


def test_what_lies_elsewhere_is_told(settings, monkeypatch):
    assert list(left_out()) == []
    settings.STORAGES = settings.STORAGES | {
        "pictures": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }
    monkeypatch.setitem(settings.DATABASES, "index", {})
    pictures, index = left_out()
    assert "another storage (PICTURES_STORAGE); back them up there" in pictures
    assert "INDEX_DATABASE_URL. After a restore, run: manage.py build_index" in index
