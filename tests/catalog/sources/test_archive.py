import io
import stat
import struct
import zipfile
import zlib

import pytest

from catalog.records import ProductRecord, SourceError, Unreadable
from catalog.sources import archive
from catalog.sources.archive import walk_archive
from tests.conftest import picture_bytes
from tests.shops import NO_PAGES, Shop

RED = picture_bytes("red")


def zip_of(files, compression=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as packed:
        for name, data in files:
            packed.writestr(name, data)
    return buffer.getvalue()


def link(name, target="/etc/passwd"):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target


@pytest.fixture
def opened(tmp_path):
    def read(files):
        path = tmp_path / "pictures.zip"
        path.write_bytes(files if isinstance(files, bytes) else zip_of(files))
        return list(walk_archive(str(path), NO_PAGES))

    return read


def test_pictures_are_named_by_their_files_and_folders(tmp_path):
    path = tmp_path / "pictures.zip"
    path.write_bytes(zip_of([("104233.jpg", RED), ("hats/winter/7.PNG", b"blue"), ("hats/", b"")]))
    found = [
        (r.item_id, r.category, r.image_path.read_bytes())
        for r in walk_archive(str(path), NO_PAGES)
    ]
    assert found == [("104233", "", RED), ("7", "hats/winter", b"blue")]


def test_a_workbook_is_no_archive_of_pictures(opened):
    with pytest.raises(SourceError, match="a document of Office; a table is read as CSV"):
        opened([("[Content_Types].xml", b"<x/>"), ("xl/media/image1.png", RED)])


def test_an_archive_is_read_from_an_address(fetcher):
    with Shop({"/pictures.zip": zip_of([("1.jpg", RED)])}) as shop:
        [record] = walk_archive(f"{shop.url}/pictures.zip", fetcher)
        assert record.item_id == "1"


@pytest.mark.parametrize(
    "name", ["../1.jpg", "a/../../1.jpg", "/etc/1.jpg", "..\\..\\1.jpg", "C:\\1.jpg", "C:/x/1.jpg"]
)
def test_paths_that_lead_out_are_refused(opened, name, tmp_path):
    bad, good = opened([(name, RED), ("2.jpg", RED)])
    assert (bad.reason.partition(" (")[0], good.item_id) == (
        "its path leads out of the archive",
        "2",
    )
    assert [path.name for path in tmp_path.iterdir()] == ["pictures.zip"]


def test_links_pipes_and_devices_are_refused(opened):
    pipe = zipfile.ZipInfo("pipe.jpg")
    pipe.external_attr = (stat.S_IFIFO | 0o666) << 16
    found = opened([link("1.jpg"), (pipe, b""), ("2.jpg", RED)])
    assert [type(record) for record in found] == [Unreadable, Unreadable, ProductRecord]
    assert found[0].reason == "it is a link or no plain file (1.jpg)"


def test_an_encrypted_picture_is_refused(opened):
    data = bytearray(zip_of([("1.jpg", RED)]))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        data[data.index(mark) + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    assert opened(bytes(data))[0].reason == "it is encrypted (1.jpg)"


def test_a_bomb_stops_at_the_size_of_a_picture(opened, monkeypatch):
    monkeypatch.setattr(archive, "MAX_PICTURE_BYTES", 1_000_000)
    bomb, good = opened([("bomb.jpg", bytes(30_000_000)), ("2.jpg", RED)])
    assert (bomb.reason, good.item_id) == ("it is larger than 1 MB (bomb.jpg)", "2")


def test_many_small_bombs_end_the_run(opened, monkeypatch):
    monkeypatch.setattr(archive, "MAX_BYTES_MORE", 3_000_000)
    with pytest.raises(SourceError, match="unpacks to far more than pictures do"):
        opened([(f"{number}.jpg", bytes(1_000_000)) for number in range(9)])


def test_what_systems_add_is_passed_over(opened):
    names = ["__MACOSX/._1.jpg", "@eaDir/1.jpg", ".DS_Store", "Thumbs.db", "notes.txt", ".1.jpg"]
    assert [r.item_id for r in opened([*((n, b"x") for n in names), ("1.jpg", RED)])] == ["1"]
    with pytest.raises(SourceError, match="no pictures in this archive"):
        opened([(name, b"x") for name in names])


def test_a_damaged_picture_is_named_and_the_others_kept(opened):
    data = zip_of([("1.jpg", bytes(range(256)) * 9), ("2.jpg", RED)])
    broken = data[:60] + b"\xff" * 20 + data[80:]
    bad, good = opened(broken)
    assert bad.reason.startswith("it cannot be unpacked")
    assert good.item_id == "2"


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"<html>", RED])
def test_what_is_no_archive_is_named(opened, data):
    with pytest.raises(SourceError):
        opened(data)


