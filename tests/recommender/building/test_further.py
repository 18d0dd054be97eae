"""Further pictures in a build, from the catalogue to an answer."""

import json
from itertools import islice

import numpy as np
import pytest
from django.core.management import call_command

from catalog import pictures
from catalog.models import Product
from catalog.thumbnails import make_pictures
from recommender.building import build as building
from recommender.building.further import count, further_in, further_of
from recommender.engines.contract import Newcomers
from recommender.engines.passing import ALL
from recommender.index import similarity_index
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.views import Matched
from recommender.live.engine import engine
from recommender.search import why
from recommender.search.answering import answer
from recommender.search.query import Query
from runs.files import sha256_of
from runs.outcomes import Status
from tests.conftest import picture_bytes
from tests.fake_embedder import FakeEmbedder, FakeSource
from tests.indexes import same, whole_index
from tests.recommender.building.test_build import build
from tests.shops import Shop

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def four(settings):
    settings.PICTURES_PER_PRODUCT = 4


def give(item_id, *colours):
    """Gives a product further pictures, of these colours; returns their hashes."""
    rows = []
    for colour in colours:
        made = make_pictures(picture_bytes(colour)).picture
        row = {"url": f"http://shop.example/{colour}.jpg", "hash": sha256_of(made)}
        pictures.put(pictures.further_place(item_id, row["hash"]), made)
        rows.append(row)
    Product.objects.filter(item_id=item_id).update(more_pictures=rows)
    return [row["hash"] for row in rows]


def count_in(index):
    return count(further_in(index))


def test_they_are_embedded_once_and_counted_before(catalogue):
    give("0", "red", "navy")
    give("1", "red")
    source = FakeSource()
    assert building.plan(source).summary() == (
        "6 products and 3 further pictures, 8 pictures to embed"
    )
    outcomes, manifest = build(source)
    assert (len(outcomes), source.embedded, manifest.count) == (8, 8, 6)
    assert count_in(whole_index()) == engine().live("fake").further_count == 3
    assert engine().is_as_written("fake")
    again = FakeSource()
    assert build(again) == ([], None)
    assert again.loaded == []


def test_a_side_view_makes_two_products_alike_and_the_answer_shows_it(catalogue):
    give("0", "red")
    _, dark_red = give("3", "navy", "#f00008")
    build(FakeSource())
    first = answer(Query(liked=("0",), metrics=tuple(Metric), k=3))
    for ranking in first.rankings:
        match = ranking.matches[0]
        assert match.product.item_id == "3"
        assert match.product.picture_number == 3
        assert match.product.seen_in == dark_red
    told = first.as_dict()["neighbours"][0]
    assert told["picture"] == 3
    assert told["matches_picture"] == 2
    assert f"/media/more/3%2B{dark_red[:12]}.jpg" in told["picture_url"]
    back = answer(Query(liked=("3",), k=5)).as_dict()["neighbours"]
    own = {one["item_id"]: (one["picture"], one["matches_picture"]) for one in back}
    assert own["0"] == (2, 3)
    assert set(own.values()) <= {(2, 3), (1, 1), (1, 2), (1, 3)}


def test_a_product_of_one_picture_tells_which_of_the_asked_product_s_it_matched(catalogue):
    give("3", "#f00008")
    give("4", "red")
    build(FakeSource())
    Product.objects.filter(item_id="4").update(more_pictures=[])
    told = answer(Query(liked=("3",), k=5)).as_dict()["neighbours"]
    assert [one["matches_picture"] for one in told if one["item_id"] == "4"] == [2]
    several = answer(Query(liked=("3", "0"), k=2)).as_dict()["neighbours"]
    assert [one["matches_picture"] for one in several] == [None, None]
    by_colour = answer(Query(liked=("3",), colour=0.5, k=2)).as_dict()["neighbours"]
    assert [one["matches_picture"] for one in by_colour] == [1, 1]
    Product.objects.filter(item_id="3").update(more_pictures=[])
    unknown = answer(Query(liked=("3",), k=5)).as_dict()["neighbours"]
    assert {one["matches_picture"] for one in unknown} == {1}


