"""The slider from shape and print to colour."""

import numpy as np
import pytest

from catalog.registry import import_folder
from recommender.building import build as building
from recommender.index.distances import distances, fused
from recommender.index.metrics import Metric
from recommender.live.engine import engine
from recommender.search.answering import answer
from recommender.search.errors import BadQuery
from recommender.search.query import Query


@pytest.mark.parametrize("metric", Metric)
def test_fused_distances_are_the_weighted_sum_of_both(metric):
    random = np.random.default_rng(0)
    vectors, colours = random.random((2, 9, 48)).astype(np.float32)
    one = distances(metric, vectors[0], vectors) / 2.0
    other = distances(metric, colours[0], colours) / 4.0
    for share in (0.0, 0.25, 1.0):
        found = fused(metric, share, vectors[0], colours[0], (vectors, colours), (2.0, 4.0))
        assert found == pytest.approx((1 - share) * one + share * other)


@pytest.fixture
def patterns(tmp_path, fake_source, db):
    """Light above dark, or dark above light; in red or in blue: the fake network sees the light."""
    from PIL import Image

    folder = tmp_path / "patterns"
    folder.mkdir()
    colours = {"red": ((255, 120, 120), (120, 0, 0)), "blue": ((120, 120, 255), (0, 0, 120))}
    for name, (light, dark) in colours.items():
        for way, (above, below) in {"up": (light, dark), "down": (dark, light)}.items():
            picture = Image.new("RGB", (100, 100), above)
            picture.paste(below, (0, 50, 100, 100))
            picture.save(folder / f"{name}-{way}.png")
    list(import_folder(folder))
    plan = building.plan(fake_source)
    list(building.embed(plan))
    building.finish(plan)
    return folder


def nearest(metric=Metric.COSINE, **query):
    return [
        m.product.item_id for m in answer(Query(metrics=(metric,), **query)).rankings[0].matches
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("metric", Metric)
def test_with_colour_alone_the_same_colours_come_first(patterns, metric):
    assert nearest(metric, liked=("red-up",), colour=1.0)[0] == "red-down"
    assert nearest(metric, liked=("blue-down",), colour=1.0)[0] == "blue-up"


@pytest.mark.django_db
def test_without_it_the_answer_is_the_networks_own(patterns):
    plain = answer(Query(liked=("red-up",))).rankings[0].matches
    lists = engine().live().neighbours("red-up", Metric.COSINE, 3)
    assert [(m.product.item_id, m.distance) for m in plain] == lists


@pytest.mark.django_db
def test_a_picture_of_ones_own_is_asked_about_by_colour_too(patterns):
    data = (patterns / "red-up.png").read_bytes()
    first, second, *_ = nearest(picture=data, colour=1.0)
    assert {first, second} == {"red-up", "red-down"}
    assert nearest(liked=("red-up", "red-down"), disliked=("blue-up",), colour=0.6) == ["blue-down"]


@pytest.mark.django_db
@pytest.mark.parametrize("colour", [0.3, 1.0])
def test_scores_say_the_same_with_colour(patterns, colour):
    matches = answer(Query(liked=("red-up",), colour=colour)).rankings[0].matches
    scores = [match.score or 0 for match in matches]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)


@pytest.mark.parametrize("colour", [-0.1, 1.1, float("nan")])
def test_other_colours_cannot_be_asked_for(colour):
    with pytest.raises(BadQuery, match="colour"):
        Query(liked=("a",), colour=colour)


@pytest.mark.django_db
def test_page_api_and_terminal_have_the_slider(client, live):
    response = client.get("/api/v1/products/0/similar/?colour=0.5")
    assert response.status_code == 200
    assert client.get("/api/v1/products/0/similar/?colour=2").status_code == 400
    assert 'name="colour"' in client.get("/products/0/?colour=0.5").content.decode()
