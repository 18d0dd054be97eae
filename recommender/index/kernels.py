"""The compiled inner loops, in numba. Import this lazily: a web worker does without it.

Two kinds of arithmetic stand here. *Exact* kernels work in float64 with a fixed order of
summation, so that a pair of vectors has one distance, bit for bit, wherever and in whatever
company it is measured. *Score* kernels work in float32 as fast as the machine can; what they
give only chooses which pairs are then measured exactly.

A metric's score grows with its distance: 1 - cos for cosine, the squared distance for euclidean,
the distance itself for manhattan.
"""

from typing import Any

import numpy as np
from numba import prange

from recommender.jit import compiled, in_parallel

# As in recommender.index.metrics.METRIC_CODES; numba compiles them in.
COSINE, EUCLIDEAN, MANHATTAN = 0, 1, 2


@compiled()
def require_known(metric):  # type: ignore[no-untyped-def]
    """Raises ValueError for a metric that the kernels below do not know."""
    if metric not in (COSINE, EUCLIDEAN, MANHATTAN):
        raise ValueError("The kernels know no such metric.")


# No `fastmath` here: with it the compiler may sum in another order in another place. Eight
# running sums keep the processor busy all the same.


@compiled()
def exact_dot(a, b):  # type: ignore[no-untyped-def]
    """Sum of a·b in float64, in fixed order; (d,) and (d,) float32."""
    d = a.shape[0]
    whole = d - d % 8
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    for i in range(0, whole, 8):
        s0 += np.float64(a[i]) * np.float64(b[i])
        s1 += np.float64(a[i + 1]) * np.float64(b[i + 1])
        s2 += np.float64(a[i + 2]) * np.float64(b[i + 2])
        s3 += np.float64(a[i + 3]) * np.float64(b[i + 3])
        s4 += np.float64(a[i + 4]) * np.float64(b[i + 4])
        s5 += np.float64(a[i + 5]) * np.float64(b[i + 5])
        s6 += np.float64(a[i + 6]) * np.float64(b[i + 6])
        s7 += np.float64(a[i + 7]) * np.float64(b[i + 7])
    for i in range(whole, d):
        s0 += np.float64(a[i]) * np.float64(b[i])
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


@compiled()
def exact_squares(a, b):  # type: ignore[no-untyped-def]
    """Sum of (a-b)² in float64, in fixed order; (d,) and (d,) float32."""
    d = a.shape[0]
    whole = d - d % 8
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    for i in range(0, whole, 8):
        d0 = np.float64(a[i]) - np.float64(b[i])
        d1 = np.float64(a[i + 1]) - np.float64(b[i + 1])
        d2 = np.float64(a[i + 2]) - np.float64(b[i + 2])
        d3 = np.float64(a[i + 3]) - np.float64(b[i + 3])
        d4 = np.float64(a[i + 4]) - np.float64(b[i + 4])
        d5 = np.float64(a[i + 5]) - np.float64(b[i + 5])
        d6 = np.float64(a[i + 6]) - np.float64(b[i + 6])
        d7 = np.float64(a[i + 7]) - np.float64(b[i + 7])
        s0 += d0 * d0
        s1 += d1 * d1
        s2 += d2 * d2
        s3 += d3 * d3
        s4 += d4 * d4
        s5 += d5 * d5
        s6 += d6 * d6
        s7 += d7 * d7
    for i in range(whole, d):
        d0 = np.float64(a[i]) - np.float64(b[i])
        s0 += d0 * d0
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


@compiled()
def exact_absolutes(a, b):  # type: ignore[no-untyped-def]
    """Sum of |a-b| in float64, in fixed order; (d,) and (d,) float32."""
    d = a.shape[0]
    whole = d - d % 8
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    for i in range(0, whole, 8):
        s0 += abs(np.float64(a[i]) - np.float64(b[i]))
        s1 += abs(np.float64(a[i + 1]) - np.float64(b[i + 1]))
        s2 += abs(np.float64(a[i + 2]) - np.float64(b[i + 2]))
        s3 += abs(np.float64(a[i + 3]) - np.float64(b[i + 3]))
        s4 += abs(np.float64(a[i + 4]) - np.float64(b[i + 4]))
        s5 += abs(np.float64(a[i + 5]) - np.float64(b[i + 5]))
        s6 += abs(np.float64(a[i + 6]) - np.float64(b[i + 6]))
        s7 += abs(np.float64(a[i + 7]) - np.float64(b[i + 7]))
    for i in range(whole, d):
        s0 += abs(np.float64(a[i]) - np.float64(b[i]))
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


