from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import BaseCommand, CommandError, call_command
from django.utils import timezone

from catalog import pictures
from catalog.ingest import ingest
from catalog.models import Product
from catalog.pictures import Kind
from catalog.records import ProductRecord, SourceError, Unreadable
from catalog.registry import scrape
from catalog.sources.category import walk_category
from catalog.visiting.fetching import Fetcher
from runs.outcomes import Status
from runs.progress import report
from tests.catalog.sources.test_category import json_ld, product
from tests.conftest import picture_bytes
from tests.shops import Shop

pytestmark = pytest.mark.django_db
THUMBNAIL = Kind.THUMBNAIL


@pytest.fixture
def fetcher():
    return Fetcher("Test/1.0", pause=0, allow_loopback=True)


class Tees(Shop):
    """A category of shirts whose pictures answer with an ETag."""

    def __init__(self, **colours):
        super().__init__()
        self.prices = {}
        self.show(**colours)

    def show(self, **colours):
        nodes = [
            product(i, offers={"price": self.prices.get(i, "10"), "priceCurrency": "EUR"})
            for i in colours
        ]
        self.answers = {"/tees": json_ld(nodes)}
        for item_id, colour in colours.items():
            self.answers[f"/i/{item_id}.jpg"] = self.picture(colour)

    def picture(self, colour):
        def answer(headers):
            if headers["If-None-Match"] == f'"{colour}"':
                return 304, {}, b""
            return 200, {"ETag": f'"{colour}"'}, picture_bytes(colour)

        return answer

    def pictures_sent(self):
        return [path for path, status in self.answered if path.startswith("/i/") and status == 200]


def scraped(shop, fetcher, **options):
    shop.answered.clear()
    return {o.key: (o.status, o.detail) for o in scrape(f"{shop.url}/tees", fetcher, **options)}


def test_a_scrape_writes_rows_and_thumbnails(fetcher):
    with Tees(a="red", b="blue") as shop:
        assert scraped(shop, fetcher) == {"a": (Status.NEW, ""), "b": (Status.NEW, "")}
    row = Product.objects.get(item_id="a")
    assert (row.title, row.price, row.currency) == ("Shirt a", Decimal("10.00"), "EUR")
    assert row.shop == shop.url.removeprefix("http://")
    assert pictures.exists(THUMBNAIL, row.item_id)
    assert row.first_seen == row.last_seen


def test_a_second_scrape_fetches_no_picture_again(fetcher):
    with Tees(a="red", b="blue") as shop:
        scraped(shop, fetcher)
        assert scraped(shop, fetcher) == {"a": (Status.SAME, ""), "b": (Status.SAME, "")}
        assert shop.pictures_sent() == []


def test_only_the_changed_picture_is_fetched(fetcher):
    with Tees(a="red", b="blue") as shop:
        scraped(shop, fetcher)
        before = Product.objects.get(item_id="a").content_hash
        shop.show(a="green", b="blue")
        assert scraped(shop, fetcher)["a"] == (Status.CHANGED, "picture")
        assert shop.pictures_sent() == ["/i/a.jpg"]
    assert Product.objects.get(item_id="a").content_hash != before


def test_a_changed_price_is_told(fetcher):
    with Tees(a="red") as shop:
        scraped(shop, fetcher)
        shop.prices["a"] = "12"
        shop.show(a="red")
        assert scraped(shop, fetcher)["a"] == (Status.CHANGED, "price")


def test_what_left_the_shop_is_gone_and_may_come_back(fetcher):
    with Tees(a="red", b="blue", c="green") as shop:
        scraped(shop, fetcher)
        shop.show(a="red", b="blue")
        assert scraped(shop, fetcher)["c"] == (Status.GONE, "")
        assert Product.objects.get(item_id="c").gone_since
        shop.show(a="red", b="blue", c="green")
        assert scraped(shop, fetcher)["c"] == (Status.CHANGED, "back in the shop")
        assert Product.objects.get(item_id="c").gone_since is None


def test_a_limited_scrape_marks_nothing_gone(fetcher):
    with Tees(a="red", b="blue") as shop:
        scraped(shop, fetcher)
        assert list(scraped(shop, fetcher, limit=1)) == ["a"]
    assert not Product.objects.exclude(gone_since=None).exists()


