"""A product that comes by itself is compared by all of its pictures at once."""

from dataclasses import replace

import pytest

from catalog import changes, pictures
from catalog.changes import Said
from catalog.models import Change, Product
from catalog.thumbnails import make_pictures
from recommender.building import build as building
from recommender.building.arriving import ArrivingProducts
from recommender.building.newcomers import put_in
from recommender.index.metrics import Metric
from recommender.live.engine import engine
from recommender.live.file_index import FileIndex
from recommender.search import picture_query
from recommender.search.answering import answer
from recommender.search.query import Query
from runs.files import sha256_of
from tests.arriving import fetcher
from tests.conftest import picture_bytes
from tests.shops import Shop

pytestmark = pytest.mark.django_db
of_files = pytest.mark.of_files("about the file of newcomers, which the next build takes in")
COLOURS = {"red": "#fa0a0a", "wine": "#b00010", "blue": "#0a0afa", "teal": "#008080"}


@pytest.fixture(autouse=True)
def four(settings):
    settings.PICTURES_PER_PRODUCT = 4


@pytest.fixture
def shop():
    shown = {f"/{name}.jpg": picture_bytes(colour, (300, 300)) for name, colour in COLOURS.items()}
    with Shop(shown) as served:
        yield served


@pytest.fixture
def worker(live, fake_source, monkeypatch):
    monkeypatch.setattr(picture_query, "embedder_of", lambda _index: fake_source.load())
    return ArrivingProducts(fetcher)


def put(worker, shop, item_id, *names):
    """As a `PUT` of a product with pictures of these names; what the shop is told of it."""
    addresses = [f"{shop.url}/{name}.jpg" for name in names]
    changes.take([Said("shop.example", item_id, {"title": item_id, "image_urls": addresses})])
    worker.one_round()
    return Change.objects.get(shop_item_id=item_id)


def nearest_to(name, count=1):
    """What a photo of this colour finds first: the product, and which of its pictures."""
    found = answer(Query(picture=picture_bytes(COLOURS[name]), k=count)).looks.matches
    return [(match.product.item_id, match.product.picture_number) for match in found]


def hashes(item_id):
    """Those of the further pictures that are compared."""
    return engine().live("fake").further_hashes_of([item_id]).get(item_id, [])


def build(source):
    plan = building.plan(source)
    list(building.embed(plan))
    return building.finish(plan)


def lists_of(item_id):
    found = answer(Query(liked=(item_id,), metrics=tuple(Metric), k=6)).rankings
    return [
        [(match.product.item_id, match.product.picture_number, match.distance) for match in each]
        for each in (ranking.matches for ranking in found)
    ]


def test_a_photo_of_its_other_side_finds_it_at_once_and_that_side_is_shown(worker, shop):
    change = put(worker, shop, "tee", "red", "teal", "blue")
    assert (change.state, change.reason) == ("done", "")
    assert nearest_to("blue") == [("tee", 3)]
    assert nearest_to("teal") == [("tee", 2)]
    assert nearest_to("red") == [("tee", 1)]


@of_files
def test_its_answers_are_those_of_the_next_build(worker, shop, fake_source):
    put(worker, shop, "tee", "red", "teal")
    put(worker, shop, "top", "blue", "wine")
    before = {item_id: lists_of(item_id) for item_id in ("tee", "top", "0", "5")}
    assert not isinstance(engine().live("fake"), FileIndex)
    assert build(fake_source).count == 8
    assert isinstance(engine().live("fake"), FileIndex)
    assert {item_id: lists_of(item_id) for item_id in before} == before


def test_two_newcomers_that_share_a_further_picture_show_the_same(worker, shop):
    put(worker, shop, "tee", "red", "teal")
    put(worker, shop, "top", "blue", "teal")
    assert ["tee", "top"] in map(sorted, engine().live("fake").groups())


def test_other_pictures_take_their_place_though_the_first_is_the_same(worker, shop):
    put(worker, shop, "tee", "red", "teal")
    put(worker, shop, "tee", "red", "blue")
    assert nearest_to("blue") == [("tee", 2)]
    (further,) = hashes("tee")
    assert [further] == Product.objects.get(item_id="tee").further_hashes
    put(worker, shop, "tee", "red")
    assert hashes("tee") == []
    assert len(engine().live("fake")) == 7


def test_further_pictures_of_a_built_product_change_at_once(worker, shop, fake_source):
    put(worker, shop, "tee", "red", "teal")
    build(fake_source)
    put(worker, shop, "tee", "red", "blue")
    assert nearest_to("blue") == [("tee", 2)]
    assert len(hashes("tee")) == 1
    assert len(engine().live("fake")) == 7


