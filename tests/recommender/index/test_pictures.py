"""All pictures of some products as one array."""

import numpy as np
import pytest

from recommender.index.distances import distances, squared_norms
from recommender.index.metrics import Metric
from recommender.index.pictures import Pictures
from recommender.index.views import Views
from tests.indexes import hash_of

FIRST = np.array([[1, 0], [0, 2], [3, 1], [2, 2], [5, 0]], np.float32)
OWNERS = np.array([0, 0, 2, 3, 3, 3])
FURTHER = np.array([[0, 2], [4, 4], [1, 1], [2, 3], [5, 1], [0, 3]], np.float32)
VIEWS = Views.of(OWNERS, [hash_of(n) for n in range(6)], FURTHER)
PICTURES = Pictures.of(FIRST, squared_norms(FIRST), VIEWS)


def test_they_are_the_first_ones_and_then_the_further_ones():
    assert (len(PICTURES), PICTURES.products, PICTURES.most) == (11, 5, 4)
    assert [PICTURES.of_product(row).tolist() for row in range(5)] == [
        [0, 5, 6], [1], [2, 7], [3, 8, 9, 10], [4],
    ]  # fmt: skip
    for row in range(5):
        own = np.concatenate([FIRST[[row]], FURTHER[row == OWNERS]])
        assert (PICTURES.embeddings[PICTURES.of_product(row)] == own).all()
        assert (PICTURES.owners[PICTURES.of_product(row)] == row).all()
    assert (PICTURES.squared == squared_norms(PICTURES.embeddings)).all()


def test_of_first_pictures_alone_no_copy_is_made():
    alone = Pictures.of(FIRST, squared_norms(FIRST))
    assert np.shares_memory(alone.embeddings, FIRST)
    assert (len(alone), alone.products, alone.most) == (5, 5, 1)
    assert [alone.of_product(row).tolist() for row in range(5)] == [[row] for row in range(5)]


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("product", range(5))
def test_the_nearest_are_other_products_each_by_its_nearest_picture(metric, product):
    own = PICTURES.of_product(product)
    pairs = np.array([distances(metric, PICTURES.embeddings[i], PICTURES.embeddings) for i in own])
    right = sorted(pairs[:, PICTURES.of_product(row)].min() for row in range(5) if row != product)
    for k in (1, 3, 4, 9):
        assert PICTURES.nearest_distances(metric, product, k).tolist() == right[:k]
    for place, picture in enumerate(own):
        found = PICTURES.nearest(metric, picture, 4)
        assert sorted(PICTURES.owners[found]) == [row for row in range(5) if row != product]
        away = pairs[place][found]
        assert (np.diff(away) >= 0).all()
        for one, distance in zip(found, away, strict=True):
            others = PICTURES.of_product(int(PICTURES.owners[one]))
            assert distance == pairs[place][others].min()


def test_the_owners_of_pictures_are_named_once_and_ascend():
    assert VIEWS.owners(np.array([10, 4, 1, 5, 6, 8]), 5).tolist() == [0, 1, 3, 4]
