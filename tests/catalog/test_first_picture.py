"""A product's first picture: which address counts where some cannot be had."""

import pytest

from catalog.ingest import ingest
from catalog.models import Product
from catalog.records import ProductRecord
from catalog.registry import scrape
from catalog.visiting.fetching import Fetcher
from runs.outcomes import Status
from tests.catalog.reading.pages import json_ld, product
from tests.conftest import picture_bytes
from tests.shops import Answer, Shop

pytestmark = pytest.mark.django_db
CUT_SHORT = picture_bytes("red", (300, 300))[:400]
LACKING: Answer = (404, {}, b"")
BUSY: Answer = (503, {}, b"")


@pytest.fixture
def shop():
    colours = {"/a.jpg": "red", "/b.jpg": "blue", "/c.jpg": "green"}
    with Shop({path: picture_bytes(colour) for path, colour in colours.items()}) as shop:
        yield shop


@pytest.fixture
def dead():
    """The address of a server that is there no more."""
    with Shop() as shop:
        url = shop.url
    return f"{url}/dead.jpg"


def taken(shop, *addresses):
    """What came of a run whose one product has these pictures, paths of the shop or addresses."""
    found = tuple(f"{shop.url}{one}" if one.startswith("/") else one for one in addresses)
    record = ProductRecord("shirt", image_url=found[0], image_urls=found)
    fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True, sleep=lambda _seconds: None)
    (outcome, *_gone) = ingest([record], shop="shop", source="test", fetcher=fetcher)
    return outcome


def shown():
    return Product.objects.get(item_id="shirt").image_url.rpartition("/")[2]


@pytest.mark.parametrize("answer", [LACKING, (410, {}, b""), (403, {}, b""), BUSY, CUT_SHORT])
def test_a_new_product_takes_the_next_where_the_first_cannot_be_had(shop, answer):
    shop.answers["/a.jpg"] = answer
    outcome = taken(shop, "/a.jpg", "/b.jpg", "/c.jpg")
    assert (outcome.status, shown()) == (Status.NEW, "b.jpg")
    left_out = f"taken, except for what could not be read: picture 1 ({shop.url}/a.jpg): "
    assert outcome.note.startswith(left_out)
    assert outcome.note.count(shop.url) == 1
    (further,) = Product.objects.get(item_id="shirt").more_pictures
    assert further["url"] == f"{shop.url}/c.jpg"


def test_pictures_are_counted_as_the_shop_lists_them(shop):
    shop.answers["/c.jpg"] = CUT_SHORT
    note = taken(shop, "/none.jpg", "/b.jpg", "/b.jpg", "/c.jpg").note
    assert f"picture 1 ({shop.url}/none.jpg): HTTP status 404" in note
    assert f"picture 4 ({shop.url}/c.jpg): " in note


def test_a_dead_server_and_a_private_address_cost_no_product(shop, dead):
    outcome = taken(shop, dead, "http://10.0.0.1/a.jpg", "/b.jpg")
    assert outcome.status is Status.NEW
    assert outcome.note.endswith("picture 2 (http://10.0.0.1/a.jpg): 10.0.0.1 is a private address")
    assert shown() == "b.jpg"
    again = taken(shop, dead, "http://10.0.0.1/a.jpg", "/b.jpg")
    assert (again.status, shown()) == (Status.SAME, "b.jpg")


def test_what_robots_txt_forbids_is_passed_over(shop):
    shop.answers["/robots.txt"] = "User-agent: *\nDisallow: /a.jpg"
    outcome = taken(shop, "/a.jpg", "/b.jpg")
    assert (outcome.status, shown()) == (Status.NEW, "b.jpg")
    assert "robots.txt" in outcome.note


def test_a_redirect_to_a_private_address_is_passed_over(shop):
    shop.answers["/a.jpg"] = (302, {"Location": "http://10.0.0.1/a.jpg"}, b"")
    assert taken(shop, "/a.jpg", "/b.jpg").status is Status.NEW
    assert shown() == "b.jpg"


