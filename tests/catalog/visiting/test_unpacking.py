import gzip
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.visiting.unpacking import Unpacker

TEXT = b"one two three " * 50


def bare(content):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


def unpacked(parts, packing="gzip", most=10**6):
    """(what came out, whether it is whole)."""
    unpacker = Unpacker(packing)
    out = b"".join(unpacker.feed(part, most) for part in parts)
    return out, unpacker.is_whole


@pytest.mark.parametrize(
    ("body", "packing"),
    [
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), "x-gzip"),
        (zlib.compress(TEXT), "deflate"),
        (bare(TEXT), "deflate"),
        (gzip.compress(TEXT[:99], mtime=0) + gzip.compress(TEXT[99:], mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0) + b"oops", "gzip"),
        (gzip.compress(TEXT, mtime=0) + b"\0" * 100, "gzip"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10**6])
def test_what_was_packed_comes_out_however_it_arrives(body, packing, size):
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    assert unpacked(parts, packing) == (TEXT, True)


@pytest.mark.parametrize(
    ("body", "packing"), [(gzip.compress(TEXT, mtime=0), "gzip"), (zlib.compress(TEXT), "deflate")]
)
@pytest.mark.parametrize("lost", [1, 4, 8])
def test_what_lacks_its_end_is_not_whole(body, packing, lost):
    assert not unpacked([body[:-lost]], packing)[1]


def test_a_second_member_that_began_must_end():
    body = gzip.compress(b"one") + gzip.compress(b"two")
    assert unpacked([body[:-3]]) == (b"onetwo", False)


def test_nothing_at_all_is_whole_and_a_single_byte_is_not():
    assert unpacked([]) == (b"", True)
    assert unpacked([b""]) == (b"", True)
    assert unpacked([b"\x1f"]) == (b"", False)


def test_no_more_comes_out_than_one_byte_too_many():
    bomb = gzip.compress(b"0" * 10**6)
    assert len(Unpacker().feed(bomb, 1000)) == 1001
    many = b"".join(gzip.compress(b"0" * 600) for _ in range(100))
    assert len(Unpacker().feed(many, 1000)) == 1001


@pytest.mark.parametrize("body", [b"no gzip", b"\x1f\x8b\x07xxxxxxxxxx", b"PK\x03\x04"])
def test_what_is_not_packed_is_an_error(body):
    with pytest.raises(zlib.error):
        unpacked([body])


@given(
    st.binary(max_size=300),
    st.lists(st.integers(0, 300), max_size=4),
    st.sampled_from(["gzip", "deflate"]),
)
def test_any_content_comes_back_whole(content, cuts, packing):
    body = gzip.compress(content, mtime=0) if packing == "gzip" else zlib.compress(content)
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    parts = [body[start:end] for start, end in pairwise(edges)]
    assert unpacked(parts, packing) == (content, True)
