"""The measures: neighbour lists in, a value a query out. numpy only.

`rows` (m, k) are the nearest rows of m queries, nearest first, the query left out, -1 for none;
`queries` (m,) the queries' own rows; `labels` (n,) a number for what each of n rows is, -1 where
nobody knows. A value is nan where a query has nothing to be measured by.
"""

from itertools import combinations

import numpy as np


def may_be_asked(labels: np.ndarray) -> np.ndarray:
    """(n,) whether a row has a label, and another row has it, too: else none could be found."""
    return (labels >= 0) & (_others(labels) > 0)


def _others(labels: np.ndarray) -> np.ndarray:
    """(n,) how many other rows have the row's label."""
    known = np.maximum(labels, 0)
    return np.asarray(np.bincount(known[labels >= 0], minlength=known.max() + 1)[known] - 1)


def _shares_label(rows: np.ndarray, labels: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """(m, k) whether a neighbour has the query's label."""
    return np.asarray((rows >= 0) & (labels[rows] == labels[queries][:, None]))


def precision(rows: np.ndarray, labels: np.ndarray, queries: np.ndarray, k: int) -> np.ndarray:
    """(m,) precision at k: the share of the k nearest that have the query's label."""
    shares = _shares_label(rows[:, :k], labels, queries).sum(axis=1) / k
    return np.where(may_be_asked(labels)[queries], shares, np.nan)


def average_precision(rows: np.ndarray, labels: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """(m,) average precision of lists cut off at their length k.

    The mean of the precision at each place that holds a row with the query's label, over as many
    places as there could be: min(others with the label, k). Manning, Raghavan, Schütze,
    "Introduction to Information Retrieval", 2008, section 8.4.
    """
    same = _shares_label(rows, labels, queries)
    at_each = np.cumsum(same, axis=1) / np.arange(1, rows.shape[1] + 1)
    possible = np.clip(_others(labels)[queries], 1, rows.shape[1])
    values = (at_each * same).sum(axis=1) / possible
    return np.where(may_be_asked(labels)[queries], values, np.nan)


def recall(rows: np.ndarray, labels: np.ndarray, queries: np.ndarray, k: int) -> np.ndarray:
    """(m,) the share that the k nearest hold of the others with the query's label, at most k."""
    possible = np.clip(_others(labels)[queries], 1, k)
    shares = _shares_label(rows[:, :k], labels, queries).sum(axis=1) / possible
    return np.where(may_be_asked(labels)[queries], shares, np.nan)


def times_shown(rows: np.ndarray, n: int) -> np.ndarray:
    """(n,) in how many lists each of n rows stands."""
    return np.bincount(rows[rows >= 0], minlength=n).astype(np.float64)


def overlap(lists: list[np.ndarray]) -> np.ndarray:
    """(m,) the share of k that two lists of one query have in common; the mean of all pairs."""
    pairs = [
        (one[:, :, None] == other[:, None, :]).any(axis=2).mean(axis=1)
        for one, other in combinations(lists, 2)
    ]
    return np.asarray(np.mean(pairs, axis=0))


def diversity(vectors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(m,) the mean cosine distance of all pairs among the k nearest of each query."""
    k = rows.shape[1]
    left, right = np.triu_indices(k, 1)
    values = np.empty(len(rows))
    for place, nearest in enumerate(rows):
        unit = _unit(vectors[nearest])
        values[place] = 1 - (unit @ unit.T)[left, right].mean()
    return values


def colour_distance(colours: np.ndarray, rows: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """(m,) the mean distance (ΔE, CIE 1976) of (n, 3) L*a*b* colours to the query's; nan: unread.

    What could not be read of the k nearest does not count.
    """
    away = np.linalg.norm(colours[rows] - colours[queries][:, None], axis=2)
    read = ~np.isnan(away)
    total = np.where(read, away, 0).sum(axis=1)
    mean = np.full(len(rows), np.nan)
    return np.asarray(np.divide(total, read.sum(axis=1), out=mean, where=read.any(1)))


def found_first(
    vectors: np.ndarray, copies: np.ndarray, queries: np.ndarray, pictures: np.ndarray
) -> np.ndarray:
    """(m,) 1 where the row nearest to a copy (cosine) shows the picture that it was made of.

    copies (m, d) of the pictures of rows `queries`; `pictures` (n,) says which rows have one file.
    """
    nearest = nearest_rows(vectors, copies, 1)[:, 0]
    return np.asarray(pictures[nearest] == pictures[queries], np.float64)


def distance_to_original(
    vectors: np.ndarray, copies: np.ndarray, queries: np.ndarray
) -> np.ndarray:
    """(m,) the cosine distance of each copy to the row that it was made of."""
    return np.asarray(1 - np.einsum("ij,ij->i", _unit(copies), _unit(vectors[queries])))


def nearest_rows(
    vectors: np.ndarray, points: np.ndarray, k: int, without: np.ndarray | None = None
) -> np.ndarray:
    """(m, k) the rows of (n, d) vectors nearest to (m, d) points by cosine, nearest first.

    `without` (m,) is a row for each point that does not count. In float32: of rows that lie equally
    near, any may come first.
    """
    unit = _unit(vectors)
    k = min(k, len(vectors) - (without is not None))
    block = max(1, 2**24 // len(vectors))
    found = np.empty((len(points), k), np.int64)
    for start in range(0, len(points), block):
        part = slice(start, start + block)
        likeness = _unit(points[part]) @ unit.T
        if without is not None:
            likeness[np.arange(len(likeness)), without[part]] = -np.inf
        best = np.argpartition(-likeness, k - 1, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(likeness, best, 1), axis=1, kind="stable")
        found[part] = np.take_along_axis(best, order, 1)
    return found


def _unit(vectors: np.ndarray) -> np.ndarray:
    """(n, d) float32 of length 1; what is all zeros stays so."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def confusion(
    rows: np.ndarray, labels: np.ndarray, queries: np.ndarray, codes: np.ndarray
) -> np.ndarray:
    """(c, c), c `codes`: of queries with label i, the share of their k nearest with label j."""
    place = np.full(int(labels.max()) + 2, -1)  # of -1, which is no label, too
    place[codes] = np.arange(len(codes))
    asked = may_be_asked(labels)[queries] & (place[labels[queries]] >= 0)
    one = np.repeat(place[labels[queries[asked]]], rows.shape[1])
    other = place[labels[rows[asked]].ravel()]
    table = np.zeros((len(codes), len(codes)))
    np.add.at(table, (one[other >= 0], other[other >= 0]), 1)
    return table / np.maximum(np.bincount(one, minlength=len(codes))[:, None], 1)
