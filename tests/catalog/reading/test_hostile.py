"""Whatever a page holds: products, or the one error that names it, and soon."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.reading.jsonld import parsed
from catalog.reading.page import MAX_SECONDS, Page, UnreadablePage
from catalog.reading.paging import following
from catalog.reading.products import read_list, read_products
from tests.catalog.reading.pages import json_ld

URL = "https://shop.example/c"


def nested(depth: int) -> str:
    value = '[{"@value":' * depth + '"x"' + "}]" * depth
    return f'<script type="application/ld+json">{{"@type":"Product","name":{value}}}</script>'


def web_of_nodes(count: int) -> str:
    nodes = [
        {"@id": f"#{n}", "@type": "Product", "url": f"/p/{n}"}
        | dict.fromkeys(("name", "image", "offers", "hasVariant"), [{"@id": f"#{n + 1}"}] * 20)
        for n in range(count)
    ]
    return json_ld({"@graph": nodes})


def web_of_items(count: int) -> str:
    names = " ".join(f"a{n}" for n in range(count))
    return "".join(
        f'<div itemscope itemtype="http://schema.org/Product" id=a{n} itemref="{names}">'
        f"<i itemprop=name>n{n}</i></div>"
        for n in range(count)
    )


HOSTILE = {
    "nested values": nested(300),
    "deep JSON": '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
    "deep state": "<script>x=" + '{"a":' * 100_000 + "</script>",
    "references in a web": web_of_nodes(60),
    "itemref in a web": web_of_items(150),
    "image 900 deep": json_ld(json.loads('{"@type":"Product","name":"x","image":' + "[" * 900
                                         + '"/i"' + "]" * 900 + "}")),
    "long prices": f"<h1>x</h1><p>${'9' * 40_000}</p><p>€{'1.' * 20_000}</p>{'1 ' * 20_000}€",
    "20,000 attributes": "<a " + " ".join(f"a{n}=1" for n in range(20_000)) + ">x</a>",
    "5,000 deep": "<div>" * 5000,
    "long srcset": "<li><a href=/p/1><img srcset='" + "a.jpg 1w, " * 50_000 + "'>$1</a></li>" * 2,
    "whole number of 5,000 digits": json_ld({"@type": "Product", "name": "x"}).replace(
        '"x"', "9" * 5000),
    "many starts": "<script>" + 'a={"b":' * 50_000 + "</script>",
    "many spaces": "<p>1" + " " * 300_000 + "€</p><title>" + " - " * 50_000 + "</title>",
    "bad addresses": '<base href="http://["><a href="http://[">1</a><img src="http://[">',
    "half a pair": '<script type="application/ld+json">{"@type":"Product","name":"\\ud800",'
                   '"url":"/\\ud800","offers":{"price":"\\ud800"}}</script>',
}  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(k, marks=pytest.mark.slow if k == "references in a web" else ())
        for k in HOSTILE
    ],
)
def test_a_hostile_page_ends_soon_in_products_or_in_our_error(kind):
    began = time.process_time()
    with suppress(UnreadablePage):
        page = Page.of(HOSTILE[kind].encode(), URL)
        for reading in (read_products(page), read_list(page)):
            assert all(facts.record(URL).product_url for facts in reading.products)
        following(page)
    assert time.process_time() - began < MAX_SECONDS + 2


WORDS = st.sampled_from([
    "<li class=product>", "</li>", "<a href=/p/1>", "<a href='http://['>", "</a>", "<img src=/1.jpg>",
    "<img data-srcset='a 1x, b 2x'>", "<h1>Tee</h1>", "<del>$5</del>", "$9.99", "1.299,00 €", "£",
    "<div itemscope itemtype=http://schema.org/Product>", "<i itemprop=price>5</i>", "</div>",
    "<i itemprop=offers itemscope>", "<meta property=og:type content=product>", "in stock", "sold out",
    "<script type=application/ld+json>", "{", "}", '"@type":"Product",', '"@id":"#a"', "</script>",
    "<button>Buy now</button>", "<a rel=next href=?page=2>", "Art. 77", "<table>", "<", "&amp;", "\0",
    "<base href=//[>", "SKU:", "１２円",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS | st.text(max_size=8), max_size=40))
def test_no_page_makes_the_readers_fail(parts):
    page = Page.of("".join(parts).encode(errors="replace"), URL)
    for facts in (*read_products(page).products, *read_list(page).products):
        record = facts.record(URL)
        assert record.price is None or record.price >= 0
        assert record.in_stock in (True, False, None)
    assert all(one.url.startswith("http") for one in following(page))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_no_script_makes_the_json_reader_fail(written):
    assert isinstance(parsed(written), list)