def test_a_folder_or_a_name_that_is_not_there_is_named(tmp_path):
    for path in (tmp_path, tmp_path / "none.zip"):
        with pytest.raises(SourceError, match="is no file"):
            list(walk_archive(str(path), NO_PAGES))


# Names -----------------------------------------------------------------------------------------


def unflagged(*names):
    """An archive of pictures under names in bytes, which nothing says the encoding of."""
    plain = [f"{number:0{len(name) - 4}}.jpg" for number, name in enumerate(names)]
    body = zip_of([(name, RED) for name in plain])
    for name, written in zip(plain, names, strict=True):
        body = body.replace(name.encode(), written)
    return body


def ids(found):
    return [record.item_id for record in found if isinstance(record, ProductRecord)]


def test_names_in_utf_8_need_no_flag(opened):
    names = ["Größe-42.jpg", "рубашка-77.jpg", "青い-7.jpg"]
    found = opened(unflagged(*(name.encode() for name in names)))
    assert [f"{name}.jpg" for name in ids(found)] == names
    assert len(found) == 3


@pytest.mark.parametrize(
    ("encoding", "names"),
    [("cp866", ["рубашка-77.jpg", "чай.jpg"]), ("cp437", ["Größe-42.jpg"]),
     ("cp932", ["青いシャツ.jpg", "帽子とシャツ.jpg"])],
)  # fmt: skip
def test_names_of_windows_are_told_by_their_letters_and_that_is_said(opened, encoding, names):
    *found, note = opened(unflagged(*(name.encode(encoding) for name in names)))
    assert [f"{name}.jpg" for name in ids(found)] == names
    assert note.left_out
    assert note.reason.startswith("read as cp")


def test_a_name_that_cannot_be_told_is_refused_and_the_others_kept(opened):
    bad, good = opened(unflagged("Čepice".encode("cp1250") + b".jpg", b"3003.jpg"))
    assert (bad.reason, bad.hides) == (
        "the encoding of its name cannot be told; pack it with names in UTF-8", True,
    )  # fmt: skip
    assert good.item_id == "3003"


def test_info_zips_name_beside_the_other_counts(opened):
    info = zipfile.ZipInfo("a?.jpg")
    name, raw = "рубашка-7.jpg".encode(), b"a\x9f.jpg"
    content = b"\x01" + zlib.crc32(raw).to_bytes(4, "little") + name
    info.extra = struct.pack("<HH", 0x7075, len(content)) + content
    body = zip_of([(info, RED)]).replace(b"a?.jpg", raw)
    assert ids(opened(body)) == ["рубашка-7"]


def test_a_picture_that_cannot_be_unpacked_keeps_its_id(opened):
    body = bytearray(zip_of([("hats/7.jpg", RED), ("8.jpg", RED)]))
    body[body.index(b"hats/7.jpg") + 20] ^= 0xFF
    bad, good = opened(bytes(body))
    assert (bad.key, good.item_id) == ("7", "8")
    assert bad.reason.endswith("(hats/7.jpg)")
