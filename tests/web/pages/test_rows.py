"""What stands over the look-alikes, and how many are asked for."""

from dataclasses import replace

import pytest
from lxml import html

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.search.answering import answer
from recommender.search.answers import Match
from recommender.search.query import Query
from web.pages import own_picture, rows


def match(rarity) -> Match:
    return Match(Product(item_id="a"), 1.0, 50.0, rarity=rarity)


@pytest.mark.parametrize(
    ("rarities", "heading"),
    [
        ([], "Looks similar"),
        ([None], "Looks similar"),
        ([0.05, 0.999], "Looks similar"),
        ([0.89], "Looks similar"),
        ([0.9, 0.95], "Not very similar, but the nearest"),
        ([None, 0.98], "Not very similar, but the nearest"),
        ([0.99, 1.0], "Hardly similar, but the nearest"),
    ],
)
def test_the_heading_says_no_more_than_the_nearest_is(rarities, heading):
    assert rows.heading([match(rarity) for rarity in rarities]) == heading


@pytest.mark.django_db
def test_what_is_hardly_alike_is_not_called_similar(client, photos, folder, monkeypatch):
    def hardly(query: Query):
        answered = answer(query)
        far = [replace(one, rarity=0.995) for one in answered.looks.matches]
        return replace(answered, looks=replace(answered.looks, matches=far))

    monkeypatch.setattr(rows, "answer", hardly)
    with (folder / "hats" / "3.jpg").open("rb") as file:
        page = client.post("/picture/", {"picture": file}).content.decode()
    assert "Hardly similar, but the nearest" in page
    assert "Looks similar" not in page


@pytest.mark.django_db
def test_the_metrics_stand_in_their_order_whichever_leads(live):
    answered = rows.under_all_metrics(Query(("0",), metrics=(Metric.MANHATTAN,), k=1))
    assert answered.rankings[0].metric is Metric.MANHATTAN
    assert {len(ranking.matches) for ranking in answered.rankings} == {rows.PER_ROW}


@pytest.mark.django_db
def test_the_empty_page_offers_pictures_of_the_shop_to_try(client, photos):
    page = client.get("/picture/").content.decode()
    assert page.count("data-example=") == own_picture.EXAMPLES


@pytest.mark.django_db
@pytest.mark.parametrize("k", [1, 3, 5])
def test_a_page_shows_as_many_as_are_asked_for(client, live, folder, k):
    page = html.fromstring(client.get(f"/products/0/?k={k}").content)
    assert len(page.xpath("//ol[contains(@class, 'looks')]/li")) == k
    with (folder / "hats" / "3.jpg").open("rb") as file:
        page = html.fromstring(client.post("/picture/", {"picture": file, "k": k}).content)
    assert len(page.xpath("//ol[contains(@class, 'looks')]/li")) == k
    assert len(page.xpath("//ol[contains(@class, 'row')]")[0]) == rows.PER_ROW