def test_a_scrape_that_sees_far_too_little_marks_nothing_gone(fetcher):
    with Tees(**dict.fromkeys("abcdefgh", "red")) as shop:
        scraped(shop, fetcher)
        shop.show(a="red")
        found = scraped(shop, fetcher)
        assert "only 1 of 8" in found[f"{shop.url}/tees"][1]
    assert not Product.objects.exclude(gone_since=None).exists()


def test_a_bad_picture_fails_that_product_only(fetcher):
    with Tees(a="red", b="blue") as shop:
        shop.answers["/i/a.jpg"] = b"<html>oops</html>"
        found = scraped(shop, fetcher)
        assert found["a"] == (Status.FAILED, "a web page, not a picture")
        assert found["b"][0] == Status.NEW
    assert not Product.objects.filter(item_id="a").exists()


def test_a_picture_that_turns_bad_leaves_the_old_thumbnail(fetcher):
    with Tees(a="red") as shop:
        scraped(shop, fetcher)
        shop.answers["/i/a.jpg"] = b"broken"
        assert scraped(shop, fetcher)["a"][0] == Status.FAILED
    row = Product.objects.get(item_id="a")
    assert pictures.exists(THUMBNAIL, row.item_id)
    assert row.gone_since is None


def test_two_shops_with_the_same_id_are_two_products_whatever_comes_first_again(tmp_path):
    def taken(shop, colour):
        path = tmp_path / f"{shop}-1.jpg"
        path.write_bytes(picture_bytes(colour))
        return next(ingest([ProductRecord("1", image_path=path)], shop=shop, source="x"))

    assert [taken("one", "red").key, taken("two", "blue").key] == ["1", "1@two"]
    assert [taken("two", "blue").status, taken("one", "red").status] == [Status.SAME] * 2
    assert taken("three", "red").key == "1@three"
    rows = Product.objects.values_list("shop", "shop_item_id", "item_id")
    assert set(rows) == {("one", "1", "1"), ("two", "1", "1@two"), ("three", "1", "1@three")}
    assert pictures.read_picture("1") != pictures.read_picture("1@two")


def test_an_id_that_looks_like_another_shops_is_no_trap(tmp_path):
    path = tmp_path / "1.jpg"
    path.write_bytes(picture_bytes("red"))
    for shop, item_id in (("one", "1"), ("one", "1@two"), ("two", "1")):
        list(ingest([ProductRecord(item_id, image_path=path)], shop=shop, source="x", limit=9))
    assert Product.objects.get(shop="two").item_id == "1@two@two"


def test_of_two_shops_only_the_one_that_lost_a_product_marks_it_gone(tmp_path):
    path = tmp_path / "1.jpg"
    path.write_bytes(picture_bytes("red"))
    both = [ProductRecord("1", image_path=path), ProductRecord("2", image_path=path)]
    for shop in ("one", "two"):
        list(ingest(both, shop=shop, source="x"))
    found = {o.key: o.status for o in ingest(both[:1], shop="two", source="x")}
    assert found == {"1@two": Status.SAME, "2@two": Status.GONE}
    assert Product.objects.get(item_id="2").gone_since is None


def test_all_pictures_and_the_group_of_a_variant_are_kept(tmp_path):
    path = tmp_path / "1.jpg"
    path.write_bytes(picture_bytes("red"))
    record = ProductRecord(
        "1",
        image_path=path,
        image_url="https://shop.example/1.jpg",
        image_urls=("https://shop.example/1.jpg", "https://shop.example/2.jpg"),
        group="tee",
    )
    list(ingest([record], shop="s", source="x"))
    row = Product.objects.get()
    assert row.image_urls == ["https://shop.example/1.jpg", "https://shop.example/2.jpg"]
    assert row.group == row.as_dict()["group"] == "tee"


def test_what_is_hidden_stays_hidden_and_is_not_shown(fetcher):
    with Tees(a="red", b="blue") as shop:
        scraped(shop, fetcher)
        Product.objects.filter(item_id="a").update(hidden=True)
        shop.show(a="green", b="blue")
        assert scraped(shop, fetcher)["a"] == (Status.CHANGED, "picture")
    assert [product.item_id for product in Product.shown.all()] == ["b"]


