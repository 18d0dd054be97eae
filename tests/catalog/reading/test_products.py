from dataclasses import replace
from decimal import Decimal

import pytest

from catalog.reading.page import Page
from catalog.reading.products import read_list, read_products
from tests.catalog.reading.pages import json_ld, product

URL = "https://shop.example/p/blue-tee-104233"
SHOT = '<img src="/i/tee.jpg" alt="Blue tee" width="600">'


def own(html, url=URL):
    reading = read_products(Page(html, url))
    assert reading.own
    [facts] = reading.products
    return facts


def test_a_page_without_markup_is_read_as_a_visitor_reads_it():
    facts = own(
        f"<title>Blue tee – Shop</title><h1>Blue tee</h1>{SHOT}<p>Art.-Nr.: BT-77</p>"
        "<div><span class='old'>29,90 €</span> <b>19,90 €</b></div><p>Sofort lieferbar</p>"
        "<button>In den Warenkorb</button>"
    )
    assert (facts.title, facts.price, facts.currency) == ("Blue tee", Decimal("19.90"), "EUR")
    assert (facts.item_id, facts.in_stock) == ("BT-77", True)
    assert facts.images == ("https://shop.example/i/tee.jpg",)


@pytest.mark.parametrize(
    ("words", "in_stock"),
    [("Sold out", False), ("Derzeit nicht verfügbar.", False), ("Épuisé", False),
     ("We don't know when this item will be available again", False), ("在庫切れ", False),
     ("Нет в наличии", False), ("Only 3 left", True), ("En stock", True), ("現貨", True),
     ("Lovely cotton", None)],
)  # fmt: skip
def test_stock_is_what_the_page_says_and_silence_is_unknown(words, in_stock):
    facts = own(f"{json_ld(product('7', name='Blue tee', url=URL))}<h1>Blue tee</h1><p>{words}</p>")
    assert facts.in_stock is in_stock


def test_a_button_to_buy_says_in_stock_unless_it_is_turned_off():
    markup = json_ld(product("7", name="Blue tee", url=URL)) + "<h1>Blue tee</h1>"
    assert own(markup + "<button>Add to cart</button>").in_stock is True
    assert own(markup + "<button disabled>Add to cart</button>").in_stock is None
    assert own(markup + "<nav><a href='/cart'>Buy</a></nav>").in_stock is None


def test_syntaxes_complete_each_other_field_by_field():
    bare = {"@type": "Product", "name": "Blue tee", "url": URL, "sku": "7"}
    facts = own(
        '<meta property="og:image" content="/i/og.jpg">'
        '<meta property="product:price:amount" content="12.50">'
        '<meta property="product:price:currency" content="USD">'
        f'{json_ld(bare)}<link itemprop="availability" href="https://schema.org/OutOfStock">'
    )
    assert (facts.item_id, facts.price, facts.currency) == ("7", Decimal("12.50"), "USD")
    assert facts.images == ("https://shop.example/i/og.jpg",)
    assert facts.in_stock is False


def test_names_of_types_and_properties_in_any_case_are_known():
    node = {"@Type": "schema:PRODUCT", "Name": "Tee", "URL": URL, "SKU": 7,
            "Offers": {"@type": "offer", "Price": {"@value": "5"}, "PriceCurrency": "EUR"}}  # fmt: skip
    facts = own(json_ld(node))
    assert (facts.title, facts.item_id, facts.price) == ("Tee", "7", Decimal("5.00"))


def test_sizes_are_one_product_and_in_stock_if_one_of_them_is():
    sizes = [
        product(f"s{n}", name="Blue tee", url=URL, offers={
            "price": "5", "priceCurrency": "EUR", "availability": stock
        })
        for n, stock in enumerate(["OutOfStock", "InStock", "OutOfStock"])
    ]  # fmt: skip
    facts = own("<h1>Blue tee</h1>" + json_ld(sizes) + "<p>Ref. 1044/320</p>")
    assert facts.in_stock is True
    assert facts.item_id == "1044/320"


def test_other_products_of_its_page_are_not_taken():
    others = [{"@type": "ListItem", "item": product(str(n))} for n in range(5)]
    mine = product("mine", name="Blue tee", url=URL, isRelatedTo=[product("related")])
    facts = own(json_ld({"@type": "ItemList", "itemListElement": others}) + json_ld(mine))
    assert facts.item_id == "mine"


def test_recommendations_do_not_give_their_price_or_stock():
    cards = "".join(
        f"<li class=product><a href='/p/{n}'><img src='/i/{n}.jpg'></a><h3>Tee {n}</h3>"
        f"<span class='price sale'>${n}.99</span><button>Add to cart</button></li>"
        for n in range(1, 9)
    )
    facts = own(
        f"<title>Blue tee</title><h1>Blue tee</h1>{SHOT}<p>$45.00</p>"
        f"<form><input type=hidden name=product_id value=104233></form><p>Out of stock</p>"
        f"<h2>You may also like</h2><ul>{cards}</ul>"
    )
    assert (facts.price, facts.in_stock, facts.item_id) == (Decimal("45.00"), False, "104233")