@of_files
def test_what_is_deleted_takes_its_pictures_along(worker, shop):
    put(worker, shop, "tee", "red", "blue")
    Product.objects.filter(item_id="tee").update(hidden=True)
    assert nearest_to("blue", 9)[0][0] != "tee"
    put(worker, shop, "top", "wine", "teal")
    assert hashes("tee") == []
    assert len(hashes("top")) == 1


@of_files
def test_after_a_kill_all_of_them_are_embedded_again(worker, shop, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("recommender.live.arrivals.replace_file", killed)
        with pytest.raises(SystemExit):
            put(worker, shop, "tee", "red", "teal", "blue")
    assert Change.objects.get().state == "waiting"
    assert hashes("tee") == []
    ArrivingProducts(fetcher).one_round()
    assert Change.objects.get().state == "done"
    assert len(hashes("tee")) == 2


def killed(*_given):
    raise SystemExit


def test_what_more_than_three_have_is_not_compared_but_by_variants(worker, shop):
    for item_id, first in zip("abcd", ("red", "wine", "blue", "red"), strict=True):
        put(worker, shop, item_id, first, "teal")
    assert [len(hashes(item_id)) for item_id in "abcd"] == [1, 1, 1, 0]
    Product.objects.filter(item_id__in="cd").update(group="one")
    put_in(Product.shown.filter(item_id="d"))
    assert len(hashes("d")) == 1


def test_what_many_name_is_not_compared_though_a_scrape_kept_it_for_a_few(worker, shop):
    chart = f"{shop.url}/teal.jpg"
    Product.objects.filter(item_id__in="012").update(image_urls=[chart])
    put(worker, shop, "a", "red", "teal")
    put(worker, shop, "b", "blue", "teal")
    assert hashes("b") == []
    Product.objects.filter(item_id__in="012").update(image_urls=[])
    put_in(Product.shown.filter(item_id="b"))
    assert len(hashes("b")) == 1


@of_files
def test_a_later_build_says_which_are_compared(worker, shop, fake_source, settings):
    index = engine().whole("fake")
    older = replace(index.manifest, built_at="2020-01-01T00:00:00+00:00")
    engine().publish(replace(index, manifest=older))
    put(worker, shop, "tee", "red", "teal")
    assert len(hashes("tee")) == 1
    settings.PICTURES_PER_PRODUCT = 1
    build(fake_source)
    assert hashes("tee") == []
    assert isinstance(engine().live("fake"), FileIndex)


def test_one_that_cannot_be_read_is_told_and_the_others_are_compared(worker, shop):
    put(worker, shop, "tee", "red")
    product = Product.objects.get(item_id="tee")
    rows = [{"url": "http://shop.example/gone.jpg", "hash": "e" * 64}]
    for name in ("teal", "blue"):
        made = make_pictures(picture_bytes(COLOURS[name], (300, 300))).picture
        rows.append({"url": "", "hash": sha256_of(made)})
        kept = made if name == "teal" else b"another"
        pictures.put(pictures.further_place("tee", rows[-1]["hash"]), kept)
    Product.objects.filter(item_id="tee").update(more_pictures=rows)
    told = put_in([product])["tee"]
    assert "cannot be read" in told
    assert "holds another one" in told
    assert "keeps its other pictures" in told
    assert hashes("tee") == [rows[1]["hash"]]
    before = engine().signature("fake")
    assert put_in([product]) == {"tee": told}
    assert engine().signature("fake") == before


def test_a_picture_that_cannot_be_read_is_told_by_its_product(worker):
    Product.objects.filter(item_id="0").update(content_hash="0" * 64)
    pictures.remove("0")
    reasons = put_in(Product.shown.filter(item_id="0"))
    assert list(reasons) == ["0"]


def test_where_first_pictures_are_compared_alone_so_are_newcomers(worker, shop, settings):
    settings.PICTURES_PER_PRODUCT = 1
    put(worker, shop, "tee", "red", "teal")
    assert hashes("tee") == []
    assert engine().live("fake").known_among(["tee"]) == {"tee"}


@pytest.mark.of_files("lists of files alone may be approximate")
def test_where_lists_are_approximate_all_pictures_of_newcomers_are_compared(worker, shop, settings):
    settings.LISTS = "approximate"
    put(worker, shop, "tee", "red", "teal")
    assert len(hashes("tee")) == 1
    assert nearest_to("teal") == [("tee", 2)]