@compiled()
def exact_distance(metric, a, b, a_squared, b_squared):  # type: ignore[no-untyped-def]
    """The distance of two vectors; `a_squared` and `b_squared` are their exact_dot with self."""
    if metric == COSINE:
        product = a_squared * b_squared
        if product == 0.0:
            return 1.0  # a vector of zeros has no direction; so says scikit-learn too
        # √(x·x) is x exactly: equal vectors come out at 0, not at some 1e-16.
        return max(0.0, 1.0 - exact_dot(a, b) / np.sqrt(product))
    if metric == EUCLIDEAN:
        return np.sqrt(exact_squares(a, b))
    return exact_absolutes(a, b)


@in_parallel()
def squared_norms(vectors, out):  # type: ignore[no-untyped-def]
    """exact_dot of each of (n, d) float32 rows with itself -> out, (n,) float64."""
    for row in prange(vectors.shape[0]):
        out[row] = exact_dot(vectors[row], vectors[row])


@in_parallel()
def exact_distances(metric, query, query_squared, vectors, squared, out):  # type: ignore[no-untyped-def]
    """Distances of a (d,) query to each of (n, d) vectors -> out, (n,) float64."""
    require_known(metric)
    for row in prange(vectors.shape[0]):
        out[row] = exact_distance(metric, query, vectors[row], query_squared, squared[row])


def _of_pairs(metric: int, vectors: np.ndarray, *others: np.ndarray) -> int:
    return len(others[-1]) * int(vectors.shape[1])


@in_parallel(_of_pairs)
def paired_distances(metric, vectors, left, right, out):  # type: ignore[no-untyped-def]
    """Distances of rows `left` of (n, d) vectors to rows `right`, (m,) each -> out, (m,)."""
    require_known(metric)
    for pair in prange(left.shape[0]):
        a, b = vectors[left[pair]], vectors[right[pair]]
        out[pair] = exact_distance(metric, a, b, exact_dot(a, a), exact_dot(b, b))


# Scores of one query: bound by how fast memory is read --------------------------------------------


def _of_rows(metric: int, query: np.ndarray, _squared: float, *others: np.ndarray) -> int:
    return len(others[-1]) * len(query)


@in_parallel(_of_rows, fastmath=True)
def scan(metric, query, query_squared, vectors, squared, rows, out):  # type: ignore[no-untyped-def]
    """Scores of a (d,) query against m rows of the (n, d) vectors -> out, (m,) float32."""
    require_known(metric)
    for place in prange(rows.shape[0]):
        row = rows[place]
        total = np.float32(0)
        if metric == COSINE:
            for i in range(query.shape[0]):
                total += query[i] * vectors[row, i]
            product = query_squared * squared[row]
            total = np.float32(1.0 - total / np.sqrt(product) if product > 0.0 else 1.0)
        elif metric == EUCLIDEAN:
            for i in range(query.shape[0]):
                difference = query[i] - vectors[row, i]
                total += difference * difference
        else:
            for i in range(query.shape[0]):
                total += abs(query[i] - vectors[row, i])
        out[place] = total


# Scores of a block of queries: bound by arithmetic ------------------------------------------------


@in_parallel()
def scores_from_products(  # type: ignore[no-untyped-def]
    products, rows, first, centred, shift, squared, offset, cosine, euclidean
):
    """Cosine and euclidean scores out of one matrix product of mean-centred vectors.

    products (q, m) float32: dot products of the centred queries `rows` with the centred vectors
    first … first+m. For all n vectors x and their mean c: centred |x-c|², shift x·c, squared |x|²;
    offset is c·c. Then x·y = (x-c)·(y-c) + x·c + y·c - c·c. Centring keeps float32 sharp where
    all vectors point much the same way. Writes columns first … first+m of the (q, n) outputs.
    """
    for column in prange(products.shape[1]):
        other = first + column
        for i in range(products.shape[0]):
            row = rows[i]
            product = np.float64(products[i, column])
            euclidean[i, other] = centred[row] + centred[other] - 2.0 * product
            norms = squared[row] * squared[other]
            dot = product + shift[row] + shift[other] - offset
            cosine[i, other] = 1.0 - dot / np.sqrt(norms) if norms > 0.0 else 1.0


