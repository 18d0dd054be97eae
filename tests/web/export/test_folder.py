"""What others put into the folder of an export leads nowhere out of it."""

import os

import pytest

from web.export.folder import RECORD, UNFINISHED, Folder, NotOurs


@pytest.fixture
def site(tmp_path):
    """The folder of an export that has written two pages."""
    folder = Folder(tmp_path / "site")
    folder.write("index.html", b"start")
    folder.write("products/1.html", b"one")
    folder.finish()
    folder.close()
    return tmp_path / "site"


def finished(site, **pages):
    """Another export, of these pages alone; how many files it removed."""
    folder = Folder(site)
    for name, data in pages.items():
        folder.write(name.replace("_", "/", 1) + ".html", data)
    removed = folder.finish()
    folder.close()
    return removed


def test_what_is_written_again_is_written_only_if_it_differs(site):
    folder = Folder(site)
    assert not folder.write("index.html", b"start")
    assert folder.write("products/1.html", b"another")
    folder.close()
    assert (site / "products" / "1.html").read_bytes() == b"another"
    assert not (site / UNFINISHED).exists()


def test_what_is_not_written_any_more_is_removed(site):
    assert finished(site, index=b"start") == 1
    assert not (site / "products" / "1.html").exists()
    assert (site / RECORD).read_text() == "index.html\n"


@pytest.mark.parametrize(
    "name",
    ["../victim", "products/../../victim", "{victim}", "", ".", "..", "products/", "notes.txt",
     "products/./1.html", "index.html/x", "products//1.html", "products/\0.html", "products\\..\\x"],
)  # fmt: skip
def test_a_record_that_names_what_no_export_writes_is_not_obeyed(site, tmp_path, name):
    victim = tmp_path / "victim"
    victim.write_text("years of work")
    (site / "notes.txt").write_text("mine")
    with (site / RECORD).open("a") as record:
        record.write(name.format(victim=victim) + "\n")
    assert finished(site, index=b"start", products_1=b"one") == 0
    assert victim.read_text() == "years of work"
    assert (site / "notes.txt").read_text() == "mine"
    assert (site / "products" / "1.html").read_bytes() == b"one"


@pytest.mark.parametrize("name", ["/etc/x", "../x.html", "products/../x.html", "x.html", RECORD])
def test_nor_is_anything_written_there(site, name):
    folder = Folder(site)
    with pytest.raises(ValueError, match="no place in an export"):
        folder.write(name, b"")
    folder.close()


def test_a_folder_that_became_a_link_is_neither_written_through_nor_emptied(site, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (site / "products").rename(elsewhere)
    (site / "products").symlink_to(elsewhere)
    folder = Folder(site)
    with pytest.raises(OSError):
        folder.write("products/1.html", b"another")
    with pytest.raises(OSError):
        folder.write("products/2.html", b"two")
    folder.close()
    assert finished(site, index=b"start") == 0
    assert {path.name: path.read_bytes() for path in elsewhere.iterdir()} == {"1.html": b"one"}


def test_a_link_in_a_file_s_place_is_replaced_and_not_followed(site, tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"one")
    page = site / "products" / "1.html"
    page.unlink()
    page.symlink_to(victim)
    assert finished(site, index=b"start", products_1=b"one") == 0
    assert (page.is_symlink(), page.read_bytes()) == (False, b"one")
    finished(site, index=b"start", products_1=b"another")
    assert victim.read_bytes() == b"one"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_plain_file_is_not_removed(site, tmp_path, kind):
    page = site / "products" / "1.html"
    page.unlink()
    if kind == "link":
        page.symlink_to(tmp_path)
    elif kind == "pipe":
        os.mkfifo(page)
    else:
        page.mkdir()
    assert finished(site, index=b"start") == 0
    assert os.path.lexists(page)


@pytest.mark.parametrize("name", [UNFINISHED, "products/1.html.part"])
def test_a_link_in_the_unfinished_file_s_place_is_not_written_through(site, tmp_path, name):
    victim = tmp_path / "victim"
    victim.write_text("years of work")
    (site / name).symlink_to(victim)
    finished(site, index=b"start", products_1=b"another")
    assert victim.read_text() == "years of work"
    assert (site / "products" / "1.html").read_bytes() == b"another"


def test_a_pipe_in_a_file_s_place_holds_nothing_up(site):
    page = site / "products" / "1.html"
    page.unlink()
    os.mkfifo(page)
    finished(site, index=b"start", products_1=b"one")
    assert page.read_bytes() == b"one"


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_record_that_is_no_plain_file_is_refused(site, tmp_path, kind):
    record = site / RECORD
    record.unlink()
    if kind == "link":
        (tmp_path / "list").write_text("index.html\n")
        record.symlink_to(tmp_path / "list")
    else:
        os.mkfifo(record)
    with pytest.raises(NotOurs, match="is no plain file"):
        Folder(site)
    assert (site / "index.html").exists()


def test_a_record_that_is_no_text_removes_nothing(site):
    (site / RECORD).write_bytes(b"\xff\xfe\x00products/1.html\n\x80")
    assert finished(site, index=b"start") == 0
    assert (site / "products" / "1.html").exists()


def test_two_exports_do_not_write_to_one_folder_at_once(site):
    folder = Folder(site)
    with pytest.raises(NotOurs, match="Another export is writing"):
        Folder(site)
    folder.close()
    Folder(site).close()


def test_without_removing_it_is_known_next_time_what_is_ours(site):
    folder = Folder(site)
    folder.write("index.html", b"start")
    assert folder.finish(remove=False) == 0
    folder.close()
    assert (site / "products" / "1.html").exists()
    assert finished(site, index=b"start") == 1


def test_the_folder_itself_may_be_a_link_that_its_owner_named(site, tmp_path):
    (tmp_path / "www").symlink_to(site)
    assert finished(tmp_path / "www", index=b"start") == 1