def test_several_are_asked_about_by_what_all_of_their_pictures_share(catalogue):
    """0 and 4 have a blue side each, and so has 3; of their first pictures none is like it."""
    give("0", "#0050f0")
    give("4", "#5000f0")
    give("3", "#2828ff")
    build(FakeSource())
    both = Query(liked=("0", "4"), disliked=("2",), metrics=(Metric.EUCLIDEAN,), k=1)
    (match,) = answer(both).looks.matches
    assert (match.product.item_id, match.product.picture_number) == ("3", 2)
    vectors = engine().live()
    liked = [
        np.concatenate([vectors.vectors([one]), vectors.further_vectors(one)]).mean(axis=0)
        for one in ("0", "4")
    ]
    point = (np.mean(liked, axis=0) - vectors.vectors(["2"])[0] / 3) * 1.5
    away = np.linalg.norm(vectors.further_vectors("3")[0] - point)
    assert match.distance == pytest.approx(away, rel=1e-5)


def test_where_colour_counts_several_are_asked_about_by_their_first_pictures(catalogue):
    build(FakeSource())
    asked = Query(liked=("0", "4"), colour=0.5, k=3)
    before = [(m.product.item_id, m.distance) for m in answer(asked).looks.matches]
    give("0", "#0050f0")
    give("4", "#5000f0")
    build(FakeSource())
    assert [(m.product.item_id, m.distance) for m in answer(asked).looks.matches] == before


def test_a_photo_of_ones_own_finds_the_side_view(catalogue, fake_source, monkeypatch):
    from recommender.search import picture_query

    give("4", "red")
    build(fake_source)
    monkeypatch.setattr(picture_query, "embedder_of", lambda _index: fake_source.load())
    found = answer(Query(picture=picture_bytes("red"), k=2)).looks.matches[0]
    assert (found.product.item_id, found.product.picture_number) == ("4", 2)
    assert found.distance == pytest.approx(0, abs=1e-9)


def test_two_products_that_share_a_picture_are_duplicates(photos):
    some = sorted(Product.shown.values_list("item_id", flat=True))[:2]
    for item_id in some:
        give(item_id, "red")
    build(FakeSource())
    assert some in engine().live().groups()


def test_a_build_that_was_ended_goes_on_where_it_was(photos, monkeypatch):
    from recommender.building import checkpoints, pipeline

    monkeypatch.setattr(checkpoints, "SHARD", 4)
    monkeypatch.setattr(pipeline, "SHARD", 4)
    for number, product in enumerate(Product.shown.order_by("item_id")):
        give(product.item_id, f"#0000{number:02x}", f"#00{number:02x}ff")
    plan = building.plan(FakeSource())
    under_way = building.embed(plan)
    assert len(list(islice(under_way, 10))) == 10
    del under_way
    source = FakeSource()
    build(source)
    assert 0 < source.embedded < len(plan.to_embed)
    went_on = whole_index()
    assert count_in(went_on) == count(plan.further) > 36
    build(FakeSource(), full=True)
    assert same(went_on, whole_index())


def test_what_many_products_have_is_not_compared_but_by_variants(catalogue):
    for item_id in "0123":
        give(item_id, "red", "navy")
    assert further_of(set("012345")) == {}
    Product.objects.filter(item_id__in="23").update(group="one")
    assert set(further_of(set("012345"))) == set("0123")


@pytest.fixture
def shop(settings, db):
    settings.SCRAPE_PAUSE_SECONDS, settings.SCRAPE_ALLOW_LOOPBACK = 0, True
    photos = {f"/{n}.jpg": picture_bytes((40 * n, 200 - 30 * n, n * n)) for n in range(6)}
    with Shop(photos | {"/chart.jpg": picture_bytes("white")}) as shop:
        yield shop


