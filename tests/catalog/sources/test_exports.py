"""What the exports of shop programs mean."""

import pytest

from catalog.records import Unreadable
from catalog.sources.exports import rows_of_products


def of(*rows):
    """The rows as they are sold, lines counted from 2; what was left out in sentences."""
    lines = [row if isinstance(row, Unreadable) else (n, row) for n, row in enumerate(rows, 2)]
    found = list(rows_of_products(iter(lines)))
    told = [one.reason for one in found if isinstance(one, Unreadable)]
    return [one[1] for one in found if not isinstance(one, Unreadable)], told


BROKEN = Unreadable("line 9", "line 9 cannot be read")


@pytest.mark.parametrize("rows", [[], [{"id": "1"}], [BROKEN], [BROKEN, {"id": "1", "title": "x"}]])
def test_any_other_table_stays_as_it_is(rows):
    lines = [row if isinstance(row, Unreadable) else (2, row) for row in rows]
    assert list(rows_of_products(iter(lines))) == lines


def row(handle="tee", **more):
    """A row of Shopify's, whose head says the title."""
    return {"handle": handle, "title": "", "variant_price": "", "variant_sku": ""} | more


HEAD = row(title="Tee", variant_price="5", variant_sku="T-1", type="Shirts", image_src="/1.jpg")


def test_shopify_names_a_product_once_and_its_variants_inherit():
    found, told = of(
        HEAD,
        row(variant_sku="T-2", variant_price="6", variant_image="/2.jpg"),
        row(image_src="/3.jpg"),
    )
    assert told == []
    assert [(one["item_id"], one["title"], one["price"], one["group"]) for one in found] == [
        ("T-1", "Tee", "5", "tee"), ("T-2", "Tee", "6", "tee"),
    ]  # fmt: skip
    assert found[0]["image_urls"] == ["/1.jpg", "/3.jpg"]
    assert found[1]["image_urls"] == ["/2.jpg", "/1.jpg", "/3.jpg"]  # its own first


def test_a_product_with_one_variant_is_of_no_group():
    assert [one["group"] for one in of(HEAD)[0]] == [""]


def test_variants_without_sku_are_one_product_called_by_its_handle():
    found, _ = of(
        row(title="Tee", variant_price="5"), row(variant_price="6"), row("hat", title="Hat")
    )
    assert [(one["item_id"], one["price"]) for one in found] == [("tee", "5"), ("hat", "")]


def test_a_sku_that_another_product_has_is_no_id():
    found, _ = of(HEAD, HEAD | {"handle": "hat", "title": "Hat"})
    assert [(one["item_id"], one["title"]) for one in found] == [("T-1", "Tee"), ("hat", "Hat")]


def test_a_sku_of_two_variants_is_one_product():
    assert [one["item_id"] for one in of(HEAD, row(variant_sku="T-1", variant_price="6"))[0]] == [
        "T-1"
    ]


def test_the_apostrophe_of_a_spreadsheet_is_no_part_of_a_sku():
    assert of(HEAD | {"variant_sku": "'007"})[0][0]["item_id"] == "007"


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": "Draft"},
        {"status": "archived"},
        {"published": "FALSE"},
        {"published_on_online_store": "no"},
    ],
)
def test_what_is_no_longer_shown_is_left_out_and_counted(hidden):
    found, told = of(
        HEAD | hidden, row(variant_sku="T-2", variant_price="6"), HEAD | {"handle": "hat"}
    )
    assert [one["item_id"] for one in found] == ["T-1"]
    assert told == ["1 × not published (drafts, archived, private)"]


@pytest.mark.parametrize(
    ("stock", "in_stock"),
    [
        ({"variant_inventory_qty": "3", "variant_inventory_tracker": "shopify"}, "yes"),
        ({"variant_inventory_qty": "0", "variant_inventory_tracker": "shopify"}, "no"),
        ({"variant_inventory_qty": "-2", "variant_inventory_tracker": "shopify"}, "no"),
        ({"variant_inventory_qty": "0"}, "yes"),  # nobody counts them
        (
            {
                "variant_inventory_qty": "0",
                "variant_inventory_tracker": "s",
                "variant_inventory_policy": "continue",
            },
            "yes",
        ),
        ({"variant_inventory_qty": "many"}, ""),
        ({"variant_inventory_qty": "--3"}, ""),
        ({"variant_inventory_qty": "9" * 5000}, ""),
        ({}, ""),
    ],
)
def test_stock_is_what_shopify_counts(stock, in_stock):
    assert of(HEAD | stock)[0][0]["in_stock"] == in_stock


def test_one_variant_that_can_be_had_is_enough_for_the_product():
    tracked = {"variant_inventory_tracker": "shopify", "variant_sku": "", "variant_price": "5"}
    rows = [
        HEAD | tracked | {"variant_inventory_qty": "0"},
        row(**tracked, variant_inventory_qty="2"),
    ]
    assert of(*rows)[0][0]["in_stock"] == "yes"


def test_a_row_that_cannot_be_read_is_told_and_parts_no_product_wrongly():
    found, told = of(HEAD, BROKEN, HEAD | {"handle": "hat", "variant_sku": "H-1"})
    assert [one["item_id"] for one in found] == ["T-1", "H-1"]
    assert told == ["line 9 cannot be read"]


def woo(**more):
    fields = {"id": "1", "type": "simple", "sku": "W-1", "name": "Tee", "regular_price": "5",
              "published": "1", "images": "/1.jpg", "categories": "Shirts, Sale", "parent": ""}  # fmt: skip
    return fields | more


def test_woocommerce_s_variations_inherit_from_their_product_by_sku_or_id():
    parent = woo(type="variable", sku="W", id="10")
    child = woo(type="variation", sku="W-S", name="", images="", categories="")
    for named in ("W", "id:10"):
        found, _ = of(parent, child | {"parent": named})
        assert (found[1]["name"], found[1]["images"], found[1]["categories"]) == (
            "Tee",
            "/1.jpg",
            "Shirts",
        )
    own, _ = of(parent, child | {"parent": "W", "name": "Small tee"})
    assert own[1]["name"] == "Small tee"
    orphan, _ = of(parent, child | {"parent": "other"})
    assert orphan[1]["name"] == ""


def test_a_product_with_variations_is_a_group_of_its_own():
    found, _ = of(woo(type="variable", sku="", id="10"))
    assert found[0]["group"] == "id:10"
    assert "group" not in of(woo())[0][0]


def test_woocommerce_s_first_category_counts_and_a_comma_in_it_is_one():
    assert of(woo(categories="Tees\\, long, Sale"))[0][0]["categories"] == "Tees, long"
    assert of(woo(categories=""))[0][0]["categories"] == ""


@pytest.mark.parametrize("published", ["0", "-1"])
def test_woocommerce_s_drafts_are_left_out_and_counted(published):
    found, told = of(woo(), woo(published=published), woo(published=published))
    assert len(found) == 1
    assert told == ["2 × not published (drafts, archived, private)"]
