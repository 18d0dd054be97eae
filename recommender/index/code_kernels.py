"""The compiled inner loops of the codes, in numba. Import this lazily, as kernels.py.

The sums over codes go by blocks of a constant number of whole numbers, each of the least width that
it fits: so LLVM finds the instructions that add many at a time (psadbw, pmaddwd, and their like).
"""

import numpy as np
from numba import prange

from recommender.index.kernels import COSINE, kth_smallest
from recommender.jit import compiled, in_parallel

# Above what float64 and the last rounding to float32 may take away from a bound.
_UP = np.float64(1.0 + 1e-6)
_DOWN = np.float64(1.0 - 1e-6)
# Within what float32 can say, and what it cannot tell from zero.
_MOST, _LEAST = np.float64(3e38), np.float64(1e-44)


@in_parallel()
def encode(vectors, scales, zeros, values, errors, lengths):  # type: ignore[no-untyped-def]
    """(n, d) float32, scales and zeros (n,) -> values (n, d), errors (n, 2) and lengths (n,)."""
    for row in prange(vectors.shape[0]):
        scale, zero = scales[row], zeros[row]
        squares = absolutes = length = 0.0
        for i in range(vectors.shape[1]):
            code = min(max(np.rint(np.float64(vectors[row, i]) / scale) + zero, 0.0), 255.0)
            values[row, i] = np.uint8(code)
            near = scale * (code - zero)
            gone = np.float64(vectors[row, i]) - near
            squares += gone * gone
            absolutes += abs(gone)
            length += near * near
        least = _LEAST if squares > 0 else 0.0
        errors[row, 0] = np.float32(np.sqrt(squares) * _UP + least)
        errors[row, 1] = np.float32(absolutes * _UP + least)
        lengths[row] = np.float32(np.sqrt(length) * _UP)


@in_parallel()
def round_queries(queries, scales, zeros, values, beyond, wrong):  # type: ignore[no-untyped-def]
    """(m, d) float32, scales and zeros (m,) -> values (m, d) uint8, beyond and wrong (m,)."""
    for row in prange(queries.shape[0]):
        scale, zero = scales[row], zeros[row]
        outside = gone = 0.0
        for i in range(queries.shape[1]):
            number = np.float64(queries[row, i])
            within = min(max(number, -scale * zero), scale * (255.0 - zero))
            code = min(max(np.rint(within / scale) + zero, 0.0), 255.0)
            values[row, i] = np.uint8(code)
            outside += abs(number - within)
            gone += abs(within - scale * (code - zero))
        beyond[row], wrong[row] = outside, gone * _UP


@compiled()
def _apart(a, b):  # type: ignore[no-untyped-def]
    return np.int32(abs(np.int32(np.int32(a) - np.int32(b))))


@compiled(inline="always")
def _absolutes_of_64(a, b, start):  # type: ignore[no-untyped-def]
    total = np.int32(0)
    for i in range(64):
        total = np.int32(total + _apart(a[start + i], b[start + i]))
    return total


