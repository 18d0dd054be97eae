"""What a sitemap names."""

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.sources.documents import UnreadableDocument
from catalog.sources.sitemap_entries import Entry, entries_of, is_text_sitemap

URL = "https://shop.example/sitemap.xml"
SITE = "https://shop.example"


def entries(body):
    return list(entries_of(body.encode() if isinstance(body, str) else body, URL))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"<urlset><url><loc>{SITE}/p/1</loc></url><url><loc> /p/2 </loc></url></urlset>",
         [Entry(f"{SITE}/p/1"), Entry(f"{SITE}/p/2")]),
        (f"<sitemapindex><sitemap><loc>{SITE}/s.xml</loc></sitemap></sitemapindex>",
         [Entry(f"{SITE}/s.xml", is_sitemap=True)]),
        ("<urlset xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'><url><loc>/p/1</loc>"
         "<image:image><image:loc>/1.jpg</image:loc></image:image></url></urlset>",
         [Entry(f"{SITE}/p/1", images=(f"{SITE}/1.jpg",))]),
        (f"<rss><channel><item><link>{SITE}/p/1</link></item></channel></rss>", [Entry(f"{SITE}/p/1")]),
        (f"<rss><item><guid>{SITE}/p/1</guid></item></rss>", [Entry(f"{SITE}/p/1")]),
        (f"<rss><item><guid isPermaLink='false'>{SITE}/p/1</guid></item></rss>", []),
        (f"<feed><entry><link rel='edit' href='{SITE}/e'/><link href='{SITE}/p/1'/></entry></feed>",
         [Entry(f"{SITE}/p/1")]),
        ("<rss><item><link>p/1</link></item></rss>", []),
        ("<urlset><url><loc>javascript:x</loc></url><url><loc/></url><url/></urlset>", []),
        (f"{SITE}/p/1\r\n\n{SITE}/p/2\n", [Entry(f"{SITE}/p/1"), Entry(f"{SITE}/p/2")]),
        (f"\ufeff{SITE}/p/1", [Entry(f"{SITE}/p/1")]),
    ],
)  # fmt: skip
def test_every_form_of_a_sitemap_names_its_pages(body, found):
    assert entries(body) == found
    assert entries(gzip.compress(body.encode())) == found


@pytest.mark.parametrize("body", ["", "Hello", "a,b\n1,2", f"{SITE}/p/1\nno\naddress\n"])
def test_what_is_no_sitemap_is_told(body):
    with pytest.raises(UnreadableDocument, match="neither XML nor a list"):
        entries(body)


def test_what_could_be_read_of_a_broken_one_comes_first():
    for body in (
        f"<urlset><url><loc>{SITE}/p/1</loc></url><url><loc>".encode(),
        gzip.compress(f"{SITE}/p/1\n".encode() * 2000)[:-10],
    ):
        walk = entries_of(body, URL)
        assert next(walk) == Entry(f"{SITE}/p/1")
        with pytest.raises(UnreadableDocument):
            list(walk)


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        (f"{SITE}/p/1\n{SITE}/p/2", True),
        (f"{SITE}/p/1\nand a word", False),
        (f"{SITE}/p/1,{SITE}/1.jpg\n", False),  # a table of addresses
        (f"{SITE}/p/1\tTee\n", False),
        (f"<urlset><url><loc>{SITE}/p/1</loc></url></urlset>", False),
        ("", False),
    ],
)
def test_a_text_is_a_sitemap_if_it_holds_addresses_alone(body, is_one):
    assert is_text_sitemap(body.encode(), URL) is is_one


@given(
    st.binary(max_size=100)
    | st.text(alphabet="<>/urlset locp:htps.\n", max_size=80).map(str.encode)
)
def test_any_bytes_name_pages_or_raise_our_error(body):
    with suppress(UnreadableDocument):
        assert all(entry.address.startswith("http") for entry in entries_of(body, URL))