def test_what_a_source_could_not_read_is_told_although_the_product_is_taken(tmp_path, capsys):
    path = tmp_path / "1.jpg"
    path.write_bytes(picture_bytes("red"))
    record = ProductRecord("1", image_path=path, unread=("price 'on request'",))
    [outcome] = ingest([record], shop="s", source="x")
    told = "taken, except for what could not be read: price 'on request'"
    assert (outcome.status, outcome.note) == (Status.NEW, told)
    report(BaseCommand(), [outcome])
    printed = capsys.readouterr()
    assert "new 1: taken, except for what could not be read: price 'on request'" in printed.err
    assert "1 product: 1 new." in printed.out


@pytest.mark.parametrize("item_id", ["", "  ", ".", "..", "a\0b", "a\nb", "x" * 301])
def test_an_id_that_cannot_be_one_is_refused(item_id, tmp_path):
    path = tmp_path / "1.jpg"
    path.write_bytes(picture_bytes("red"))
    [outcome] = ingest([ProductRecord(item_id, image_path=path)], shop="s", source="x")
    assert outcome.status == Status.FAILED


def test_an_awkward_id_is_kept_as_it_is_and_its_file_is_safe(tmp_path, settings):
    path = tmp_path / "1.jpg"
    path.write_bytes(picture_bytes("red"))
    list(ingest([ProductRecord("../../é/1", image_path=path)], shop="s", source="x"))
    row = Product.objects.get(item_id="../../é/1")
    thumbnails = Path(settings.MEDIA_ROOT) / "thumbnails"
    assert [file.parent for file in thumbnails.iterdir()] == [thumbnails]
    assert pictures.exists(THUMBNAIL, row.item_id)


def test_the_commands_report_and_exit_with_an_error_after_the_good_work(folder, capsys):
    call_command("import_folder", str(folder))
    assert "6 products: 6 new." in capsys.readouterr().out
    (folder / "shirts" / "bad.jpg").write_bytes(b"no picture")
    with pytest.raises(CommandError, match="1 failed; the others are kept"):
        call_command("import_folder", str(folder))
    assert Product.objects.count() == 6


def test_the_scrape_command_visits_loopback_only_when_allowed(settings, capsys):
    settings.SCRAPE_PAUSE_SECONDS = 0
    with Tees(a="red") as shop:
        settings.SCRAPE_ALLOW_LOOPBACK = False
        with pytest.raises(CommandError):
            call_command("scrape", f"{shop.url}/tees")
        assert shop.requests == []
        settings.SCRAPE_ALLOW_LOOPBACK = True
        call_command("scrape", f"{shop.url}/tees", verbosity=2, category="Tees")
    assert "new      a" in capsys.readouterr().out
    assert Product.objects.get().category == "Tees"


@pytest.fixture
def red(tmp_path):
    path = tmp_path / "1.jpg"
    path.write_bytes(picture_bytes("red"))
    return path


def test_too_many_products_end_the_run_and_none_is_gone(red):
    records = [ProductRecord(str(n), image_path=red) for n in range(5)]
    list(ingest(records, shop="s", source="x"))
    *stored, told = ingest(records, shop="s", source="x", most=3)
    assert [outcome.key for outcome in stored] == ["0", "1", "2"]
    assert (told.status, told.detail) == (
        Status.SKIPPED, "stopped after 3 products, as SCRAPE_MAX_PRODUCTS asks",
    )  # fmt: skip
    assert not Product.objects.exclude(gone_since=None).exists()
    assert len(list(ingest(records, shop="s", source="x", most=5))) == 5


def test_pictures_of_a_run_that_was_cut_short_are_not_asked_for_again(fetcher):
    """Nor do they need an ETag for it: in a large shop, asking alone takes hours."""
    with Tees(a="red", b="blue") as shop:
        shop.answers["/i/a.jpg"] = picture_bytes("red")
        began = timezone.now()
        scraped(shop, fetcher, limit=1)
        shop.requests.clear()
        records = walk_category(f"{shop.url}/tees", fetcher)
        names: dict[str, Any] = {
            "shop": shop.url.removeprefix("http://"),
            "source": f"{shop.url}/tees",
        }
        found = [o.status for o in ingest(records, fetcher=fetcher, since=began, **names)]
        assert found == [Status.SAME, Status.NEW]
        assert shop.requests == ["/tees", "/i/b.jpg"]


