from decimal import Decimal

import pytest

from catalog.reading.page import Page
from catalog.reading.selectors import (
    BadSelectors,
    Selectors,
    load_selectors,
    parse_selectors,
    selected,
    selected_next,
)

FILE = b"""
card: .thing
link: a.go@href
image: img@data-hidden
title: h4
price: .cost
next: a.further
"""
HTML = """<div class=thing><a class=go href=/p/1></a><img data-hidden=/i/1.jpg><h4>One</h4>
<i class=cost>1.299,00 EUR</i></div><div class=thing><a class=go href=file:///etc/passwd></a>
<img data-hidden=file:///etc/shadow><h4>Two</h4><i class=cost>?</i></div>
<a class=further href=?p=2>on</a>"""


def test_the_file_tells_where_products_are():
    page = Page(HTML, "https://shop.example/all")
    selectors = parse_selectors(FILE)
    one, two = selected(page, selectors)
    assert (one.title, one.price, one.currency) == ("One", Decimal("1299.00"), "EUR")
    assert one.url == "https://shop.example/p/1"
    assert one.images == ("https://shop.example/i/1.jpg",)
    assert (two.url, two.images, two.price) == ("", (), None)  # never a file of this machine
    assert selected_next(page, selectors) == ["https://shop.example/all?p=2"]


def test_only_the_card_is_needed(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_bytes(b"card: div.thing\n")
    assert load_selectors(file) == Selectors(card="div.thing")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (b"title: h4", "write at least"), (b"- card", "write at least"), (b"{", "no YAML"),
        (b"card: 'div['", "card"), (b"card: [a, b]", "one CSS selector"),
        (b"card: a\ncolour: b", "colour"), (b"card: ''", "one CSS selector"),
        (b"card: !!python/object/apply:os.system ['true']", "no YAML"), (b"\xff\xfe\xff", "YAML"),
        (b"card: &a [x]\nlink: *a", "one CSS selector"), (b"[" * 60_000, "brackets"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_name(written, reason):
    with pytest.raises(BadSelectors, match=reason):
        parse_selectors(written)


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path):
    with pytest.raises(BadSelectors, match="cannot be read"):
        load_selectors(tmp_path / "none.yaml")
    (tmp_path / "large.yaml").write_bytes(b"#" * 70_000)
    with pytest.raises(BadSelectors, match="larger"):
        load_selectors(tmp_path / "large.yaml")
