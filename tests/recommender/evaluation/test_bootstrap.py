import numpy as np
import pytest

from recommender.evaluation import bootstrap
from recommender.evaluation.bootstrap import difference, estimate, macro_mean, mean, skewness

NONE = np.full(1000, -1)


def values_of(share, n=1000, seed=0):
    return (np.random.default_rng(seed).random(n) < share).astype(float)


def test_the_interval_of_a_share_is_that_of_the_textbook():
    values = values_of(0.8)
    found = estimate(mean, values, NONE, 0)
    wide = 1.96 * np.sqrt(found.value * (1 - found.value) / 1000)
    assert found.value == values.mean()
    assert found.low == pytest.approx(found.value - wide, abs=0.004)
    assert found.high == pytest.approx(found.value + wide, abs=0.004)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    held = 0
    for seed in range(200):
        found = estimate(mean, values_of(0.7, 120, seed), NONE[:120], seed)
        held += found.low <= 0.7 <= found.high
    assert 180 <= held <= 199


def test_the_same_seed_gives_the_same_interval_and_another_another():
    values = values_of(0.8)
    assert estimate(mean, values, NONE, 1) == estimate(mean, values, NONE, 1)
    assert estimate(mean, values, NONE, 1) != estimate(mean, values, NONE, 2)


def test_what_was_not_asked_does_not_count():
    values = values_of(0.5)
    padded = np.concatenate([values, np.full(500, np.nan)])
    labels = np.concatenate([NONE, NONE[:500]])
    assert estimate(mean, padded, labels, 0) == estimate(mean, values, NONE, 0)
    assert estimate(mean, np.full(3, np.nan), NONE[:3], 0) is None


def test_a_macro_mean_weighs_each_label_alike():
    values = np.array([1.0] * 90 + [0.0] * 10)
    labels = np.array([0] * 90 + [1] * 10)
    found = estimate(macro_mean, values, labels, 0)
    assert found.value == 0.5
    assert estimate(mean, values, labels, 0).value == 0.9


def test_skewness_is_that_of_scipy_and_0_where_all_are_alike():
    from scipy.stats import skew

    values = np.random.default_rng(0).poisson(2, 1000).astype(float)
    assert estimate(skewness, values, NONE, 0).value == pytest.approx(skew(values))
    assert estimate(skewness, np.full(9, 5.0), NONE[:9], 0).value == 0


def test_a_maximum_has_no_interval():
    found = estimate(bootstrap.largest, np.array([1.0, 7.0, 3.0]), NONE[:3], 0)
    assert (found.value, found.low, found.high) == (7, None, None)


def test_a_paired_difference_is_far_surer_than_two_figures():
    """Of a thousand products, 20 were wrong before and are right now; 300 are wrong in both."""
    before = np.array([0.0] * 320 + [1.0] * 680)
    after = np.array([0.0] * 300 + [1.0] * 700)
    found = difference(mean, before, after, NONE, 0)
    assert found.value == pytest.approx(0.02)
    assert 0.01 < found.low < found.value < found.high < 0.03
    alone = estimate(mean, after, NONE, 0)
    assert alone.high - alone.low > 3 * (found.high - found.low)


def test_a_difference_of_nothing_is_nothing():
    values = np.random.default_rng(0).random(1000)
    found = difference(mean, values, values, NONE, 0)
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_a_difference_needs_values_on_both_sides():
    assert difference(mean, np.full(1000, np.nan), values_of(0.5), NONE, 0) is None


def test_a_hundred_right_of_a_hundred_is_not_certainty():
    """Clopper and Pearson: 3.6 % could be wrong, and none of a hundred would show it."""
    found = estimate(mean, np.ones(100), NONE[:100], 0)
    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(0.9638, abs=1e-4)
    nothing = estimate(mean, np.zeros(100), NONE[:100], 0)
    assert (nothing.low, nothing.high) == (0, pytest.approx(0.0362, abs=1e-4))
    unlike = difference(mean, np.ones(100), np.ones(100), NONE[:100], 0)
    assert (unlike.low, unlike.high) == (
        pytest.approx(-0.0362, abs=1e-4),
        pytest.approx(0.0362, abs=1e-4),
    )


def test_many_products_are_drawn_as_few_are(monkeypatch):
    values = values_of(0.8)
    few = estimate(mean, values, NONE, 5)
    monkeypatch.setattr(bootstrap, "_MOST_IN_MEMORY", 10)
    assert estimate(mean, values, NONE, 5) == few