@compiled()
def _absolutes(a, b):  # type: ignore[no-untyped-def]
    """Σ|a-b| of (d,) and (d,) uint8."""
    total, d = np.int32(0), a.shape[0]
    for block in range(d // 64):
        total = np.int32(total + _absolutes_of_64(a, b, 64 * block))
    for i in range(d - d % 64, d):
        total = np.int32(total + _apart(a[i], b[i]))
    return total


@compiled()
def _dot(query, code):  # type: ignore[no-untyped-def]
    """Σ query·code of (d,) int16 and (d,) uint8."""
    total, d = np.int64(0), code.shape[0]
    for block in range(d // 256):
        part, start = np.int32(0), 256 * block
        for i in range(256):
            product = np.int32(np.int32(query[start + i]) * np.int32(code[start + i]))
            part = np.int32(part + product)
        total += np.int64(part)
    for i in range(d - d % 256, d):
        total += np.int64(query[i]) * np.int64(code[i])
    return total


@compiled()
def _outward(away, slack):  # type: ignore[no-untyped-def]
    """away - slack and away + slack, and a little to spare for what comes after."""
    least, most = away - slack, away + slack
    if not most - least < np.inf:
        return np.float32(-np.inf), np.float32(np.inf)
    spare = 1e-7 * abs(away) + _LEAST
    lower = least * (_DOWN if least > 0 else _UP) - spare
    return np.float32(min(lower, _MOST)), np.float32(max(0.0, most) * _UP + spare)


@in_parallel()
def absolute_bounds(  # type: ignore[no-untyped-def]
    rounded, beyond, wrong, scales, zeros, places, first, values, levels, errors, rows, lower, upper
):
    """Bounds of the manhattan distance of a query to m rows -> lower, upper (m,) float32.

    rounded (s, d), beyond and wrong (s,): the query at each of s scales, see codes.Rounded.
    """
    for place in prange(rows.shape[0]):
        row = rows[place]
        level = places[levels[row] - first]
        away = scales[level] * np.float64(_absolutes(rounded[level], values[row])) + beyond[level]
        slack = wrong[level] + np.float64(errors[row, 1])
        lower[place], upper[place] = _outward(away, slack)


@in_parallel()
def product_bounds(  # type: ignore[no-untyped-def]
    metric, query, unit, rest, query_length, scales, zeros, places, first,
    values, levels, errors, lengths, squared, rows, lower, upper,
):  # fmt: skip
    """Bounds of the cosine or euclidean distance of a query to m rows -> lower, upper (m,).

    The query, of length query_length, is unit times the (d,) int16 `query`, and a rest of that
    length.
    """
    total = query.astype(np.int64).sum()
    query_squared = query_length * query_length
    for place in prange(rows.shape[0]):
        row = rows[place]
        level = places[levels[row] - first]
        length = np.float64(lengths[row])
        whole = np.float64(_dot(query, values[row])) - zeros[level] * np.float64(total)
        dot, wrong = scales[level] * unit * whole, rest * length
        error = np.float64(errors[row, 0])
        if metric == COSINE:
            norms = query_length * np.sqrt(squared[row])
            away, slack = 1.0, 0.0
            if norms > 0.0:
                away = 1.0 - dot / norms
                slack = (query_length * error + wrong) / norms + 1e-6
        else:
            square = query_squared + length * length - 2.0 * dot
            wrong = 2.0 * wrong + 4e-6 * length * length + 1e-9 * query_squared
            away = np.sqrt(max(0.0, square))
            slack = error + max(
                np.sqrt(max(0.0, square + wrong)) - away, away - np.sqrt(max(0.0, square - wrong))
            )
        lower[place], upper[place] = _outward(away, slack)


# All lists ---------------------------------------------------------------------------------------


@in_parallel()
def absolute_scores(queries, beyond, scale, values, members, out):  # type: ignore[no-untyped-def]
    """Manhattan distances of q queries to the codes of m rows of one scale -> out[:, members].

    queries (q, d) uint8 and beyond (q,): see codes.Rounded. members (m,): the rows, whose number
    must be a multiple of four; out (q, n) float32.
    """
    q, d = queries.shape
    for block in prange(members.shape[0] // 4):
        j0, j1 = members[4 * block], members[4 * block + 1]
        j2, j3 = members[4 * block + 2], members[4 * block + 3]
        v0, v1, v2, v3 = values[j0], values[j1], values[j2], values[j3]
        for i in range(q):
            a = queries[i]
            s0 = s1 = s2 = s3 = np.int32(0)
            for part in range(d // 64):
                s0 = np.int32(s0 + _absolutes_of_64(a, v0, 64 * part))
                s1 = np.int32(s1 + _absolutes_of_64(a, v1, 64 * part))
                s2 = np.int32(s2 + _absolutes_of_64(a, v2, 64 * part))
                s3 = np.int32(s3 + _absolutes_of_64(a, v3, 64 * part))
            for c in range(d - d % 64, d):
                s0 = np.int32(s0 + _apart(a[c], v0[c]))
                s1 = np.int32(s1 + _apart(a[c], v1[c]))
                s2 = np.int32(s2 + _apart(a[c], v2[c]))
                s3 = np.int32(s3 + _apart(a[c], v3[c]))
            out[i, j0] = np.float32(min(scale * np.float64(s0) + beyond[i], _MOST))
            out[i, j1] = np.float32(min(scale * np.float64(s1) + beyond[i], _MOST))
            out[i, j2] = np.float32(min(scale * np.float64(s2) + beyond[i], _MOST))
            out[i, j3] = np.float32(min(scale * np.float64(s3) + beyond[i], _MOST))


@compiled(fastmath=True)
def _score(a, b):  # type: ignore[no-untyped-def]
    """Σ|a-b| of (d,) and (d,) float32."""
    total = np.float32(0)
    for i in range(a.shape[0]):
        total += abs(a[i] - b[i])
    return total


@in_parallel()
def sharpen(scores, wrong, places, errors, unit, queries, itself, vectors, k):  # type: ignore[no-untyped-def]
    """Turns distances to codes into float32 scores, in place; inf where no neighbour can be.

    scores (q, n): each off by at most wrong[i, places[j]] + errors[j, 1]. unit: how wrong a float32
    sum may be, relative to itself. Of q queries, the k nearest of the (n, d) vectors stay; itself
    (q,) is the query's own place among them, or -1.
    """
    for i in prange(queries.shape[0]):
        kth = kth_smallest(scores[i], k, itself[i])
        limit, measured = 0.0, 0
        for j in range(scores.shape[1]):
            if measured < k and scores[i, j] <= kth and j != itself[i]:
                limit = max(limit, np.float64(_score(queries[i], vectors[j])))
                measured += 1
        limit = limit * (1.0 + 2.0 * unit) + _LEAST if measured == k else np.inf
        for j in range(scores.shape[1]):
            slack = wrong[i, places[j]] + np.float64(errors[j, 1])
            if np.float64(scores[i, j]) * _DOWN - slack * _UP - _LEAST > limit:
                scores[i, j] = np.inf
            else:
                scores[i, j] = _score(queries[i], vectors[j])
