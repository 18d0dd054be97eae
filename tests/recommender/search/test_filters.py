"""What is liked, what is not, and among which."""

from decimal import Decimal

import numpy as np
import pytest
from django.utils import timezone

from catalog.filters import Filters
from catalog.models import Product
from recommender.index.distances import distances
from recommender.index.metrics import Metric
from recommender.live import current
from recommender.live.engine import engine
from recommender.search.answering import answer
from recommender.search.errors import BadQuery, UnknownProduct
from recommender.search.fields import MOST
from recommender.search.kinds import MAX_NAMED
from recommender.search.query import Query
from tests.indexes import index_of, whole_index
from tests.products import a_hash

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    """Two hundred products on a line; every tenth is a hat, every second is sold out."""
    now = timezone.now()
    ids = [f"{number:03}" for number in range(200)]
    Product.objects.bulk_create(
        Product(
            item_id=item_id, shop_item_id=item_id, search_text=f"tee {item_id}", content_hash=a_hash(item_id), price=int(item_id),
            category="hats" if item_id.endswith("0") else "tees", shop="a" if item_id < "100" else "b",
            in_stock=[True, False, None][int(item_id) % 3], first_seen=now, last_seen=now,
        )
        for item_id in ids
    )  # fmt: skip
    engine().publish(index_of({item_id: [float(item_id)] + [1.0] * 47 for item_id in ids}))


def found(*args, **asked) -> list[str]:
    asked.setdefault("metrics", (Metric.EUCLIDEAN,))
    return [match.product.item_id for match in answer(Query(*args, **asked)).rankings[0].matches]


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        (Filters.of(category="hats"), lambda product: product.category == "hats"),
        (Filters.of(shop="b"), lambda product: product.shop == "b"),
        (Filters.of(q="tee 19"), lambda product: "19" in product.item_id),
        (Filters.of(price_from=Decimal(190)), lambda product: product.price >= 190),
        (Filters.of(price_to=Decimal(5)), lambda product: product.price <= 5),
        (Filters.of(in_stock=True), lambda product: product.in_stock is not False),
        (Filters.of(category="hats", shop="b", in_stock=True), lambda product: (
            product.category == "hats" and product.shop == "b" and product.in_stock is not False)),
    ],
)  # fmt: skip
def test_the_nearest_that_pass_are_answered_k_of_them_when_k_exist(shop, filters, passes):
    """Against a plain sort of all distances, whether the lists suffice or not."""
    index = whole_index()
    passing = {product.item_id for product in Product.objects.all() if passes(product)}
    for metric in Metric:
        away = distances(metric, index.embeddings[3], index.embeddings)
        expected = [
            str(index.item_ids[row])
            for row in np.lexsort((index.item_ids, away))
            if row != 3 and index.item_ids[row] in passing
        ]
        for k in (1, 5, MOST):
            assert found(("003",), filters=filters, metrics=(metric,), k=k) == expected[:k]


@pytest.mark.of_files
def test_a_filter_that_most_pass_needs_no_scan(shop, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(current.live_index().__class__, "search", None)
    with django_assert_num_queries(4):
        assert len(found(("100",), filters=Filters.of(in_stock=True), k=10)) == 10


def test_what_nothing_passes_has_an_empty_answer(shop):
    assert found(("000",), filters=Filters.of(category="shoes")) == []


def test_several_that_are_liked_are_met_in_their_middle(shop):
    assert found(("010", "020"), k=3) == ["015", "014", "016"]


def test_what_is_disliked_is_moved_away_from(shop):
    """(100 − 40/3) / (2/3) = 130."""
    assert found(("100",), ("040",), k=3) == ["130", "129", "131"]


def test_what_is_named_is_never_answered(shop):
    ids = ("010", "011", "012")
    assert not set(ids) & set(found(ids, ("013",), k=MOST))
    assert "013" not in found(ids, ("013",), k=MOST)


def test_a_named_product_that_is_not_there_is_unknown(shop):
    with pytest.raises(UnknownProduct, match="nobody"):
        found(("010",), ("nobody",))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"liked": ("1",), "disliked": ("1",)}, "liked and disliked at once"),
        ({"liked": tuple(map(str, range(MAX_NAMED + 1)))}, "At most 20"),
        ({"liked": ("1",), "diversity": 1.1}, "between 0 and 1"),
        ({"liked": ("1",), "diversity": float("nan")}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked, sentence):
    with pytest.raises(BadQuery, match=sentence):
        Query(**asked)
