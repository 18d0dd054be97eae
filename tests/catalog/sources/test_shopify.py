import json
from decimal import Decimal

import pytest

from catalog.records import SourceError, Unreadable
from catalog.sources.shopify import products_address, walk_shopify
from tests.shops import Shop

CDN = "https://cdn.shopify.com/s/files"


def variant(number, **more):
    return {"id": number, "title": f"V{number}", "sku": f"S{number}", "price": "19.90",
            "available": True, "featured_image": None} | more  # fmt: skip


def product(number, *variants, **more):
    return {
        "id": number,
        "title": f"Tee {number}",
        "handle": f"tee-{number}",
        "product_type": "Shirts",
        "vendor": "Acme",
        "variants": list(variants) or [variant(number)],
        "images": [{"src": f"{CDN}/{number}a.jpg"}, {"src": f"{CDN}/{number}b.jpg"}],
    } | more


def shop_of(*pages, **answers):
    shop = Shop({f"/{path}": body for path, body in answers.items()})
    for number, products in enumerate([*pages, []], 1):
        body = json.dumps({"products": products})
        shop.answers[f"/products.json?limit=250&page={number}"] = body
    return shop


def test_a_product_is_read_whole(fetcher):
    meta = {"/meta.json": json.dumps({"currency": "CHF"})}
    with shop_of([product(7)]) as shop:
        shop.answers |= meta
        [record] = walk_shopify(shop.url, fetcher)
        assert (record.item_id, record.title, record.category) == ("S7", "Tee 7", "Shirts")
        assert (record.price, record.currency, record.in_stock) == (Decimal("19.90"), "CHF", True)
        assert record.brand == "Acme"
        assert record.product_url == f"{shop.url}/products/tee-7"
        assert record.image_urls == (f"{CDN}/7a.jpg", f"{CDN}/7b.jpg")
        assert (record.image_url, record.group) == (f"{CDN}/7a.jpg", "")


def test_pages_are_read_to_the_last(fetcher):
    with shop_of([product(1), product(2)], [product(3)]) as shop:
        assert [r.item_id for r in walk_shopify(shop.url, fetcher)] == ["S1", "S2", "S3"]


def test_a_shop_that_repeats_its_page_is_left(fetcher):
    with Shop() as shop:
        body = json.dumps({"products": [product(1)]})
        shop.answers = {f"/products.json?limit=250&page={n}": body for n in range(1, 99)}
        assert len(list(walk_shopify(shop.url, fetcher))) == 1
        assert len(shop.requests) == 4  # robots.txt, the currency, two pages


def test_a_page_that_fails_is_told_of_after_the_others(fetcher):
    """Told of, so that no product of it is taken for gone."""
    with shop_of([product(1)], [product(2)], [product(3)]) as shop:
        shop.answers["/products.json?limit=250&page=2"] = "<html>Oops</html>"
        found = walk_shopify(shop.url, fetcher)
        assert [next(found).item_id for _ in range(2)] == ["S1", "S3"]
        with pytest.raises(SourceError, match=r"page=2: it is no JSON"):
            next(found)


def test_pages_that_go_on_failing_end_the_walk(fetcher):
    with Shop({"/products.json?limit=250&page=1": json.dumps({"products": [product(1)]})}) as shop:
        with pytest.raises(SourceError, match=r"page=2: HTTP status 404"):
            list(walk_shopify(shop.url, fetcher))
        assert len(shop.requests) == 6  # robots.txt, the currency, one page, three that failed


def test_sizes_are_one_record_and_colours_with_their_own_pictures_several(fetcher):
    sizes = product(1, variant(11), variant(12, sku="", available=False))
    red, blue = ({"src": f"{CDN}/{name}.jpg"} for name in ("red", "blue"))
    colours = product(
        2,
        variant(21, featured_image=red, title="Red / S", available=False),
        variant(22, featured_image=red, title="Red / M", available=False),
        variant(23, featured_image=blue, title="Blue / S", sku=""),
    )
    with shop_of([sizes, colours]) as shop:
        one, first, second = walk_shopify(shop.url, fetcher)
    assert (one.item_id, one.group, one.in_stock) == ("S11", "1", True)
    assert (first.item_id, first.title, first.in_stock) == ("S21", "Tee 2 – Red / S", False)
    assert (second.item_id, second.title, second.in_stock) == ("23", "Tee 2 – Blue / S", True)
    assert first.group == second.group == "2"
    assert (first.image_url, second.image_url) == (f"{CDN}/red.jpg", f"{CDN}/blue.jpg")


def test_a_sku_that_two_products_share_is_the_first_ones(fetcher):
    with shop_of([product(1, variant(1, sku="x")), product(2, variant(2, sku="x"))]) as shop:
        assert [r.item_id for r in walk_shopify(shop.url, fetcher)] == ["x", "2"]


def test_a_sku_that_colours_share_is_the_first_one_s(fetcher):
    def coloured(number, *names, **more):
        return [variant(number * 10 + place, featured_image={"src": f"{CDN}/{name}.jpg"}, **more)
                for place, name in enumerate(names)]  # fmt: skip

    one = product(1, *coloured(1, "red", "blue", "green", sku="x"))
    other = product(2, *coloured(2, "grey", "pink", sku="x"), *coloured(3, "grey", sku="y"))
    with shop_of([one, other]) as shop:
        ids = [r.item_id for r in walk_shopify(shop.url, fetcher)]
    assert ids == ["x", "11", "12", "20", "21"]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://a.example/", "https://a.example/products.json"),
        ("https://a.example/pages/about?x=1#y", "https://a.example/products.json"),
        ("https://a.example/collections/tees", "https://a.example/collections/tees/products.json"),
        ("https://a.example/en/collections/tees/blue?sort=1",
         "https://a.example/en/collections/tees/products.json"),
        ("https://a.example/products.json?page=3", "https://a.example/products.json"),
    ],
)  # fmt: skip
def test_the_list_is_that_of_the_shop_or_of_the_collection(url, address):
    assert products_address(url) == address


def test_broken_products_are_named_and_the_others_kept(fetcher):
    odd = [None, "x", {}, {"id": 5, "variants": 3, "images": "no", "title": ["t"]}, product(6)]
    with shop_of(odd) as shop:
        found = list(walk_shopify(shop.url, fetcher))
    assert [r.key for r in found if isinstance(r, Unreadable)] == [
        f"product {n} of page 1" for n in (1, 2, 3)
    ]
    assert [r.item_id for r in found[3:]] == ["5", "S6"]


@pytest.mark.parametrize(
    "body", ["<html>", "[]", "{}", '{"products": 3}', "[" * 100_000, '{"products": 1' + "0" * 5000]
)
def test_what_is_no_list_of_products_is_named(fetcher, body):
    with Shop({"/products.json?limit=250&page=1": body}) as shop:
        with pytest.raises(SourceError, match=r"/products\.json"):
            list(walk_shopify(shop.url, fetcher))


def test_no_field_names_a_file_of_this_machine(fetcher):
    images = [{"src": "file:///etc/passwd"}, {"src": "/etc/passwd"}, {"src": "javascript:x"}]
    with shop_of([product(1, images=images)]) as shop:
        [record] = walk_shopify(shop.url, fetcher)
        assert record.image_urls == (f"{shop.url}/etc/passwd",)
        assert record.image_path is None
