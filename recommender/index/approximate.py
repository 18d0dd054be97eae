"""Neighbour lists of an index so large that comparing all pairs would take hours.

A picture's neighbours are looked for in the cells within its reach alone, and offered to the list
of its product, which holds no more than that of a product of one picture. What is listed is then
measured exactly, by the nearest pair of all pictures.
"""

import numpy as np

from recommender.index.candidates import Scorer
from recommender.index.inverted_file import InvertedLists
from recommender.index.metrics import METRIC_CODES, Metric
from recommender.index.neighbours import Lists, Progress, strips
from recommender.index.pictures import Pictures

# Products whose neighbours tell what the lists lack, and how many neighbours of each.
SAMPLE, NEAREST = 100, 10


def lists_by_cell(
    pictures: Pictures,
    cells: InvertedLists,
    lists: dict[Metric, Lists],
    fresh: np.ndarray,
    progress: Progress | None = None,
) -> None:
    """Fills in the lists of products, in place: those that are empty, and others with what is new.

    `cells` are those of the pictures; fresh (n,) bool marks the products that no list that has
    entries knows yet. `progress` is called with the pictures looked at and all of them.
    """
    empty = lists[Metric.COSINE].rows[:, 0] < 0
    scorer, owners = Scorer(pictures.embeddings, pictures.squared), pictures.owners
    asking, starts = _asking(cells, pictures.embeddings)
    done = 0
    for cell in range(len(cells)):
        members = cells.members(cell)
        rows = asking[starts[cell] : starts[cell + 1]]
        anew = empty[owners[rows]]
        _offer(scorer, owners, lists, members, rows[anew])
        _offer(scorer, owners, lists, members[fresh[owners[members]]], rows[~anew])
        done += len(members)
        if progress:
            progress(done, len(pictures))
    _fill(scorer, owners, lists)
    if pictures.most > 1:
        _measure(pictures, lists, empty, fresh)


def recall_of_lists(pictures: Pictures, lists: dict[Metric, Lists]) -> float:
    """The share of the nearest that the lists have, measured on a sample of the n products.

    Of SAMPLE products, the NEAREST under each metric, by all pictures; one that is as near as them
    counts.
    """
    found = there = 0
    count = pictures.products
    products = np.unique(np.linspace(0, count - 1, SAMPLE + 2, dtype=np.int64)[1:-1])
    for metric, whole in lists.items():
        for row in products:
            away = pictures.nearest_distances(metric, row, NEAREST)
            near = away[np.isfinite(away)]
            if len(near):
                found += int((whole.distances[row, : len(near)] <= near[-1]).sum())
                there += len(near)
    return round(found / there, 4) if there else 1.0


def _asking(cells: InvertedLists, embeddings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows that look into each cell, ascending, and where those of each cell start."""
    within_reach = cells.within_reach(embeddings)
    order = np.argsort(within_reach, axis=None, kind="stable")
    counts = np.bincount(within_reach.ravel(), minlength=len(cells))
    return (order // cells.reach).astype(np.int32), np.concatenate([[0], np.cumsum(counts)])


def _offer(
    scorer: Scorer,
    owners: np.ndarray,
    lists: dict[Metric, Lists],
    newcomers: np.ndarray,
    asking: np.ndarray,
) -> None:
    """Offers the newcomers' products to the lists of those whose pictures are asking."""
    from recommender.index import list_kernels

    if not len(newcomers) or not len(asking):
        return
    asking = asking[np.argsort(owners[asking], kind="stable")]
    products, starts = np.unique(owners[asking], return_index=True)
    names = np.union1d(newcomers, asking).astype(np.int64)  # as in merging: one compiled kernel
    part = scorer.among(names)
    asked, starts = np.searchsorted(names, asking), np.append(starts, len(asking))
    found = {
        metric: Lists(whole.rows[products], whole.distances[products])
        for metric, whole in lists.items()
    }
    for rows in strips(np.searchsorted(names, newcomers)):
        for metric, scores in part.strip(rows).items():
            list_kernels.offer(
                METRIC_CODES[metric], np.ascontiguousarray(scores.values), scores.absolute,
                scores.relative, rows, asked, starts, owners[names], part.embeddings,
                part.squared, found[metric].rows, found[metric].distances,
            )  # fmt: skip
    for metric, whole in lists.items():
        whole.rows[products] = found[metric].rows
        whole.distances[products] = found[metric].distances


def _fill(scorer: Scorer, owners: np.ndarray, lists: dict[Metric, Lists]) -> None:
    """Compares with all pictures those products for whose lists the cells held too few others."""
    rows = lists[Metric.COSINE].rows
    length = min(rows.shape[1], len(rows) - 1)
    if length < 1 or not (short := rows[:, length - 1] < 0).any():
        return
    asking = np.flatnonzero(short[owners])
    for newcomers in strips(np.arange(len(owners))):
        _offer(scorer, owners, lists, newcomers, asking)


def _measure(
    pictures: Pictures, lists: dict[Metric, Lists], empty: np.ndarray, fresh: np.ndarray
) -> None:
    """Measures lists by all pictures, where they were empty or have anything new.

    The nearest pair of two products may lie in cells out of each other's reach, and another pair
    have brought them together.
    """
    from recommender.index import list_kernels

    for metric, whole in lists.items():
        came = empty | (fresh[whole.rows] & (whole.rows >= 0)).any(axis=1)
        for products in strips(np.flatnonzero(came)):
            found = Lists(whole.rows[products], whole.distances[products])
            list_kernels.measure(
                METRIC_CODES[metric], products, pictures.starts, pictures.embeddings,
                pictures.squared, found.rows, found.distances,
            )  # fmt: skip
            whole.rows[products], whole.distances[products] = found.rows, found.distances
