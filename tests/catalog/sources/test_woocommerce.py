import json
from decimal import Decimal

import pytest

from catalog.records import SourceError, Unreadable
from catalog.sources.woocommerce import products_address, walk_api
from tests.shops import Shop

PAGE = "/wp-json/wc/store/v1/products?per_page=100&page={}"


def product(number, **more):
    return {
        "id": number,
        "name": f"Hose &#8211; {number}",
        "parent": 0,
        "sku": f"S{number}",
        "permalink": f"https://shop.example/product/hose-{number}/",
        "prices": {"price": "1990", "currency_code": "EUR", "currency_minor_unit": 2},
        "images": [{"id": 1, "src": f"https://shop.example/{number}a.jpg"},
                   {"id": 2, "src": f"https://shop.example/{number}b.jpg"}],
        "categories": [{"id": 3, "name": "Hosen", "slug": "hosen"}],
        "brands": [{"id": 9, "name": "Acme", "slug": "acme"}],
        "is_in_stock": True,
    } | more  # fmt: skip


def shop_of(*pages):
    return Shop({PAGE.format(n): json.dumps(page) for n, page in enumerate(pages, 1)})


def test_a_product_is_read_whole(fetcher):
    with shop_of([product(7, parent=5, is_in_stock=False)]) as shop:
        [record] = walk_api(f"{shop.url}/shop/", fetcher)
    assert (record.item_id, record.category, record.group) == ("S7", "Hosen", "5")
    assert record.title.startswith("Hose")
    assert (record.price, record.currency) == (Decimal("19.90"), "EUR")
    assert (record.in_stock, record.brand) == (False, "Acme")
    assert record.product_url == "https://shop.example/product/hose-7/"
    assert record.image_urls == ("https://shop.example/7a.jpg", "https://shop.example/7b.jpg")


@pytest.mark.parametrize(
    ("written", "unit", "price"),
    [("1990", 2, "19.90"), ("2980", 0, "2980.00"), ("12500", 3, "12.50"), ("0", 2, "0.00"),
     ("", 2, None), (None, None, None), ("1990", "x", "1990.00"), ("1e999999", 2, None)],
)  # fmt: skip
def test_prices_are_in_the_smallest_unit(fetcher, written, unit, price):
    prices = {"price": written, "currency_code": "EUR", "currency_minor_unit": unit}
    with shop_of([product(1, prices=prices)]) as shop:
        [record] = walk_api(shop.url, fetcher)
    assert record.price == (None if price is None else Decimal(price))


def test_pages_are_read_while_they_are_full(fetcher):
    with shop_of([product(n) for n in range(100)], [product(100)]) as shop:
        assert len(list(walk_api(shop.url, fetcher))) == 101
        assert len(shop.requests) == 3  # robots.txt and two pages


def test_a_shop_that_repeats_its_page_is_left(fetcher):
    page = [product(n) for n in range(100)]
    with shop_of(page, page, page) as shop:
        assert len(list(walk_api(shop.url, fetcher))) == 100
        assert len(shop.requests) == 3


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://a.example/", "https://a.example/wp-json/wc/store/v1/products"),
        ("https://a.example/product-category/men/tees/",
         "https://a.example/wp-json/wc/store/v1/products?category=tees"),
        ("https://a.example/store/product-category/men/",
         "https://a.example/store/wp-json/wc/store/v1/products?category=men"),
        ("https://a.example/?rest_route=/wc/store/v1/products",
         "https://a.example/?rest_route=/wc/store/v1/products"),
    ],
)  # fmt: skip
def test_the_list_is_that_of_the_shop_or_of_the_category(url, address):
    assert products_address(url) == address


def test_broken_products_are_named_and_the_others_kept(fetcher):
    odd = [None, {}, {"id": 5, "prices": [], "images": {}, "categories": [3]}, product(6)]
    with shop_of(odd) as shop:
        first, second, *rest = walk_api(shop.url, fetcher)
    assert isinstance(first, Unreadable)
    assert isinstance(second, Unreadable)
    assert [r.item_id for r in rest] == ["5", "S6"]


def test_a_shop_without_the_api_is_named(fetcher):
    with Shop() as shop, pytest.raises(SourceError, match="404"):
        list(walk_api(shop.url, fetcher))
