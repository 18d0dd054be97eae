"""Two embedders side by side."""

import re
from dataclasses import replace

import pytest

from catalog.models import Product
from recommender.building import build as building
from recommender.embedders import registry
from tests import fake_embedder

pytestmark = pytest.mark.django_db


class RedOnly(fake_embedder.FakeEmbedder):
    def embed(self, pictures):
        vectors = super().embed(pictures)
        vectors[:, 1::3] = vectors[:, 2::3] = 0
        vectors[:, 1] = 1
        return vectors


@pytest.fixture
def two(live, monkeypatch):
    """Beside the live index, that of a network which sees red alone."""
    spec = replace(fake_embedder.SPEC, name="red", description="sees red alone")
    monkeypatch.setitem(registry.EMBEDDERS, "red", spec)
    source = fake_embedder.FakeSource(spec)
    monkeypatch.setattr(source, "load", lambda: RedOnly(spec))
    plan = building.plan(source)
    list(building.embed(plan))
    return building.finish(plan)


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def columns(html):
    return [
        re.findall(r'data-item="([^"]*)"', part) for part in html.split('<ol class="column">')[1:]
    ]


def test_each_column_is_what_its_embedder_answers(client, two, settings):
    served, red = columns(page(client, "/compare/3/?metric=euclidean"))
    row = client.get("/api/v1/products/3/similar/?metric=euclidean").json()["neighbours"]
    assert served == [match["item_id"] for match in row]
    settings.EMBEDDER = "red"
    row = client.get("/api/v1/products/3/similar/?metric=euclidean").json()["neighbours"]
    assert red == [match["item_id"] for match in row]
    assert red != served


def test_the_overlap_is_told_at_each_depth(client, two):
    html = page(client, "/compare/3/?metric=euclidean")
    assert re.search(r"<td>5</td></tr>\s*<tr>.*<td><b>5</b></td></tr>", html)
    assert html.count('class="shared"') == 10


def test_left_and_right_can_be_chosen_and_changed_about(client, two):
    first = columns(page(client, "/compare/3/?left=fake&right=red&metric=euclidean"))
    second = columns(page(client, "/compare/3/?left=red&right=fake&metric=euclidean"))
    assert first == second[::-1]
    assert columns(page(client, "/compare/3/?right=fake&metric=euclidean")) == second


def test_one_index_alone_is_shown_with_a_calm_word(client, live):
    html = page(client, "/compare/3/")
    assert len(columns(html)) == 1
    assert "With a second" in html
    assert "manage.py" not in html


@pytest.mark.parametrize(
    ("query", "status"),
    [("left=nobody", 400), ("right=vgg16", 400), ("metric=hamming", 400), ("left=red", 200)],
)
def test_what_there_is_not_is_refused_with_what_there_is(client, two, query, status):
    response = client.get(f"/compare/3/?{query}")
    assert response.status_code == status
    if status == 400:
        assert "must be one of: " in response.content.decode()


def test_a_product_that_left_is_neither_asked_about_nor_answered(client, two):
    Product.objects.filter(item_id="5").update(hidden=True)
    assert all("5" not in column for column in columns(page(client, "/compare/3/")))
    assert client.get("/compare/5/").status_code == 404


def test_without_an_index_it_is_503(client, catalogue):
    assert client.get("/compare/3/").status_code == 503


def test_it_costs_few_queries(client, two, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        client.get("/compare/3/")


def test_the_similarity_page_leads_there_where_there_are_two(client, two):
    assert 'href="/compare/3/' in page(client, "/products/3/")


def test_the_similarity_page_does_not_lead_there_without(client, live):
    assert "/compare/" not in page(client, "/products/3/")
