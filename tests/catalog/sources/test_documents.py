"""Documents, packed or not, read within bounds."""

import gzip
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.records import SourceError
from catalog.sources.documents import (
    MAX_JSON_BYTES,
    Document,
    Opened,
    UnreadableDocument,
    body_at,
    bytes_of,
    charset_of,
    document_at,
    is_address,
    json_at,
    json_of,
    opened,
    unpacked,
)
from catalog.visiting.fetching import FetchError, Response

URL = "https://shop.example/all.json"
PACKED = gzip.compress(b"one\ntwo\n" * 1000)


class Pages:
    """Answers every address with the same bytes, or fails."""

    def __init__(self, body=b"", content_type="", error=None):
        self.answer = Response(URL, 200, body, {"Content-Type": content_type})
        self.error = error
        self.asked = []

    def get(self, url, *, max_bytes=None):
        self.asked.append((url, max_bytes))
        if self.error:
            raise self.error
        return self.answer

    def sitemaps(self, url):
        return []


@pytest.mark.parametrize("body", [b"", b"plain", b"\x1f", b"PK\x03\x04"])
def test_what_is_not_packed_stays_as_it_is(body):
    assert opened(body) == Opened(body)


def test_all_members_are_unpacked():
    assert unpacked(gzip.compress(b"one ") + gzip.compress(b"two")) == b"one two"
    assert unpacked(gzip.compress(b"")) == b""


def test_what_stands_behind_it_is_passed_over_and_noted():
    assert opened(gzip.compress(b"one") + b"oops") == Opened(
        b"one", "", "what stands behind the end of its gzip was passed over"
    )


def test_a_packed_file_that_breaks_off_is_read_as_far_as_it_goes():
    whole = gzip.compress(bytes(range(256)) * 20 + b"\n" * 20)
    content, fault, _ = opened(whole[:-4])
    assert content.endswith(b"\n" * 20)
    assert fault.startswith("its gzip is cut short, in line ")
    with pytest.raises(UnreadableDocument, match="cut short"):
        unpacked(whole[:-4])


def test_a_damaged_one_is_told():
    damaged = bytearray(PACKED)
    damaged[-6] ^= 0xFF  # its sum
    assert opened(bytes(damaged)).fault.startswith("its gzip is damaged")
    with pytest.raises(UnreadableDocument, match=r"damaged|cut short"):
        opened(b"\x1f\x8b\x08garbage that is no stream")


def test_a_bomb_is_refused_before_it_is_unpacked_whole():
    assert len(unpacked(PACKED, most=8000)) == 8000
    with pytest.raises(UnreadableDocument, match="unpacks to more than 0 MB"):
        unpacked(PACKED, most=7999)


@given(st.binary(max_size=50).map(lambda rest: b"\x1f\x8b" + rest))
def test_any_bytes_after_the_sign_are_content_or_our_error(body):
    with suppress(UnreadableDocument):
        assert len(opened(body).content) < 10_000


@pytest.mark.parametrize(
    ("at", "is_one"),
    [("https://a.example", True), ("HTTP://a", True), ("http:/a", False), ("file:///a", False), ("a.csv", False),
     ("C:\\a.csv", False), ("", False)],
)  # fmt: skip
def test_an_address_is_of_the_web(at, is_one):
    assert is_address(at) is is_one


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/csv; charset=utf-8", "utf-8"),
        ('text/csv; Charset = "ISO-8859-1"', "ISO-8859-1"),
        ("text/csv", ""),
        ("", ""),
        ("charset=" + "x" * 500, "x" * 60),
    ],
)
def test_the_charset_is_what_the_header_says(content_type, charset):
    assert charset_of(Response(URL, 200, b"", {"Content-Type": content_type})) == charset


def test_what_is_asked_for_is_at_an_address_or_in_a_file(tmp_path):
    pages = Pages(b"here", "text/plain; charset=koi8-r")
    assert document_at(URL, pages) == Document(b"here", "koi8-r")
    assert body_at(URL, pages) == b"here"
    assert all(most is not None for _, most in pages.asked)  # never without a bound
    (tmp_path / "a.csv").write_bytes(b"there")
    assert document_at(str(tmp_path / "a.csv"), pages) == Document(b"there")


def test_what_cannot_be_had_is_one_sentence(tmp_path):
    with pytest.raises(SourceError, match=r"none\.csv is no file"):
        bytes_of(tmp_path / "none.csv")
    with pytest.raises(SourceError, match="is no file"):
        bytes_of(tmp_path)
    with pytest.raises(SourceError, match="is no file"):
        bytes_of(tmp_path / "a\0b")
    with pytest.raises(SourceError, match="cannot be read: "):
        bytes_of(tmp_path / ("x" * 300))
    with pytest.raises(SourceError, match="refused the connection"):
        body_at(URL, Pages(error=FetchError("it refused the connection")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_json_is_read_in_every_encoding_it_may_have(encoding):
    assert json_of(json.dumps({"a": "é"}, ensure_ascii=False).encode(encoding)) == {"a": "é"}


def test_packed_json_is_json():
    assert json_at(URL, Pages(gzip.compress(b'{"a": "\\ud83d"}'))) == {"a": "\ufffd"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"<p>", b"[" * 100_000, b"\xff\xfe\xfd", b'"\xff"', b"9" * 5000]
)
def test_what_is_no_json_is_told_with_its_address(body):
    with pytest.raises(SourceError, match=f"{URL}: it is no JSON"):
        json_at(URL, Pages(body))


def test_json_that_is_too_large_is_refused():
    with pytest.raises(UnreadableDocument, match="20 MB"):
        json_of(gzip.compress(b" " * (MAX_JSON_BYTES + 1)))