def sharing_a_chart(shop, having, others=""):
    """The products that are the same by the chart that these have, after a scrape and a build."""
    rows = []
    for item_id in having + others:
        addresses = [f"{shop.url}/{item_id}.jpg", *[f"{shop.url}/chart.jpg"] * (item_id in having)]
        rows.append(json.dumps({"item_id": item_id, "title": item_id, "image_urls": addresses}))
    shop.answers["/list.jsonl"] = "\n".join(rows)
    call_command("scrape", f"{shop.url}/list.jsonl")
    build(FakeSource())
    found = engine().live("fake").groups()
    assert [sorted(further_in(whole_index()))] == (found or [[]])
    return found


def test_a_chart_that_more_than_three_have_is_not_compared_after_any_scrape(shop, capsys):
    for _ in range(2):
        assert sharing_a_chart(shop, "012345") == []
    assert all(not Product.objects.get(item_id=later).more_pictures for later in "345")
    call_command("duplicates")
    assert "0 groups" in capsys.readouterr().out


def test_a_chart_is_compared_again_as_soon_as_three_have_it(shop):
    assert sharing_a_chart(shop, "012", "34") == [["0", "1", "2"]]
    assert sharing_a_chart(shop, "3012", "4") == []
    assert sharing_a_chart(shop, "012", "34") == [["0", "1", "2"]]
    assert sharing_a_chart(shop, "0123", "4") == []
    assert sharing_a_chart(shop, "012", "4") == [["0", "1", "2"]]  # 3 has gone


