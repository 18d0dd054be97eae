import numpy as np
import pytest

from recommender.mapping.layout import lay_out


@pytest.fixture(scope="module")
def groups() -> np.ndarray:
    """Sixty vectors in three groups of twenty that have nothing in common."""
    random = np.random.default_rng(7)
    centres = np.repeat(np.eye(3, 24, dtype=np.float32), 20, axis=0)
    return centres + 0.05 * random.standard_normal((60, 24)).astype(np.float32)


def test_what_looks_alike_lies_together_and_the_same_each_time(groups):
    points = lay_out(groups)
    assert (points == lay_out(groups)).all()
    ways = np.linalg.norm(points[:, None] - points[None], axis=2) + np.diag(np.full(60, np.inf))
    assert (ways.argmin(axis=1) // 20 == np.arange(60) // 20).all()


def test_a_layout_that_starts_from_an_older_one_keeps_its_regions_where_they_were(groups):
    points = lay_out(groups)
    turned = np.stack([-points[:, 1], points[:, 0]], -1)
    again = lay_out(groups, turned)
    before, after = (p.reshape(3, 20, 2).mean(axis=1) for p in (turned, again))
    for one, other in ((0, 1), (1, 2), (2, 0)):
        assert np.dot(before[one] - before[other], after[one] - after[other]) > 0


@pytest.mark.parametrize("vectors", [np.zeros((12, 8)), np.ones((12, 8))], ids=["zeros", "alike"])
def test_vectors_that_cannot_be_told_apart_have_a_layout_too(vectors):
    assert np.isfinite(lay_out(vectors.astype(np.float32))).all()