def test_halves_of_a_pair_in_a_pictures_address_are_no_trouble(red):
    record = ProductRecord("1", image_path=red, image_urls=("http://a.example/\ud8001.jpg",))
    assert next(ingest([record], shop="s", source="x")).status == Status.NEW
    assert Product.objects.get().image_urls == ["http://a.example/ 1.jpg"]


def listed_by_address(*numbers) -> str:
    elements = [{"@type": "ListItem", "url": f"/p/{number}"} for number in numbers]
    context = "https://schema.org"
    return json_ld({"@context": context, "@type": "ItemList", "itemListElement": elements})


def test_a_product_whose_page_fails_for_once_is_not_gone(fetcher):
    """The list names it by its address only, so that its id is not known in that run."""
    with Shop({"/tees": listed_by_address(*"1234")}) as shop:
        for number in "1234":
            node = product(f"sku{number}", url=f"/p/{number}", image="/i.jpg")
            shop.answers[f"/p/{number}"] = json_ld(node)
        shop.answers["/i.jpg"] = picture_bytes("red")
        scraped(shop, fetcher)
        shop.answers["/p/3"] = (500, {}, b"")
        found = scraped(shop, fetcher)
        assert found.pop(f"{shop.url}/p/3")[0] == Status.FAILED
        assert {status for status, _ in found.values()} == {Status.SAME}


def test_a_picture_whose_address_is_none_fails_that_product_only(fetcher):
    with Tees(b="blue") as shop:
        shop.answers["/tees"] = json_ld([product("a", image="http://a..b/x.jpg"), product("b")])
        found = scraped(shop, fetcher)
    assert (found["a"][0], found["b"][0]) == (Status.FAILED, Status.NEW)


def test_characters_that_no_database_takes_become_spaces(fetcher):
    with Tees(a="red") as shop:
        shop.answers["/tees"] = json_ld(product("a", name="blue\0tee \ud800"))
        assert scraped(shop, fetcher)["a"][0] == Status.NEW
    assert Product.objects.get().title.split() == ["blue", "tee", "\ufffd"]


def test_a_picture_back_to_an_older_one_is_seen(fetcher):
    """Its old ETag must not be sent once another picture, without any, has been taken."""
    with Tees(a="red") as shop:
        scraped(shop, fetcher)
        red = Product.objects.get().content_hash
        shop.answers["/i/a.jpg"] = picture_bytes("blue")
        assert scraped(shop, fetcher)["a"][0] == Status.CHANGED
        shop.answers["/i/a.jpg"] = shop.picture("red")
        assert scraped(shop, fetcher)["a"][0] == Status.CHANGED
    assert Product.objects.get().content_hash == red


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_refused(limit):
    with pytest.raises(CommandError, match="at least 1"):
        call_command("scrape", "http://127.0.0.1:1/", "--limit", limit)


def test_where_a_product_may_stand_unread_none_is_marked_as_gone(tmp_path):
    path = tmp_path / "1.jpg"
    path.write_bytes(picture_bytes("red"))
    known = [ProductRecord(name, image_path=path) for name in ("1", "2", "3")]
    list(ingest(known, shop="s", source="x"))
    broken = Unreadable("line 3", "line 3 cannot be read: …", hides=True)
    failed, *_, last = ingest([broken, *known[:2]], shop="s", source="x", force=True)
    assert (failed.status, last.status) == (Status.FAILED, Status.SKIPPED)
    assert last.detail == "not all of it could be read (line 3), so none is marked as gone"
    assert not Product.objects.exclude(gone_since=None).exists()
    *_, last = ingest(known[:2], shop="s", source="x")
    assert (last.key, last.status) == ("3", Status.GONE)


def test_a_source_that_breaks_off_says_that_none_is_marked_as_gone(tmp_path):
    path = tmp_path / "1.jpg"
    path.write_bytes(picture_bytes("red"))

    def records():
        yield ProductRecord("1", image_path=path)
        raise SourceError("line 7: its XML is broken there")

    *_, last = ingest(records(), shop="s", source="x")
    assert (last.status, last.detail) == (
        Status.FAILED,
        "line 7: its XML is broken there; it was not read to its end, so none is marked as gone",
    )


def test_a_failure_names_the_place_in_its_source(tmp_path):
    [outcome] = ingest([ProductRecord("1", place="line 4")], shop="s", source="x")
    assert (outcome.status, outcome.detail) == (Status.FAILED, "it has no picture (line 4)")
