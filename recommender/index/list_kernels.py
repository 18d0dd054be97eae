"""The compiled inner loops that change lists which are there. Import this lazily, as kernels.py."""

import numpy as np
from numba import prange

from recommender.index.kernels import EUCLIDEAN, exact_distance, require_known
from recommender.jit import compiled, in_parallel


@compiled()
def insert(rows, distances, name, distance):  # type: ignore[no-untyped-def]
    """Puts a name into a list, (k,) and (k,), sorted by (distance, name), if it is near enough.

    One that is there already keeps the smaller distance.
    """
    place = rows.shape[0] - 1
    if distance > distances[place] or (distance == distances[place] and rows[place] <= name):
        return
    for there in range(place):
        if rows[there] == name:
            if distances[there] <= distance:
                return
            place = there
            break
    while place > 0 and (
        distances[place - 1] > distance
        or (distances[place - 1] == distance and rows[place - 1] > name)
    ):
        distances[place] = distances[place - 1]
        rows[place] = rows[place - 1]
        place -= 1
    distances[place] = distance
    rows[place] = name


@in_parallel()
def offer(  # type: ignore[no-untyped-def]
    metric, scores, absolute, relative, newcomers, asking, starts, names, vectors, squared,
    rows, distances,
):  # fmt: skip
    """Offers newcomers to lists, of one row each or of several; changes the lists in place.

    scores (q, n) and absolute, relative as in `nearest`; newcomers (q,) are their rows; list i is
    that of the rows asking[starts[i]:starts[i + 1]]. names (n,): what the lists call each row,
    where those of one name, as the pictures of a product, are as near as the nearest of them. rows
    (l, k) int32 and distances (l, k) float64 are the lists, sorted by (distance, name). None is
    offered its own name.
    """
    require_known(metric)
    for one in prange(rows.shape[0]):
        for place in range(starts[one], starts[one + 1]):
            row = asking[place]
            for i in range(newcomers.shape[0]):
                last = distances[one, -1]
                limit = last * last if metric == EUCLIDEAN else last
                if scores[i, row] > limit + 2.0 * (absolute[i] + relative * limit):
                    continue
                name = names[newcomers[i]]
                if name == names[row]:
                    continue
                distance = exact_distance(
                    metric, vectors[row], vectors[newcomers[i]], squared[row], squared[newcomers[i]]
                )
                insert(rows[one], distances[one], name, distance)


@compiled()
def nearest_pair(metric, one, other, starts, vectors, squared):  # type: ignore[no-untyped-def]
    """The distance of two products: that of the nearest pair of their pictures."""
    nearest = np.inf
    for i in range(starts[one] - 1, starts[one + 1]):
        a = one if i < starts[one] else i
        for j in range(starts[other] - 1, starts[other + 1]):
            b = other if j < starts[other] else j
            away = exact_distance(metric, vectors[a], vectors[b], squared[a], squared[b])
            nearest = min(nearest, away)
    return nearest


@in_parallel()
def measure(metric, products, starts, vectors, squared, rows, distances):  # type: ignore[no-untyped-def]
    """Measures the lists of (m,) products by all of their pictures, and sorts them again, in place.

    vectors (p, d): n first pictures, then the further ones, those of product i from starts[i] up to
    starts[i + 1]; rows (m, k) int32 and distances (m, k) float64 are the lists.
    """
    require_known(metric)
    for one in prange(rows.shape[0]):
        before = rows[one].copy()
        rows[one, :], distances[one, :] = -1, np.inf
        for other in before:
            if other >= 0:
                away = nearest_pair(metric, products[one], other, starts, vectors, squared)
                insert(rows[one], distances[one], other, away)