def test_where_all_are_refused_the_first_says_why(shop):
    shop.answers["/b.jpg"] = CUT_SHORT
    outcome = taken(shop, "/none.jpg", "/b.jpg")
    assert (outcome.status, outcome.detail) == (
        Status.FAILED, f"{shop.url}/none.jpg: HTTP status 404"
    )  # fmt: skip
    assert not Product.objects.filter(item_id="shirt").exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_shop_that_is_busy_exchanges_no_known_picture_for_another(shop, status):
    taken(shop, "/a.jpg", "/b.jpg")
    before = Product.objects.get(item_id="shirt")
    kept = shop.answers["/a.jpg"]
    shop.answers["/a.jpg"] = (status, {}, b"")
    outcome = taken(shop, "/a.jpg", "/b.jpg")
    assert (outcome.status, outcome.detail) == (
        Status.FAILED, f"{shop.url}/a.jpg: HTTP status {status}"
    )  # fmt: skip
    after = Product.objects.get(item_id="shirt")
    assert (after.content_hash, after.more_pictures) == (before.content_hash, before.more_pictures)
    shop.answers["/a.jpg"] = kept
    assert taken(shop, "/a.jpg", "/b.jpg").status is Status.SAME


def test_nor_does_a_server_that_is_away_or_one_whose_robots_txt_is(shop):
    with Shop({"/a.jpg": picture_bytes("red")}) as other:
        address = f"{other.url}/a.jpg"
        taken(shop, address, "/b.jpg")
        other.answers["/robots.txt"] = BUSY
        assert "robots.txt" in taken(shop, address, "/b.jpg").detail
    assert "refused the connection" in taken(shop, address, "/b.jpg").detail
    assert shown() == "a.jpg"


def test_nor_is_an_unknown_one_taken_while_another_unknown_one_is_silent(shop):
    taken(shop, "/a.jpg")
    shop.answers["/b.jpg"] = BUSY
    assert taken(shop, "/b.jpg", "/c.jpg").status is Status.FAILED
    assert shown() == "a.jpg"


def test_a_known_picture_that_is_gone_gives_way_to_the_next(shop):
    taken(shop, "/a.jpg", "/b.jpg")
    shop.answers["/a.jpg"] = LACKING
    outcome = taken(shop, "/a.jpg", "/b.jpg")
    assert (outcome.status, shown()) == (Status.CHANGED, "b.jpg")
    assert "picture" in outcome.detail


def test_a_busy_address_before_the_known_picture_changes_nothing_but_is_named(shop):
    shop.answers["/a.jpg"] = LACKING
    taken(shop, "/a.jpg", "/b.jpg")
    shop.answers["/a.jpg"] = BUSY
    outcome = taken(shop, "/a.jpg", "/b.jpg")
    assert (outcome.status, shown()) == (Status.SAME, "b.jpg")
    assert "HTTP status 503" in outcome.note


def test_what_was_passed_over_leaves_nothing_by_which_the_next_is_asked(shop):
    def broken(_headers):
        return 200, {"ETag": '"broken"'}, CUT_SHORT

    def whole(headers):
        asked.append(headers["If-None-Match"])
        return 200, {"ETag": '"whole"'}, picture_bytes("blue")

    asked: list[str | None] = []
    shop.answers |= {"/a.jpg": broken, "/b.jpg": whole}
    taken(shop, "/a.jpg", "/b.jpg")
    taken(shop, "/a.jpg", "/b.jpg")
    assert asked == [None, '"whole"']


def test_a_scrape_takes_the_next_picture_where_a_page_names_one_that_is_not_there(shop):
    shop.answers["/p"] = json_ld(product("7", name="Tee", image=["/none.jpg", "/b.jpg"]))
    fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True)
    (outcome,) = scrape(f"{shop.url}/p", fetcher)
    assert outcome.status is Status.NEW
    assert Product.objects.get().image_url == f"{shop.url}/b.jpg"
