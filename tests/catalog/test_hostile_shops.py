"""One bad answer never ends a run: it is that product's failure, and the others come in."""

import gzip
import json
import time

import pytest

from catalog.models import Product
from catalog.registry import scrape
from catalog.visiting import fetching
from catalog.visiting.fetching import Fetcher
from runs.outcomes import Status
from tests.catalog.sources.test_category import json_ld, product
from tests.conftest import picture_bytes
from tests.shops import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def fetcher():
    return Fetcher("Test/1.0", pause=0, allow_loopback=True, sleep=lambda _seconds: None)


def trickle():
    while True:
        time.sleep(0.05)
        yield b"."


def endless():
    while True:
        yield b"\0" * 65536


PICTURE = picture_bytes("red")
BAD_PICTURES = {
    "no address": "http://[",
    "no host": "http://a..b/x.jpg",
    "no port": "http://shop.example:99999999/x.jpg",
    "another scheme": "file:///etc/passwd",
    "a script": "javascript:alert(1)",
    "half a letter": "http://shop.example/\ud800.jpg",
    "a bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"\0" * 30_000_000)),
    "a trickle": (200, {}, trickle),
    "without end": (200, {}, endless),
    "a page": b"<html>sold out</html>",
    "nothing": b"",
    "half": PICTURE[: len(PICTURE) // 2],
    "to nowhere": (302, {"Location": "http://["}, b""),
    "to a file": (302, {"Location": "file:///etc/passwd"}, b""),
    "to itself": (302, {"Location": "?"}, b""),
    "without where": (302, {}, b""),
    "later": (503, {"Retry-After": "Fri, 31 Dec 99999999999 23:59:59 GMT"}, b""),
    "much later": (429, {"Retry-After": "9" * 5000}, b""),
    "gone": (410, {}, b""),
    "an odd status": (799, {}, b""),
    "packed wrongly": (200, {"Content-Encoding": "gzip"}, PICTURE),
    "not changed": (304, {}, b""),
    # What stands behind such a name is lost on the standard library, the length among it.
    "a header's odd name": (200, {"X-\xe9": "\x80"}, PICTURE),
}
GOOD_PICTURES = {
    "odd headers": (200, {"ETag": '"\xff"', "Set-Cookie": "\xff=\xff"}, PICTURE),
    "another type": (200, {"Content-Type": "text/html; charset=\xff"}, PICTURE),
    "a redirect with a large body": (302, {"Location": "/good.jpg"}, b"\0" * 3_000_000),
}


def path_of(name: str) -> str:
    return f"/i/{name.replace(' ', '-')}.jpg"


def make_shop() -> Shop:
    shop = Shop({"/good.jpg": PICTURE})
    nodes = [product("first", image="/good.jpg")]
    for name, answer in (BAD_PICTURES | GOOD_PICTURES).items():
        nodes.append(product(name, image=answer if isinstance(answer, str) else path_of(name)))
        if isinstance(answer, tuple) and callable(answer[2]):
            status, headers, body = answer
            shop.answers[path_of(name)] = lambda _h, s=status, h=headers, b=body: (s, h, b())
        else:
            shop.answers[path_of(name)] = answer
    nodes.append(product("last", image="/good.jpg"))
    shop.answers["/tees"] = json_ld(nodes)
    return shop


def test_each_bad_picture_is_its_own_product_s_failure(fetcher, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.5)
    with make_shop() as shop:
        found = {outcome.key: outcome for outcome in scrape(f"{shop.url}/tees", fetcher)}
    failed = {key for key, outcome in found.items() if outcome.status == Status.FAILED}
    taken = {key for key, outcome in found.items() if outcome.status == Status.NEW}
    assert failed == set(BAD_PICTURES)
    assert taken == {"first", *GOOD_PICTURES, "last"}
    assert all(found[key].detail for key in failed)


def nested(depth: int, key: str, value: object) -> object:
    for _ in range(depth):
        value = {key: value}
    return value


def lists(depth: int, value: object) -> object:
    for _ in range(depth):
        value = [{"@value": value}, {"@value": value}]
    return value


ODD_NODES = {
    "an image nested 900 deep": product("odd", image=nested(900, "image", "/good.jpg")),
    "images in lists 300 deep": product("odd", image=nested(300, "url", ["/good.jpg"])),
    "a name that doubles its cost a level": product("odd", name=lists(14, "tee")),
    "a price of 40 KB": product("odd", offers={"price": "9" * 40_000}),
    "a price without end": product("odd", offers={"price": "1e999999999"}),
    "a price of words": product("odd", offers={"price": "12,50 " * 7_000}),
    "an id of 100 KB": product("x" * 100_000),
    "an id of zeros": product("\0\0"),
    "numbers for all": product(1e308, name=5, image=7, url=9, offers=3),
    "nothing for all": product(None, name=None, image=None, url=None, offers=None),
}


@pytest.mark.parametrize("name", ODD_NODES)
def test_a_product_described_oddly_costs_no_other(fetcher, name):
    body = json_ld([product("first"), ODD_NODES[name], product("last")])
    with Shop({"/tees": body, "/good.jpg": PICTURE}) as shop:
        shop.answers |= dict.fromkeys(["/i/first.jpg", "/i/last.jpg", "/i/odd.jpg"], PICTURE)
        began = time.monotonic()
        found = {outcome.key: outcome.status for outcome in scrape(f"{shop.url}/tees", fetcher)}
    assert found["first"] == found["last"] == Status.NEW
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "link",
    ["/tees?page=" + "9" * 5000, "http://[", "#", "/tees?page=-1", "javascript:2", "//", "\x00",
     "mailto:me", "/tees?page=" + "٣" * 50, "http://other.example/tees?page=2"],
)  # fmt: skip
def test_a_next_page_that_is_none_ends_the_walk_and_keeps_what_came(fetcher, link):
    page = json_ld(product("a")) + f'<a rel="next" href={json.dumps(link)}>on</a>'
    with Shop({"/tees": page, "/i/a.jpg": PICTURE}) as shop:
        outcomes = list(scrape(f"{shop.url}/tees", fetcher))
        assert outcomes[0].status == Status.NEW
        assert len(shop.requests) < 8
    assert Product.objects.count() == 1
