"""A product's pictures beyond its first: fetched, kept, shown, and taken away."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from catalog import pictures
from catalog.ingest import ingest
from catalog.models import Product
from catalog.more_pictures import MAX_SPARE
from catalog.records import ProductRecord
from catalog.refusals import LASTS
from catalog.shops import remove
from catalog.visiting.fetching import Fetcher
from runs.outcomes import Status
from tests.conftest import picture_bytes
from tests.shops import Shop

pytestmark = pytest.mark.django_db
COLOURS = {"/1.jpg": "red", "/2.jpg": "blue", "/3.jpg": "green", "/4.jpg": "gold", "/5.jpg": "pink"}


@pytest.fixture
def shop():
    with Shop({path: picture_bytes(colour) for path, colour in COLOURS.items()}) as shop:
        yield shop


@pytest.fixture(autouse=True)
def four(settings):
    settings.PICTURES_PER_PRODUCT = 4


def taken(shop, *paths, item_id="shirt", ask_again=False, **told):
    """What came of a run whose one product has these pictures."""
    shop.requests.clear()
    addresses = tuple(f"{shop.url}{path}" for path in paths)
    record = ProductRecord(item_id, image_url=addresses[0], image_urls=addresses, **told)
    fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True, sleep=lambda _seconds: None)
    named = {"shop": "shop", "source": "test", "fetcher": fetcher, "ask_again": ask_again}
    (outcome, *_gone) = ingest([record], **named)
    return outcome


def kept(item_id="shirt"):
    """The colours of its further pictures, as their files show them, and the addresses."""
    product = Product.objects.get(item_id=item_id)
    return [row["url"].rpartition("/")[2] for row in product.more_pictures]


def files(kind="more"):
    folder = pictures.folder() / kind
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_as_many_pictures_are_kept_as_the_setting_allows(shop, settings):
    assert taken(shop, *COLOURS).status is Status.NEW
    assert kept() == ["2.jpg", "3.jpg", "4.jpg"]
    assert len(files()) == 3
    settings.PICTURES_PER_PRODUCT = 2
    assert taken(shop, *COLOURS).detail == "further pictures"
    assert (kept(), len(files())) == (["2.jpg"], 1)


def test_with_one_picture_nothing_else_is_asked_for(shop, settings):
    settings.PICTURES_PER_PRODUCT = 1
    taken(shop, *COLOURS)
    assert "/2.jpg" not in shop.requests
    assert kept() == []


def test_a_second_run_asks_and_writes_nothing_anew(shop):
    taken(shop, "/1.jpg", "/2.jpg")
    (name,) = files()
    written = (pictures.folder() / "more" / name).stat().st_mtime_ns
    assert taken(shop, "/1.jpg", "/2.jpg").status is Status.SAME
    assert (pictures.folder() / "more" / name).stat().st_mtime_ns == written


def test_a_broken_second_picture_is_named_and_the_others_stay(shop):
    shop.answers["/2.jpg"] = b"no picture"
    outcome = taken(shop, "/1.jpg", "/2.jpg", "/3.jpg")
    assert outcome.status is Status.NEW
    assert "picture 2" in outcome.note
    assert f"{shop.url}/2.jpg" in outcome.note
    assert kept() == ["3.jpg"]


def test_the_next_takes_the_place_of_one_that_cannot_be_had_or_shows_the_same(shop):
    shop.answers |= {"/2.jpg": b"no picture", "/3.jpg": shop.answers["/1.jpg"],
                     "/6.jpg": picture_bytes("white", (300, 300))}  # fmt: skip
    taken(shop, *COLOURS, "/6.jpg", "/7.jpg")
    assert kept() == ["4.jpg", "5.jpg", "6.jpg"]
    assert "/7.jpg" not in shop.requests


def test_of_a_long_list_that_is_not_there_only_a_few_are_asked_for(shop):
    outcome = taken(shop, "/1.jpg", *(f"/none{n}.jpg" for n in range(50)))
    assert len([path for path in shop.requests if "none" in path]) == 3 + MAX_SPARE
    assert "picture 8 (" in outcome.note


def test_a_picture_that_cannot_be_had_now_stays_as_it_was(shop):
    taken(shop, "/1.jpg", "/2.jpg")
    shop.answers["/2.jpg"] = (404, {}, b"")
    outcome = taken(shop, "/1.jpg", "/2.jpg")
    assert (outcome.status, kept()) == (Status.SAME, ["2.jpg"])
    assert "picture 2" in outcome.note


BROKEN: tuple[Any, ...] = (b"no picture", (404, {}, b""), (410, {}, b""))


@pytest.mark.parametrize("answer", BROKEN)
def test_what_the_shop_refused_is_not_asked_for_by_the_next_run_and_named_all_the_same(
    shop, answer
):
    shop.answers["/2.jpg"] = answer
    first = taken(shop, "/1.jpg", "/2.jpg", "/3.jpg")
    assert shop.requests.count("/2.jpg") == 1
    again = taken(shop, "/1.jpg", "/2.jpg", "/3.jpg")
    assert "/2.jpg" not in shop.requests
    assert "/3.jpg" in shop.requests
    assert (again.status, again.note) == (Status.SAME, first.note)
    assert kept() == ["3.jpg"]


def test_a_refused_picture_is_asked_for_again_at_another_address_and_after_a_week(shop):
    shop.answers |= {"/2.jpg": (404, {}, b""), "/2b.jpg": picture_bytes("black")}
    taken(shop, "/1.jpg", "/2.jpg")
    taken(shop, "/1.jpg", "/2b.jpg")
    assert kept() == ["2b.jpg"]
    assert Product.objects.get().refused_pictures == {}
    taken(shop, "/1.jpg", "/2.jpg")
    shop.answers["/2.jpg"] = picture_bytes("blue")
    taken(shop, "/1.jpg", "/2.jpg")
    assert kept() == []
    product = Product.objects.get()
    ((url, (reason, at)),) = product.refused_pictures.items()
    long_ago = datetime.fromisoformat(at) - LASTS
    product.refused_pictures = {url: (reason, long_ago.isoformat())}
    product.save()
    assert taken(shop, "/1.jpg", "/2.jpg").note == ""
    assert kept() == ["2.jpg"]
    assert Product.objects.get().refused_pictures == {}


def test_what_the_shop_says_of_one_product_asks_for_refused_pictures_again(shop):
    shop.answers["/2.jpg"] = (404, {}, b"")
    taken(shop, "/1.jpg", "/2.jpg")
    shop.answers["/2.jpg"] = picture_bytes("blue")
    taken(shop, "/1.jpg", "/2.jpg", ask_again=True)
    assert kept() == ["2.jpg"]


def test_what_a_later_try_may_change_is_asked_for_by_each_run(shop):
    shop.answers["/2.jpg"] = (500, {}, b"")
    for _ in range(2):
        assert "picture 2" in taken(shop, "/1.jpg", "/2.jpg").note
        assert "/2.jpg" in shop.requests
    assert Product.objects.get().refused_pictures == {}


def test_a_picture_at_a_private_address_is_refused_unasked(shop):
    record = ProductRecord(
        "shirt", image_url=f"{shop.url}/1.jpg",
        image_urls=(f"{shop.url}/1.jpg", "http://10.0.0.1/2.jpg"),
    )  # fmt: skip
    fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True)
    (outcome, *_) = ingest([record], shop="shop", source="test", fetcher=fetcher)
    assert "picture 2" in outcome.note
    assert kept() == []


def test_the_same_picture_is_kept_once(shop):
    shop.answers["/2.jpg"] = shop.answers["/1.jpg"]
    shop.answers["/4.jpg"] = shop.answers["/3.jpg"]
    taken(shop, "/1.jpg", "/2.jpg", "/3.jpg", "/4.jpg")
    assert kept() == ["3.jpg"]


def test_another_picture_at_the_same_address_takes_the_old_ones_place(shop):
    taken(shop, "/1.jpg", "/2.jpg")
    before = files()
    shop.answers["/2.jpg"] = picture_bytes("black")
    assert taken(shop, "/1.jpg", "/2.jpg").detail == "further pictures"
    assert len(files()) == 1
    assert files() != before


def test_a_file_that_has_gone_is_fetched_again(shop):
    taken(shop, "/1.jpg", "/2.jpg")
    (name,) = files()
    (pictures.folder() / "more" / name).unlink()
    taken(shop, "/1.jpg", "/2.jpg")
    assert files() == [name]


def test_what_many_products_have_is_none_of_theirs_but_of_variants(shop):
    addresses = tuple(f"{shop.url}{path}" for path in ("/1.jpg", "/2.jpg"))
    records = [
        ProductRecord(str(n), image_url=f"{shop.url}/{n % 3 + 3}.jpg",
                      image_urls=(f"{shop.url}/{n % 3 + 3}.jpg", *addresses[1:]),
                      group="one" if n > 5 else "")
        for n in range(8)
    ]  # fmt: skip
    fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True)
    list(ingest(records, shop="shop", source="test", fetcher=fetcher))
    assert [kept(str(n)) for n in range(3)] == [["2.jpg"]] * 3
    assert [kept(str(n)) for n in range(3, 6)] == [[]] * 3
    assert [kept(str(n)) for n in range(6, 8)] == [["2.jpg"]] * 2


def test_an_upgraded_site_keeps_what_it_has_and_fetches_with_the_next_run(shop, settings):
    settings.PICTURES_PER_PRODUCT = 1
    taken(shop, "/1.jpg", "/2.jpg")
    settings.PICTURES_PER_PRODUCT = 4
    assert kept() == []
    assert taken(shop, "/1.jpg", "/2.jpg").detail == "further pictures"
    assert kept() == ["2.jpg"]


def test_its_page_shows_them_small_and_visitors_see_them_while_it_is_shown(shop, client, live):
    product = Product.objects.get(item_id="0")
    taken(shop, "/1.jpg", "/2.jpg", "/3.jpg")
    shirt = Product.objects.get(item_id="shirt")
    page = client.get("/products/shirt/").content.decode()
    for number, view in enumerate(shirt.further, 2):
        assert f"Picture {number}" in page
        assert view.picture_number == number
        for address in (view.picture_url, view.tile_url, view.thumbnail_url):
            answer = client.get(address)
            assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert view.tile_url in page
    Product.objects.filter(item_id="shirt").update(hidden=True)
    assert client.get(shirt.further[0].picture_url).status_code == 404
    other = product.by_picture(shirt.further_hashes[0])
    assert other is product


def test_a_further_pictures_thumbnail_is_a_square_as_that_of_the_first(shop, client, live):
    shop.answers["/2.jpg"] = picture_bytes("blue", (100, 300))
    taken(shop, "/1.jpg", "/2.jpg")
    shirt = Product.objects.get(item_id="shirt")
    (view,) = shirt.further
    first, further = (
        Image.open(io.BytesIO(client.get(one.as_dict()["thumbnail_url"]).getvalue()))
        for one in (shirt, view)
    )
    assert first.size == further.size == (250, 250)
    assert further.getpixel((5, 125)) == (255, 255, 255)  # at the side of what is narrow
    assert len(files("more-thumbnails")) == 1
    list(remove("shop"))
    assert files("more-thumbnails") == []


def test_a_run_that_goes_on_asks_for_none_again_that_it_has_taken(shop):
    taken(shop, "/1.jpg", "/2.jpg")
    shop.requests.clear()
    address = f"{shop.url}/1.jpg"
    record = ProductRecord("shirt", image_url=address, image_urls=(address, f"{shop.url}/2.jpg"))
    fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True)
    before = timezone.now() - timedelta(hours=1)
    list(ingest([record], shop="shop", source="test", fetcher=fetcher, since=before))
    assert shop.requests == []
    assert kept() == ["2.jpg"]


def test_all_goes_with_the_shop(shop):
    taken(shop, "/1.jpg", "/2.jpg")
    list(remove("shop"))
    assert files() == []
