import json
import logging

import pytest

from catalog.models import Product
from catalog.reading import products
from catalog.reading.jsonld import json_ld as read_json_ld
from catalog.registry import scrape
from catalog.sources import shopify, sitemap
from catalog.visiting.fetching import Fetcher
from tests.catalog.reading.pages import json_ld, product
from tests.conftest import picture_bytes
from tests.shops import Shop

pytestmark = pytest.mark.django_db
# What Python calls an encoding and no browser does, or nobody.
NO_CHARSETS = ["rot13", "base64", "zip", "hex", "bz2", "uu", "idna", "undefined", "punycode",
               "unicode_escape", "raw_unicode_escape", "quopri", "utf-7", "cp037", "x-user-defined",
               "hz-gb-2312", "no such", "\u0000", "é"]  # fmt: skip


def outcomes(shop, path="/"):
    fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True)
    return [(o.status.value, o.key, o.explanation) for o in scrape(f"{shop.url}{path}", fetcher)]


@pytest.mark.parametrize("charset", NO_CHARSETS)
def test_a_charset_that_is_none_is_as_none_at_all(charset):
    page = f'<meta charset="{charset}">{json_ld(product("7", name="Größe"))}'.encode()
    header = {"Content-Type": f"text/html; charset={charset}".encode().decode("latin-1")}
    with Shop({"/p/7": (200, header, page), "/i/7.jpg": picture_bytes("red")}) as shop:
        assert outcomes(shop, "/p/7") == [("new", "7", "")]
    assert Product.objects.get().title == "Größe"


@pytest.mark.parametrize("charset", NO_CHARSETS)
def test_a_charset_costs_no_other_page_its_products(charset):
    header = {"Content-Type": f"text/html; charset={charset}".encode().decode("latin-1")}
    listed = [{"@type": "Product", "url": f"/p/{n}", "sku": str(n)} for n in (1, 2)]
    with Shop({
        "/": json_ld(listed),
        "/p/1": (200, header, json_ld(product("1")).encode()), "/p/2": json_ld(product("2")),
        "/i/1.jpg": picture_bytes("red"), "/i/2.jpg": picture_bytes("blue"),
    }) as shop:  # fmt: skip
        assert [status for status, *_ in outcomes(shop)] == ["new", "new"]


def broken_for(number, sound):
    """A reader that fails, in a way that nobody foresaw, on the page of one product."""

    def read(page, *more):
        if str(getattr(page, "url", page)).endswith(f"/p/{number}"):
            raise AttributeError("'NoneType' object has no attribute 'x'")
        return sound(page, *more)

    return read


def test_a_product_page_that_fails_in_any_way_fails_alone(monkeypatch, caplog):
    monkeypatch.setattr(products, "json_ld", broken_for(2, read_json_ld))
    listed = [{"@type": "Product", "url": f"/p/{n}", "sku": str(n)} for n in (1, 2, 3)]
    with Shop({
        "/": json_ld(listed), **{f"/p/{n}": json_ld(product(str(n))) for n in (1, 2, 3)},
        **{f"/i/{n}.jpg": picture_bytes((9 * n, 0, 0)) for n in (1, 3)},
    }) as shop, caplog.at_level(logging.WARNING):  # fmt: skip
        found = outcomes(shop)
    assert [(status, key) for status, key, _ in found] == [
        ("new", "1"),
        ("failed", "2"),
        ("new", "3"),
    ]
    assert "/p/2: reading it failed in an unforeseen way (AttributeError" in found[1][2]
    assert found[1][2] in caplog.text
    assert "Traceback" not in caplog.text


def test_a_page_of_a_sitemap_that_fails_in_any_way_fails_alone(monkeypatch):
    monkeypatch.setattr(products, "json_ld", broken_for(2, read_json_ld))
    with Shop() as shop:
        urls = "".join(f"<url><loc>{shop.url}/p/{n}</loc></url>" for n in (1, 2))
        shop.answers |= {
            "/sitemap.xml": f"<urlset>{urls}</urlset>",
            **{f"/p/{n}": json_ld(product(str(n))) for n in (1, 2)},
            "/i/1.jpg": picture_bytes("red"),
        }
        found = outcomes(shop, "/sitemap.xml")
    assert [status for status, *_ in found] == ["new", "failed"]


def test_a_list_page_that_fails_in_any_way_marks_nothing_gone(monkeypatch):
    second = json_ld(product("2"))
    with Shop({
        "/1": json_ld(product("1")) + '<link rel="next" href="/p/2">', "/p/2": second,
        "/i/1.jpg": picture_bytes("red"), "/i/2.jpg": picture_bytes("blue"),
    }) as shop:  # fmt: skip
        assert len(outcomes(shop, "/1")) == 2
        monkeypatch.setattr(products, "json_ld", broken_for(2, read_json_ld))
        found = outcomes(shop, "/1")
    assert [status for status, *_ in found] == ["same", "failed"]
    assert not Product.objects.exclude(gone_since=None).exists()


def test_an_item_of_a_shops_api_that_fails_in_any_way_fails_alone(monkeypatch):
    sound = shopify._records

    def records(node, *more):
        if node["id"] == 1:
            raise RecursionError
        return sound(node, *more)

    monkeypatch.setattr(shopify, "_records", records)
    nodes = [{"id": n, "handle": f"t{n}", "images": [{"src": f"/i/{n}.jpg"}]} for n in (1, 2)]
    with Shop({
        "/products.json?limit=250&page=1": json.dumps({"products": nodes}),
        "/products.json?limit=250&page=2": json.dumps({"products": []}),
        "/i/2.jpg": picture_bytes("blue"),
    }) as shop:  # fmt: skip
        found = outcomes(shop, "/products.json")
    # The last says that nothing is marked as gone.
    assert [status for status, *_ in found] == ["failed", "new", "skipped"]


def test_a_source_that_breaks_in_any_way_ends_the_walk_and_keeps_what_came(monkeypatch):
    def entries(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(sitemap, "_entries", entries)
    with Shop({"/sitemap.xml": "<urlset/>"}) as shop:
        [(status, _, told)] = outcomes(shop, "/sitemap.xml")
    assert status == "failed"
    assert "ZeroDivisionError" in told


def test_a_page_that_no_source_can_even_look_at_goes_to_the_next(monkeypatch):
    monkeypatch.setattr(sitemap, "_sitemaps", lambda *_: 1 / 0)
    with Shop({"/": json_ld(product("1")), "/i/1.jpg": picture_bytes("red")}) as shop:
        assert [status for status, *_ in outcomes(shop)] == ["new"]
