"""Small values as pages write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.values import (
    MAX_CHARACTERS,
    PRODUCT_PAGE,
    address_key,
    id_from_url,
    in_stock,
    letters,
    offers_to_buy,
    plain,
    said_of_stock,
    same_words,
    text,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["@value", "name", "x"]), inner)
    ),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("  Blue \n tee ", "Blue tee"),
        ("Tee &amp;amp; co", "Tee & co"),
        ("Size <b>M</b>", "Size M"),
        ("5 < 6", "5 < 6"),
        (["", None, "second"], "second"),
        ({"@value": "a value"}, "a value"),
        ({"name": {"@value": ["deep"]}}, "deep"),
        (7, "7"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E+999999"), ""),
        (10**41, ""),
        (True, ""),
        (None, ""),
        ([], ""),
        (object(), ""),
    ],
)
def test_the_text_of_any_value_is_the_first_that_there_is(value, found):
    assert text(value) == found


def test_a_text_is_no_longer_than_a_text_may_be():
    assert len(text("x" * 10 * MAX_CHARACTERS)) == MAX_CHARACTERS


def test_a_web_of_lists_is_given_up():
    endless: list = []
    endless.append(endless)
    assert text(endless) == ""


@given(JSON)
def test_any_value_has_a_text_in_one_line(value):
    found = text(value)
    assert found == " ".join(found.split())


@given(st.text())
def test_plain_words_have_single_spaces(words):
    assert plain(words) == " ".join(plain(words).split())


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("https://schema.org/InStock", True),
        ("http://schema.org/OutOfStock", False),
        ("InStock.html", True),
        ("http://schema.org/OutOfStock/", False),
        ("https://schema.org/OutOfStock#", False),
        ("schema:InStock", True),
        ("3 in stock", True),
        ("0 in stock", False),
        ("in_stock", True),
        ("BackOrder", False),
        ("PreOrder", True),
        ("nur noch wenige auf Lager", True),
        ("ausverkauft", False),
        ("нет в наличии", False),
        ("在庫あり", True),
        ("перезвоните нам", None),
        ("", None),
    ],
)
def test_stock_is_read_from_schema_s_words_and_the_shop_s_own(written, answer):
    assert in_stock(written) is answer


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("Not in stock", False),  # though "in stock" stands in it
        ("no longer available now", False),
        ("Discontinued by manufacturer: no", None),
        ("Only 3 left!", True),
        ("stocking fillers", None),
        ("nicht auf Lager", False),
        ("n’est plus disponible", False),
    ],
)
def test_a_denial_counts_before_what_it_denies(sentence, answer):
    assert said_of_stock(sentence) is answer


@pytest.mark.parametrize(
    ("label", "sells"),
    [
        ("Add to cart", True),
        ("  In den Warenkorb »", True),
        ("加入购物车", True),
        ("Buying guide", False),
        ("Buy one of our many gift cards for a friend of yours", False),
        ("Add to wishlist", False),
        ("", False),
    ],
)
def test_a_buy_button_is_known_by_its_words(label, sells):
    assert offers_to_buy(label) is sells


@pytest.mark.parametrize(
    ("url", "ident"),
    [
        ("https://shop.example/p/blue-tee-104233.html", "blue-tee-104233"),
        ("https://shop.example/p/blue%20tee/", "blue tee"),
        ("https://shop.example/view.php?lang=en&product_id=77", "77"),
        ("https://shop.example/item.aspx", "item"),
        ("https://shop.example/dp/B0001/ref=sr_1_1", "B0001"),
        ("https://shop.example/p/tee.html;jsessionid=1A.node2", "tee"),
        ("https://shop.example/p/tee;size=m", "tee;size=m"),
        ("https://shop.example/?pid=a%2Fb", "a/b"),
        ("https://shop.example/?grid=7", ""),
        ("https://shop.example/", ""),
        ("", ""),
    ],
)
def test_an_id_is_the_end_of_an_address(url, ident):
    assert id_from_url(url) == ident


@pytest.mark.parametrize(
    "other",
    [
        "http://shop.example/p/Tee",
        "https://www.shop.example/p/tee/",
        "https://shop.example/p/tee#reviews",
        "https://shop.example/p/tee?utm_source=mail&gclid=x",
        "https://shop.example/p/t%65e?variant=5",
        "https://shop.example/p/tee;jsessionid=1A",
    ],
)
def test_addresses_of_one_product_have_one_key(other):
    assert address_key(other) == address_key("https://shop.example/p/tee")


def test_what_tells_products_apart_stays_in_the_key():
    keys = [
        address_key(f"https://shop.example/{rest}")
        for rest in ("p/tee", "p/tees", "p?id=1", "p?id=2", "p", "p;id=1")
    ]
    assert len(set(keys)) == 6
    assert address_key("https://a.example/?b=1&a=2") == address_key("https://a.example/?a=2&b=1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Blue tee", "BLUE-TEE!", True),
        ("Blue tee", "Blue tee, men", True),
        ("Tee", "Blue cotton tee for summer days", False),
        ("Straße", "STRASSE", True),
        ("Футболка синяя", "футболка  СИНЯЯ", True),
        ("", "", False),
        ("!!!", "???", False),
    ],
)
def test_names_are_the_same_when_one_holds_most_of_the_other(one, other, same):
    assert same_words(one, other) is same
    assert same_words(other, one) is same


@given(st.text())
def test_letters_are_all_that_is_compared(words):
    assert letters(letters(words)) == letters(words)
    assert not set(letters(words)) & set(" _-.!")


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/products/tee", True),
        ("/p/1", True),
        ("/damen/kleid-p-12345", True),
        ("/shop/kleid-1234567.html", True),
        ("/products/", False),
        ("/about-us", False),
    ],
)
def test_an_address_looks_like_a_product_s_or_not(path, is_one):
    assert bool(PRODUCT_PAGE.search(path)) is is_one
