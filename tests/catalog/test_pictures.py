import os

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import InMemoryStorage
from django.urls import set_script_prefix
from hypothesis import given
from hypothesis import strategies as st

from catalog import pictures
from catalog.pictures import Kind, file_name, place
from catalog.thumbnails import make_pictures
from tests.conftest import picture_bytes

THUMBNAIL = Kind.THUMBNAIL


def test_plain_ids_are_their_own_names():
    assert file_name("104233") == "104233.jpg"
    assert file_name("AB-12_3.x") == "AB-12_3.x.jpg"


@given(st.text(min_size=1, max_size=300))
def test_no_id_leads_out_of_the_folder(item_id):
    name = file_name(item_id)
    assert "/" not in name
    assert "\0" not in name
    assert not name.startswith(".")
    assert len(name.encode()) <= 200


@given(st.lists(st.text(min_size=1, max_size=200), unique=True, max_size=20))
def test_no_two_ids_share_a_name(ids):
    assert len({file_name(item_id) for item_id in ids}) == len(ids)


@pytest.fixture
def root(settings):
    return settings.MEDIA_ROOT


def test_a_thumbnail_lies_where_the_tutorial_has_it(root):
    pictures.write(THUMBNAIL, "104233", b"jpeg")
    assert (root / "thumbnails" / "104233.jpg").read_bytes() == b"jpeg"


def test_a_picture_replaces_the_old_one_and_leaves_nothing_beside_it(root):
    pictures.write(THUMBNAIL, "a/b", b"one")
    pictures.write(THUMBNAIL, "a/b", b"two")
    assert pictures.read_thumbnail("a/b") == b"two"
    assert [path.name for path in (root / "thumbnails").iterdir()] == ["%a%2Fb.jpg"]


def test_a_picture_that_cannot_be_written_leaves_the_old_one(root, monkeypatch):
    pictures.write(THUMBNAIL, "1", b"old")

    def full_disk(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("runs.files.Path.replace", full_disk)
    with pytest.raises(OSError, match="no space"):
        pictures.write(THUMBNAIL, "1", b"new")
    assert [path.read_bytes() for path in (root / "thumbnails").iterdir()] == [b"old"]


def test_a_picture_that_is_not_there_is_an_os_error():
    assert not pictures.exists(THUMBNAIL, "1")
    with pytest.raises(OSError):
        pictures.read_thumbnail("1")


def test_an_empty_file_counts_as_missing(root):
    pictures.write(THUMBNAIL, "1", b"")
    assert not pictures.exists(THUMBNAIL, "1")


def test_an_address_changes_with_the_picture_and_knows_the_prefix_of_the_site():
    assert pictures.address(THUMBNAIL, "a/b", "0" * 64) == (
        "/media/thumbnails/%25a%252Fb.jpg?v=000000000000"
    )
    try:
        set_script_prefix("/shop/")
        assert pictures.address(THUMBNAIL, "1", "ab") == "/shop/media/thumbnails/1.jpg?v=ab"
    finally:
        set_script_prefix("/")


class Bucket(InMemoryStorage):
    """Stands for an S3-like storage: no files of ours, addresses of its own."""

    def url(self, name):
        return f"https://bucket.example/{name}?signed=1"


def test_pictures_may_lie_in_any_storage_of_django(settings):
    settings.STORAGES = settings.STORAGES | {"pictures": {"BACKEND": f"{__name__}.Bucket"}}
    pictures.write(THUMBNAIL, "1", b"one")
    pictures.write_all({place(THUMBNAIL, "1"): b"two", place(THUMBNAIL, "2"): b"other"})
    assert pictures.exists(THUMBNAIL, "1")
    assert pictures.read_thumbnail("1") == b"two"
    assert sorted(pictures.storage().listdir("thumbnails")[1]) == ["1.jpg", "2.jpg"]
    address = "https://bucket.example/thumbnails/1.jpg?signed=1&v=ab"
    assert pictures.address(THUMBNAIL, "1", "ab") == address


def test_nothing_outside_the_folder_is_a_picture():
    with pytest.raises(SuspiciousFileOperation):
        pictures.storage().open("../secret.jpg")


def test_networks_see_the_larger_picture_alone():
    made = make_pictures(picture_bytes("navy", size=(800, 400)))
    pictures.write(THUMBNAIL, "1", made.thumbnail)
    with pytest.raises(FileNotFoundError):
        pictures.read_picture("1")
    pictures.write(Kind.PICTURE, "1", made.picture)
    assert pictures.read_picture("1") == made.picture


def test_what_is_removed_is_gone_in_both_sizes(root):
    for kind in pictures.WRITTEN:
        pictures.write(kind, "1", b"jpeg")
    pictures.remove("1")
    pictures.remove("1")
    assert [path for path in root.rglob("*") if path.is_file()] == []


def what_is_no_picture(path, secret):
    path.parent.mkdir(parents=True, exist_ok=True)
    yield lambda: path.symlink_to(secret)
    yield lambda: path.symlink_to(path.name)
    yield lambda: os.mkfifo(path)
    yield path.mkdir


@pytest.mark.django_db
@pytest.mark.parametrize("case", range(4))
def test_a_link_a_pipe_or_a_folder_in_a_pictures_place_is_not_served(root, client, tmp_path, case):
    (secret := tmp_path / "secret").write_bytes(b"secret")
    list(what_is_no_picture(root / "thumbnails" / "1.jpg", secret))[case]()
    assert client.get("/media/thumbnails/1.jpg").status_code == 404
    assert not pictures.exists(THUMBNAIL, "1")
    with pytest.raises(OSError):
        pictures.read_thumbnail("1")
