"""Neighbour lists of an index so large that comparing all pairs would take hours.

A row's neighbours are looked for in the cells within its reach alone, and measured exactly there.
"""

import numpy as np

from recommender.index.candidates import Scorer
from recommender.index.inverted_file import InvertedLists
from recommender.index.metrics import METRIC_CODES, Metric
from recommender.index.neighbours import Lists, Progress, strips


def lists_by_cells(
    embeddings: np.ndarray,
    squared: np.ndarray,
    cells: InvertedLists,
    lists: dict[Metric, Lists],
    fresh: np.ndarray,
    progress: Progress | None = None,
) -> None:
    """Fills in the lists, in place: those that are empty, and others with what is new.

    (n, d) float32 embeddings and their squared norms, (n,) float64; fresh (n,) bool marks the rows
    that no list that has entries knows yet. `progress` is called with rows looked at and all rows.
    """
    empty = lists[Metric.COSINE].rows[:, 0] < 0
    scorer = Scorer(embeddings, squared)
    asking, starts = _asking(cells, embeddings)
    done = 0
    for cell in range(len(cells)):
        members = cells.members(cell)
        rows = asking[starts[cell] : starts[cell + 1]]
        _offer(scorer, lists, members, rows[empty[rows]])
        _offer(scorer, lists, members[fresh[members]], rows[~empty[rows]])
        done += len(members)
        if progress:
            progress(done, len(embeddings))


def _asking(cells: InvertedLists, embeddings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows that look into each cell, ascending, and where those of each cell start."""
    within_reach = cells.within_reach(embeddings)
    order = np.argsort(within_reach, axis=None, kind="stable")
    counts = np.bincount(within_reach.ravel(), minlength=len(cells))
    return (order // cells.reach).astype(np.int32), np.concatenate([[0], np.cumsum(counts)])


def _offer(
    scorer: Scorer, lists: dict[Metric, Lists], newcomers: np.ndarray, asking: np.ndarray
) -> None:
    """Offers the newcomers to the lists of the rows that are asking."""
    from recommender.index import kernels

    if not len(newcomers) or not len(asking):
        return
    names = np.union1d(newcomers, asking).astype(np.int64)  # as in merging: one compiled kernel
    part, keep = scorer.among(names), np.isin(names, asking, assume_unique=True)
    found = {
        metric: Lists(whole.rows[names], whole.distances[names]) for metric, whole in lists.items()
    }
    for rows in strips(np.searchsorted(names, newcomers)):
        for metric, scores in part.strip(rows).items():
            kernels.offer(
                METRIC_CODES[metric], np.ascontiguousarray(scores.values), scores.absolute,
                scores.relative, rows, keep, names, part.embeddings, part.squared,
                found[metric].rows, found[metric].distances,
            )  # fmt: skip
    for metric, whole in lists.items():
        whole.rows[asking] = found[metric].rows[keep]
        whole.distances[asking] = found[metric].distances[keep]
