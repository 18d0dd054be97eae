"""The names in a zip archive."""

import struct
import zlib
from zipfile import ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.sources.zip_names import UNICODE_NAME, ZipNames

CYRILLIC = "рубашка синяя.jpg"


def member(raw: bytes, flagged=False, extra=b""):
    """A member as zipfile reads it: in UTF-8 if flagged, else as code page 437."""
    info = ZipInfo(raw.decode("utf-8" if flagged else "cp437"))
    info.flag_bits = 0x800 if flagged else 0
    info.extra = extra
    return info


def beside(name: str, raw: bytes, kind=UNICODE_NAME, checksum=None):
    """Info-ZIP's field with the name in UTF-8."""
    summed = zlib.crc32(raw) if checksum is None else checksum
    content = b"\1" + struct.pack("<I", summed) + name.encode()
    return struct.pack("<HH", kind, len(content)) + content


def names(*members):
    read = ZipNames(members)
    return [read.of(one) for one in members], read.guessed


def test_ascii_and_flagged_names_need_no_guess():
    assert names(member(b"1.jpg"), member("é.jpg".encode(), flagged=True)) == (
        ["1.jpg", "é.jpg"],
        "",
    )


def test_names_in_utf_8_without_a_flag_are_read_as_such():
    assert names(member(CYRILLIC.encode()), member("é.jpg".encode())) == ([CYRILLIC, "é.jpg"], "")


@pytest.mark.parametrize("encoding", ["cp866", "cp1251"])
def test_a_country_s_names_are_told_by_their_letters(encoding):
    found, guessed = names(
        member(CYRILLIC.encode(encoding)), member("куртка зимняя.jpg".encode(encoding))
    )
    assert found == [CYRILLIC, "куртка зимняя.jpg"]
    assert guessed.replace("windows-", "cp").replace("ibm", "cp") == encoding


def test_utf_8_beside_a_country_s_names_is_still_utf_8():
    found, _ = names(member(CYRILLIC.encode()), member(CYRILLIC.encode("cp866")))
    assert found == [CYRILLIC, CYRILLIC]


def test_the_name_beside_the_other_counts_if_it_is_of_that_name():
    raw = b"a\x80\x81.jpg"
    assert names(member(raw, extra=beside("née.jpg", raw)))[0] == ["née.jpg"]
    other = struct.pack("<HH", 0x5455, 1) + b"x"  # a time
    assert names(member(raw, extra=other + beside("née.jpg", raw)))[0] == ["née.jpg"]
    stale = beside("old.jpg", raw, checksum=1)
    assert names(member(raw, extra=stale))[0] != ["old.jpg"]


def test_a_name_that_cannot_be_told_is_none():
    found, guessed = names(member(b"\x80\x81\x8d\xfe\xff.jpg"))
    assert (found == [None]) is (guessed == "")


@given(
    st.lists(
        st.tuples(st.binary(min_size=1, max_size=12), st.binary(max_size=12)),
        max_size=4,
    )
)
def test_any_names_and_fields_are_read_or_none(members):
    found, _ = names(*(member(raw, extra=extra) for raw, extra in members))
    assert all(name is None or isinstance(name, str) for name in found)