@in_parallel(fastmath=True)
def manhattan_scores(queries, vectors, out):  # type: ignore[no-untyped-def]
    """Σ|a-b| of each of (q, d) queries with each of (n, d) vectors -> out, (q, n) float32.

    Blocks of 2×4 pairs: their eight sums and six vectors stay in registers, and the queries stay
    in the cache while four vectors pass. q must be even, and n at least 4.
    """
    n, d = vectors.shape
    for block in prange((n + 3) // 4):
        j = min(4 * block, n - 4)  # the last block overlaps the one before instead of ending short
        v0, v1, v2, v3 = vectors[j], vectors[j + 1], vectors[j + 2], vectors[j + 3]
        for i in range(0, queries.shape[0], 2):
            a, b = queries[i], queries[i + 1]
            a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = np.float32(0)
            for k in range(d):
                x, y = a[k], b[k]
                a0 += abs(x - v0[k])
                a1 += abs(x - v1[k])
                a2 += abs(x - v2[k])
                a3 += abs(x - v3[k])
                b0 += abs(y - v0[k])
                b1 += abs(y - v1[k])
                b2 += abs(y - v2[k])
                b3 += abs(y - v3[k])
            out[i, j], out[i, j + 1], out[i, j + 2], out[i, j + 3] = a0, a1, a2, a3
            out[i + 1, j], out[i + 1, j + 1] = b0, b1
            out[i + 1, j + 2], out[i + 1, j + 3] = b2, b3


# From scores to exact lists ----------------------------------------------------------------------


@compiled()
def kth_smallest(scores, k, itself):  # type: ignore[no-untyped-def]
    """The k-th smallest of (m,) scores, leaving out place `itself`; inf if there are fewer."""
    heap = np.full(k, np.inf, np.float32)  # the k smallest so far, the largest of them on top
    for column in range(scores.shape[0]):
        score = scores[column]
        if score < heap[0] and column != itself:
            place = 0
            while True:
                child = 2 * place + 1
                if child >= k:
                    break
                if child + 1 < k and heap[child + 1] > heap[child]:
                    child += 1
                if heap[child] <= score:
                    break
                heap[place] = heap[child]
                place = child
            heap[place] = score
    return heap[0]


def _of_queries(metric: int, scores: np.ndarray, *_others: Any) -> int:
    return int(scores.size) if len(scores) > 1 else 0  # one query is one thread's


@in_parallel(_of_queries)
def nearest(  # type: ignore[no-untyped-def]
    metric, scores, absolute, relative, queries, queries_squared, itself,
    rows, vectors, squared, out_rows, out_distances,
):  # fmt: skip
    """The exact k nearest of q queries among m rows of the vectors, from their (q, m) scores.

    A score may be wrong by absolute[i] + relative × score: every vector whose score could be
    among the k smallest is measured exactly, so none is missed. rows (m,) ascend; itself (q,) is
    the query's own place among them, or -1. Fills out_rows (q, k) int32 and out_distances (q, k)
    float64, nearest first, ties by row; places without a neighbour keep -1 and inf.
    """
    require_known(metric)
    k = out_rows.shape[1]
    for i in prange(scores.shape[0]):
        limit = kth_smallest(scores[i], k, itself[i])
        limit = limit + 3.0 * (absolute[i] + relative * abs(limit))  # 2, and a little to spare
        candidates = np.flatnonzero(scores[i] <= limit)
        distances = np.empty(candidates.shape[0])
        for c in range(candidates.shape[0]):
            row = rows[candidates[c]]
            distances[c] = np.inf
            if candidates[c] != itself[i]:
                distances[c] = exact_distance(
                    metric, queries[i], vectors[row], queries_squared[i], squared[row]
                )
        order = np.argsort(distances, kind="mergesort")  # stable, so ties stay by row
        for place in range(min(k, order.shape[0])):
            if distances[order[place]] < np.inf:
                out_rows[i, place] = rows[candidates[order[place]]]
                out_distances[i, place] = distances[order[place]]
