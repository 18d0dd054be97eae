"""The wall: products of several categories, each with its nearest, no product twice."""

import pytest
from django.utils import timezone

from catalog import memory
from catalog.models import Product
from recommender.live.engine import engine
from recommender.search.answering import answer
from recommender.search.errors import NotReady
from recommender.search.query import Query
from recommender.search.wall import PER_ROW, wall
from tests.indexes import index_of

pytestmark = pytest.mark.django_db
GROUPS = 8


@pytest.fixture
def shop():
    """Eight groups of seven products, a category each, far from one another."""
    ids = [f"{group}-{number}" for group in range(GROUPS) for number in range(7)]
    now = timezone.now()
    Product.objects.bulk_create(
        Product(
            item_id=item_id, shop_item_id=item_id, category=f"kind {item_id[0]}",
            content_hash=f"{37 * place % 251:02x}{place:062}", first_seen=now, last_seen=now,
        )
        for place, item_id in enumerate(ids)
    )  # fmt: skip
    engine().publish(index_of({item_id: point(item_id) for item_id in ids}))


def point(item_id) -> list[float]:
    group, number = map(int, item_id.split("-"))
    return [float(place == group) for place in range(GROUPS)] + [number / 100] + [0.0] * 39


def shown(rows) -> list[str]:
    return [one.item_id for row in rows for one in (row.product, *row.alike)]


def test_each_row_is_a_product_and_what_looks_like_it(shop):
    rows = wall(6)
    assert len(rows) == 6
    for row in rows:
        nearest = answer(Query(liked=(row.product.item_id,), k=PER_ROW)).looks.matches
        assert row.alike == [match.product for match in nearest]


def test_no_product_stands_there_twice_and_no_category_while_there_are_others(shop):
    rows = wall(6)
    assert len(set(shown(rows))) == 6 * (1 + PER_ROW)
    assert len({row.product.category for row in rows}) == 6


def test_where_there_are_too_few_others_a_product_may_look_like_two(shop):
    rows = wall(GROUPS + 1)
    assert len(rows) == GROUPS + 1
    assert rows[-1].product.item_id not in shown(rows[:-1])
    assert set(shown(rows[-1:])) & set(shown(rows[:-1]))


def test_what_is_not_shown_or_not_indexed_is_not_on_it(shop):
    Product.objects.exclude(category="kind 3").update(hidden=True)
    assert {item_id[0] for item_id in shown(wall(6))} == {"3"}
    now = timezone.now()
    Product.objects.create(item_id="new", content_hash="0" * 64, first_seen=now, last_seen=now)
    assert "new" not in shown(wall(6))


@pytest.mark.django_db(transaction=True)
def test_it_is_chosen_once_for_the_catalogue_as_it_is(shop, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        first = wall(6)
    with django_assert_max_num_queries(3):
        assert wall(6) == first
    memory.forget()
    assert shown(wall(6)) == shown(first), "as another worker chooses"
    gone = first[0].product.item_id
    Product.objects.filter(item_id=gone).update(gone_since=timezone.now())
    assert gone not in shown(wall(6))


def test_without_an_index_there_is_none(db):
    with pytest.raises(NotReady):
        wall(6)
