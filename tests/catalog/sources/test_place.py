"""Where a source may begin."""

import gzip
from typing import Any

import pytest

from catalog.records import SourceError
from catalog.sources.documents import MAX_BYTES
from catalog.sources.place import Place
from tests.catalog.sources.test_documents import Pages

SHOP = "https://shop.example"


def place(asked, body=b"", content_type="") -> Any:
    pages: Any = Pages(body, content_type)
    return Place(str(asked), pages)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (f"{SHOP}/feeds/All.XML.gz?x=1", "all.xml"), (f"{SHOP}/", ""), (f"{SHOP}/tees/", "tees"),
        ("pics/Shop.CSV", "shop.csv"), ("pics/shop.csv.GZ", "shop.csv"), (".", ""),
    ],
)  # fmt: skip
def test_a_place_is_called_by_the_end_of_its_path(asked, name):
    assert place(asked).name == name


@pytest.mark.parametrize(
    ("asked", "is_root"),
    [
        (SHOP, True),
        (f"{SHOP}/", True),
        (f"{SHOP}/?page=2", False),
        (f"{SHOP}/tees", False),
        ("/", False),
    ],
)
def test_a_shop_s_first_page_has_no_path(asked, is_root):
    assert place(asked).is_root is is_root


def test_an_address_that_is_none_is_told():
    with pytest.raises(SourceError, match="is no address"):
        _ = place("http://[shop").url_path


def test_an_address_is_fetched_once_and_a_path_never(tmp_path):
    there = place(f"{SHOP}/a", gzip.compress(b"<rss>x</rss>"), "Text/XML; charset=utf-8")
    assert (there.body, there.root, there.kind, there.text) == (
        b"<rss>x</rss>", "rss", "text/xml", "<rss>x</rss>",
    )  # fmt: skip
    assert there.address == "https://shop.example/all.json"  # where the answer was found
    assert there.pages.asked == [(f"{SHOP}/a", MAX_BYTES)]
    (tmp_path / "a.xml").write_bytes(b"<feed/>")
    here = place(tmp_path / "a.xml")
    assert (here.root, here.kind, here.answer, here.address) == ("feed", "", None, here.asked)
    assert here.pages.asked == []


def test_a_folder_has_no_bytes_and_what_is_not_there_is_told(tmp_path):
    assert place(tmp_path).body == b""
    with pytest.raises(SourceError, match="is no file"):
        _ = place(tmp_path / "none").body


def test_a_packed_answer_that_holds_nothing_is_told():
    with pytest.raises(SourceError, match=f"{SHOP}/a: its gzip"):
        _ = place(f"{SHOP}/a", b"\x1f\x8b\x08").body


def test_what_a_page_is_made_with_is_read_in_its_encoding_and_in_any_case():
    assert place(SHOP, "<meta Generator=WooCommerce>".encode("utf-16")).mentions("woocommerce")
    assert place(SHOP, b"\xff WooCommerce").mentions("shopify", "woocommerce")
    assert not place(SHOP, b"<p>tees</p>").mentions("shopify", "woocommerce")


def test_what_has_no_mark_of_xml_has_no_root():
    assert place(SHOP, b"id,name\n1,Tee\n").root == ""
