"""The grid in the order of look: one product first, and then what looks like it."""

import re

import pytest

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.live.engine import engine
from recommender.search.by_look import by_look

pytestmark = pytest.mark.django_db


def grid(client, query, **options) -> list[str]:
    response = client.get(f"/browse/?order=like&{query}", **options)
    assert response.status_code == 200
    return re.findall(r'class="tile"[^>]*data-item="([^"]*)"', response.content.decode())


def test_itself_comes_first_and_then_the_most_alike(client, live):
    nearest = [neighbour.item_id for neighbour in engine().live().neighbours("2", Metric.COSINE, 5)]
    assert grid(client, "to=2") == ["2", *nearest]


def test_filters_hold_and_the_order_stays(client, live):
    hats = set(Product.objects.filter(category="hats").values_list("item_id", flat=True))
    everything = grid(client, "to=2")
    assert grid(client, "to=2&category=hats") == [name for name in everything if name in hats]


def test_it_goes_on_from_page_to_page(client, live, monkeypatch):
    everything = grid(client, "to=2")
    monkeypatch.setattr("web.pages.browse.PER_PAGE", 4)
    assert grid(client, "to=2") + grid(client, "to=2&page=2") == everything
    page = client.get("/browse/?order=like&to=2").content.decode()
    assert "?order=like&amp;to=2&amp;page=2" in page
    htmx = {"HX-Request": "true"}
    assert grid(client, "to=2&page=2", headers=htmx) == everything[4:]


def test_what_is_not_compared_yet_comes_last_and_what_left_not_at_all(client, live):
    Product.objects.filter(item_id="1").update(item_id="0-new")
    Product.objects.filter(item_id="4").update(hidden=True)
    found = grid(client, "to=2")
    assert found[0] == "2"
    assert found[-1] == "0-new"
    assert set(found) == {"0", "2", "3", "5", "0-new"}


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("order=like", 400, "Name the product that the others should look like"),
        ("order=like&to=nobody", 404, "no product “nobody”"),
        ("order=like&to=0-new", 400, "has not been compared"),
        ("order=best", 400, "price, -price, title, look or like"),
    ],
)
def test_an_order_that_cannot_be_had_is_refused(client, live, query, status, words):
    Product.objects.filter(item_id="1").update(item_id="0-new", title="")
    response = client.get(f"/browse/?{query}")
    assert response.status_code == status
    assert words in response.content.decode()


def test_a_product_s_page_leads_to_it_and_the_grid_leads_back(client, live):
    assert 'href="/browse/?order=like&amp;to=2"' in client.get("/products/2/").content.decode()
    page = client.get("/browse/?order=like&to=2&category=hats").content.decode()
    assert '<a href="/products/2/">' in page
    assert '<a href="/browse/?category=hats">Sort differently</a>' in page
    assert '<option value="like" selected>' in page


def test_only_what_is_looked_at_is_fetched(live, django_assert_num_queries):
    from catalog.filters import Filters

    with django_assert_num_queries(3):
        found = by_look("2", Filters())
        assert len(found) == 6
        assert [product.item_id for product in found[:2]] == ["2", found.item_ids[1]]
