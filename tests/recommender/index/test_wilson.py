"""The interval of a share."""

import pytest
from scipy.stats import binomtest

from recommender.index.wilson import wilson


def test_wilson_s_interval_is_that_of_scipy():
    for wins, count in ((0, 1), (1, 1), (3, 10), (50, 60), (400, 900), (12, 12)):
        low, high = binomtest(wins, count).proportion_ci(method="wilson")
        assert wilson(wins, count) == pytest.approx((low, high), abs=1e-6)
    assert wilson(0, 0) == (0, 1)