def test_an_index_in_which_three_of_many_share_a_chart_is_mended_by_a_build(shop, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr("recommender.building.further._note_who_names_them", lambda *_: None)
        assert sharing_a_chart(shop, "012345") == [["0", "1", "2"]]
    build(FakeSource())
    assert engine().live("fake").groups() == []


def test_one_that_cannot_be_read_is_told_and_the_product_keeps_the_others(catalogue):
    gone, kept = give("0", "red", "navy")
    pictures.remove_further("0", gone)
    outcomes, manifest = build(FakeSource())
    (failed,) = [one for one in outcomes if one.status is Status.FAILED]
    assert failed.key == "0"
    assert "keeps its other pictures" in failed.detail
    assert manifest.count == 6
    assert further_in(whole_index()) == {"0": [kept]}


def test_a_build_that_goes_on_is_that_from_nothing(catalogue):
    give("0", "red", "navy")
    build(FakeSource())
    give("0", "navy")
    give("5", "teal", "red")
    source = FakeSource()
    build(source)
    assert source.embedded == 1
    patched = whole_index()
    build(FakeSource(), full=True)
    assert same(patched, whole_index())


def test_with_one_picture_the_index_is_as_it_was(catalogue, settings):
    settings.PICTURES_PER_PRODUCT = 1
    give("0", "red")
    build(FakeSource())
    assert whole_index().views is None
    settings.PICTURES_PER_PRODUCT = 2
    build(FakeSource())
    assert count_in(whole_index()) == 1
    settings.PICTURES_PER_PRODUCT = 1
    build(FakeSource())
    assert whole_index().views is None


@pytest.mark.of_files("lists of files alone go on by cells")
def test_approximate_lists_are_of_all_pictures_too(catalogue, settings, monkeypatch):
    monkeypatch.setattr(similarity_index, "FEWEST", 2)
    settings.LISTS = "approximate"
    give("0", "red", "navy")
    give("3", "teal", "#f00008")
    _, manifest = build(FakeSource())
    assert manifest.list_method == "approximate"
    assert count_in(whole_index()) == engine().live("fake").further_count == 4
    assert whole_index().neighbours("0", Metric.COSINE, 1)[0].item_id == "3"
    assert build(FakeSource()) == ([], None)
    give("3", "teal")
    build(FakeSource())
    assert count_in(whole_index()) == 3


def test_hidden_products_are_neither_compared_nor_shown(catalogue):
    give("0", "red")
    give("3", "red")
    build(FakeSource())
    Product.objects.filter(item_id="3").update(hidden=True)
    found = answer(Query(liked=("0",), k=5))
    assert "3" not in {match.product.item_id for match in found.looks.matches}
    build(FakeSource())
    assert "3" not in whole_index()
    assert count_in(whole_index()) == 1


def test_why_shows_the_pictures_that_matched(catalogue, fake_source):
    give("0", "red")
    give("3", "navy", "#f00008")
    build(fake_source)
    pair = why.pair("0", "3")
    assert (pair.product.picture_number, pair.other.picture_number) == (2, 3)
    nearest = answer(Query(liked=("0",), k=1)).looks.matches[0]
    assert pair.distance == pair.turned.distance == nearest.distance
    assert why.picture(pair) != why.picture(pair.turned)


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("more", ["", "&colour=1"])
def test_a_card_asks_why_of_the_pictures_that_it_says_matched(
    catalogue, fake_source, client, metric, more
):
    give("0", "red")
    give("3", "navy", "#f00008")
    build(fake_source)
    told = client.get(f"/api/v1/products/0/similar/?metric={metric}&k=50{more}").json()
    page = client.get(f"/products/0/?metric={metric}{more}").content.decode()
    for one in told["neighbours"]:
        pictures = f"{one['matches_picture']}-{one['picture']}"
        assert f'href="/why/0/?like={one["item_id"]}&amp;pictures={pictures}"' in page
    shown = why.pair("0", "3", "1-2")
    assert (shown.product.picture_number, shown.other.picture_number) == (1, 2)


@pytest.mark.parametrize("asked", ["0", "3"])
def test_why_shows_two_pictures_that_match_each_other_where_two_pairs_do(
    catalogue, fake_source, client, asked
):
    """0 shows in its second picture what 3 shows first, and 3 in its second what 0 shows first."""
    other = "3" if asked == "0" else "0"
    rows = {one: Product.objects.get(item_id=one) for one in ("0", "3")}
    for one, another in (("0", "3"), ("3", "0")):
        content_hash = rows[another].content_hash
        pictures.put(pictures.further_place(one, content_hash), pictures.read_picture(another))
        rows[one].more_pictures = [{"url": f"http://shop.example/{another}", "hash": content_hash}]
        rows[one].save()
    build(fake_source)
    pair = why.pair(asked, other)
    assert (pair.product.picture_number, pair.other.picture_number) == (2, 1)
    assert pair.product.picture_hash == pair.other.picture_hash
    assert why.pair(other, asked, "1-2") == pair.turned
    page = client.get(f"/why/{asked}/?like={other}").content.decode()
    assert page.count("Picture 2</span>") == 1
    sides = [part.split('"')[0] for part in page.split('<img src="')[1:]]
    for address in (side.replace("&amp;", "&") for side in sides if "/why.webp/" in side):
        assert "immutable" in client.get(address)["Cache-Control"]


@pytest.mark.of_files  # in a database, the lists of others learn of it with the next build
@pytest.mark.parametrize("metric", Metric)
def test_what_has_come_since_is_compared_with_all_pictures_of_the_others(catalogue, metric):
    (red,) = give("0", "red")
    build(FakeSource())
    embedder, data = FakeEmbedder(), make_pictures(picture_bytes("#f00008")).picture
    vectors = embedder.embed([embedder.decode(data)])
    engine().insert("fake", Newcomers(["new"], [sha256_of(data)], vectors, None))
    joined = engine().live("fake")
    (there,), (back,) = (joined.neighbours(one, metric, 1) for one in ("0", "new"))
    assert (there.item_id, back.item_id) == ("new", "0")
    assert there.distance == back.distance
    point = Point(vectors[0])
    assert joined.matched(point, metric, ["new", "0", "1"]) == [
        Matched(), Matched(red), Matched(),
    ]  # fmt: skip
    assert joined.distances(point, metric, ["0", "new"]).tolist() == [there.distance, 0]
    assert [near.item_id for near in joined.nearest(point, metric, 2, ALL).neighbours] == [
        "new", "0",
    ]  # fmt: skip
