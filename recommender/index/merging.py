"""Neighbour lists of a new state of the catalogue, out of those that there are.

What stays keeps its lists, less what has left, plus what has come; the result is that of making
all lists anew, bit for bit.
"""

import numpy as np

from recommender.index.candidates import Scorer, Scores
from recommender.index.metrics import METRIC_CODES, Metric
from recommender.index.neighbours import (
    Lists,
    MakeLists,
    Progress,
    all_lists,
    nearest_of,
    put,
    strips,
)


def merged_lists(
    embeddings: np.ndarray,
    squared: np.ndarray,
    kept: dict[Metric, Lists],
    fresh: np.ndarray,
    progress: Progress | None = None,
    make_lists: MakeLists = all_lists,
) -> dict[Metric, Lists]:
    """The lists of all rows, where those of the rows that are not `fresh` are known in part.

    kept: for each metric the lists as they were, in today's row numbers, -1 where a neighbour has
    left; it is changed in place. fresh (n,) bool marks the rows that are new or changed. The
    result equals that of `make_lists`, which makes all anew, bit for bit.
    """
    scanned = fresh | np.any([has_lost(lists) for lists in kept.values()], axis=0)
    to_do = np.flatnonzero(scanned)
    k = next(iter(kept.values())).rows.shape[1]
    if not len(to_do):
        return kept
    if 5 * len(to_do) > len(embeddings):  # beyond a fifth, patching costs more than it saves
        return make_lists(embeddings, squared, k, progress)
    scorer = Scorer(embeddings, squared)
    done = 0
    for rows in strips(to_do):
        for metric, scores in scorer.strip(rows).items():
            put(kept[metric], rows, nearest_of(scorer, metric, rows, scores, k))
            _offer(scorer, metric, rows, scores, fresh, ~scanned, kept[metric])
        done += len(rows)
        if progress:
            progress(done, len(to_do))
    return kept


def moved(
    lists: Lists, old_rows: np.ndarray, new_rows: np.ndarray, before: int, after: int
) -> Lists:
    """Lists of `before` rows in the row numbers of `after` rows.

    A neighbour that is not among `old_rows` becomes -1 and keeps its distance, which marks the
    list as one that has lost an entry. Order and ties stay: both numberings are sorted by item_id.
    """
    number = np.full(before + 1, -1, np.int32)  # the last place serves the padding's -1
    number[old_rows] = new_rows
    there = Lists.empty(after, lists.rows.shape[1])
    there.rows[new_rows] = number[lists.rows[old_rows]]
    there.distances[new_rows] = lists.distances[old_rows]
    return there


def forget_what_has_lost(kept: dict[Metric, Lists]) -> None:
    """Empties, in place, the lists of each row that has lost a neighbour under any metric."""
    lost = np.any([has_lost(lists) for lists in kept.values()], axis=0)
    for lists in kept.values():
        lists.rows[lost], lists.distances[lost] = -1, np.inf


def has_lost(lists: Lists) -> np.ndarray:
    """(n,) bool: the lists with a neighbour that has left (-1 before the padding's inf)."""
    return np.asarray(((lists.rows < 0) & np.isfinite(lists.distances)).any(axis=1))


def _offer(
    scorer: Scorer,
    metric: Metric,
    rows: np.ndarray,
    scores: Scores,
    fresh: np.ndarray,
    patched: np.ndarray,
    lists: Lists,
) -> None:
    """Offers the fresh ones among `rows` to the lists that are patched, not scanned anew."""
    from recommender.index import list_kernels

    new = fresh[rows]
    if new.any():
        starts = np.concatenate([[0], np.cumsum(patched)])  # those that are not have no row to ask
        list_kernels.offer(
            METRIC_CODES[metric], np.ascontiguousarray(scores.values[new]), scores.absolute[new],
            scores.relative, rows[new], np.flatnonzero(patched), starts, np.arange(len(patched)),
            scorer.embeddings, scorer.squared, lists.rows, lists.distances,
        )  # fmt: skip