def test_a_reduced_price_wins_over_the_regular_one_in_the_markup():
    node = product("7", name="Blue tee", url=URL,
                   offers={"price": "29.90", "priceCurrency": "EUR"})  # fmt: skip
    shown = "<h1>Blue tee</h1><s class=price>29,90 €</s> <b class=price>19,90 €</b>"
    assert own(json_ld(node) + shown).price == Decimal("19.90")


def test_the_state_in_scripts_is_read_where_there_is_nothing_better():
    state = """window.__STATE__ = {"page": {"product": {"name": "Blue tee", "sku": "BT9",
        "price": {"salePrice": 15.5, "currency": "GBP"}, "inStock": false}}};"""
    facts = own(f"<title>Blue tee</title><h1>Blue tee</h1>{SHOT}<script>{state}</script>"
                '<meta property="og:type" content="product">')  # fmt: skip
    assert (facts.item_id, facts.price, facts.currency) == ("BT9", Decimal("15.50"), "GBP")
    assert facts.in_stock is False


def test_entities_and_tags_are_taken_out_of_names():
    assert own(json_ld(product("7", name="Tom &amp;amp; <b>Co</b>", url=URL))).title == "Tom & Co"


@pytest.mark.parametrize("picture", ["data:image/gif;base64,R0", "about:blank", "#", " "])
def test_what_is_no_address_of_a_file_is_no_picture(picture):
    facts = own(json_ld(product("7", name="Blue tee", url=URL, image=picture))
                + f"<h1>Blue tee</h1>{SHOT}")  # fmt: skip
    assert facts.images == ("https://shop.example/i/tee.jpg",)


def test_other_pictures_stand_by_for_when_the_first_is_none():
    facts = own(json_ld(product("7", name="Blue tee", url=URL, image="/img/soon.png"))
                + f"<h1>Blue tee</h1>{SHOT}")  # fmt: skip
    assert facts.images == (
        "https://shop.example/img/soon.png",
        "https://shop.example/i/tee.jpg",
    )


def test_a_list_whose_markup_describes_one_product_is_its_cards():
    cards = "".join(
        f"<li class=product><a href='/p/{n}'><img src='/i/{n}.jpg'><h3>Tee {n}</h3></a>"
        f"<b>${n}.99</b></li>" for n in range(1, 7)
    )  # fmt: skip
    one = product("sku3", url="/p/3", name="Tee 3")
    found = read_products(Page(json_ld(one) + f"<h1>Tees</h1><ul>{cards}</ul>", URL)).products
    assert [facts.title for facts in found] == [f"Tee {n}" for n in range(1, 7)]
    assert found[2].item_id == "sku3"


def test_items_without_address_and_id_do_not_fold_into_one():
    items = [replace_url(product(str(n), name=f"Tee {n}")) for n in range(3)]
    found = read_list(Page(json_ld(items), URL)).products
    assert [facts.title for facts in found] == ["Tee 0", "Tee 1", "Tee 2"]


def replace_url(node):
    return {key: value for key, value in node.items() if key not in ("url", "sku")}


@pytest.mark.parametrize("kind", ["CollectionPage", "SearchResultsPage", "OfferCatalog"])
def test_products_are_found_in_every_kind_of_list(kind):
    offer = {"@type": "Offer", "price": "5", "itemOffered": product("1", offers=None)}
    nested = {"@type": kind, "mainEntity": {"@id": "#list"}}
    listed = {"@id": "#list", "@type": "ItemList", "itemListElement": [offer, product("2")]}
    found = read_products(Page(json_ld({"@graph": [nested, listed]}), URL)).products
    assert [(facts.item_id, facts.price) for facts in found] == [
        ("1", Decimal("5.00")),
        ("2", Decimal("19.90")),
    ]


def test_variants_inherit_from_their_group_and_know_it():
    group = {"@type": "ProductGroup", "productGroupID": "G", "name": "Tee", "image": "/g.jpg",
             "offers": {"price": "5", "priceCurrency": "EUR"},
             "hasVariant": [{"sku": "a", "url": "/p/a"}, {"sku": "b", "url": "/p/b", "name": "B"}]}  # fmt: skip
    found = read_products(Page(json_ld(group), "https://shop.example/c")).products
    assert [(f.item_id, f.title, f.group, f.price) for f in found] == [
        ("a", "Tee", "G", Decimal("5.00")),
        ("b", "B", "G", Decimal("5.00")),
    ]
    assert all(f.images == ("https://shop.example/g.jpg",) for f in found)


def test_a_blog_sells_nothing():
    posts = "".join(
        f"<article class=post><a href='/2024/post-{n}'><img src='/i/{n}.jpg'></a>"
        f"<h2><a href='/2024/post-{n}'>Post {n}</a></h2><p>Read more</p></article>"
        for n in range(6)
    )
    assert read_products(Page(f"<title>Blog</title><h1>Blog</h1>{posts}", URL)).products == ()


def test_facts_complete_each_other_and_keep_their_own():
    page = Page(json_ld(product("1")), "https://shop.example/c")
    [facts] = read_products(page).products
    bare = replace(facts, title="", price=None)
    assert bare.completed(replace(facts, title="Other")).title == "Other"
    assert facts.completed(replace(facts, title="Other")).title == "Shirt 1"
