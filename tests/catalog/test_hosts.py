import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.hosts import host_of, same_site
from catalog.models import Product
from catalog.registry import scrape, shop_of
from catalog.visiting.fetching import Fetcher
from tests.catalog.reading.pages import json_ld, product
from tests.conftest import picture_bytes
from tests.shops import Shop

SPELLINGS = [
    ("рубашки.example", "рубашки.example".encode("idna").decode()),
    ("straße.example", "xn--strae-oqa.example"),
    ("straße.example", "strasse.example"),
    ("MÜNCHEN.example", "xn--mnchen-3ya.example."),
]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://рубашки.example/", f"https://{'рубашки'.encode('idna').decode()}.example/a"),
        ("https://münchen-hemden.example", "http://xn--mnchen-hemden-wob.example/x"),
        ("https://MÜNCHEN.example", "https://xn--MNCHEN-3YA.example"),
        ("https://Shop.Example", "https://shop.example."),
        ("https://shop.example:443/a", "https://shop.example/b"),
        ("http://shop.example:80/a", "https://shop.example:443"),
        ("https://www.shop.example", "https://shop.example"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://straße.example", "https://strasse.example"),
        ("https://STRASSE.example.:443", "https://xn--strae-oqa.example"),
        ("https://shop。example", "https://shop.example"),
        ("https://日本語.example", "https://xn--wgv71a119e.example"),
        ("https://me:secret@shop.example", "https://shop.example"),
    ],
)
def test_a_host_is_one_shop_however_it_is_spelled(one, other):
    assert same_site(one, other)
    assert shop_of(one) == shop_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://shop.example:8443/", "https://shop.example/"),
        ("https://shop.example/", "https://cdn.shop.example/"),
        ("https://münchen.example", "https://munchen.example"),
        ("https://xn--shop-.example", "https://shop.example"),  # punycode of what needs none
        ("https://xn--hop-xf23a.example", "https://shop.example"),  # a letter of full width
        ("https://shop.example", "https://shop.example.evil.example"),
    ],
)
def test_another_host_is_another_shop(one, other):
    assert not same_site(one, other)


@given(st.text(max_size=30))
def test_no_address_breaks_it(text):
    assert isinstance(host_of(f"http://{text}"), str)
    assert isinstance(host_of(f"http://xn--{text}.example:80"), str)


def test_a_shops_name_holds_no_password_and_an_address_keeps_its_port():
    assert shop_of("https://me:secret@Shop.example/") == "shop.example"
    assert shop_of("http://127.0.0.1:8000/a") == "127.0.0.1:8000"
    assert shop_of("http://[::1]:8000/a") == "[::1]:8000"


@pytest.mark.django_db
@pytest.mark.parametrize("asked_for", [0, 1])
@pytest.mark.parametrize("spellings", SPELLINGS)
def test_a_shops_pages_are_its_own_in_either_spelling(spellings, asked_for):
    asked, said = spellings[asked_for], spellings[1 - asked_for]
    fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True, resolver=lambda *_: ["127.0.0.1"])
    with Shop({"/i/1.jpg": picture_bytes("red"), "/i/2.jpg": picture_bytes("blue")}) as shop:
        port = shop.url.rpartition(":")[2]
        link = f'<link rel="next" href="http://{said}:{port}/2">'
        shop.answers |= {"/1": json_ld(product("1")) + link, "/2": json_ld(product("2"))}
        found = list(scrape(f"http://{asked}:{port}/1", fetcher))
    assert [(outcome.key, outcome.status.value) for outcome in found] == [
        ("1", "new"),
        ("2", "new"),
    ]
    assert len(set(Product.objects.values_list("shop", flat=True))) == 1
