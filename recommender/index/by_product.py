"""Neighbour lists of products that have several pictures, merged from lists of pictures, exactly.

Two products are as far apart as their nearest pair of pictures. Of a picture's neighbours so many
are looked at that k other products are among them, whatever pictures these have; the k nearest of a
product are then among those of its pictures. Ties go by the products' rows, since the pictures of a
product stand together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommender.arrays import fixed
from recommender.index.candidates import Scorer
from recommender.index.merging import has_lost, merged_lists
from recommender.index.metrics import Metric
from recommender.index.neighbours import (
    STRIP,
    Lists,
    MakeLists,
    Progress,
    all_lists,
    lists_of,
    nearest_of,
    put,
)
from recommender.index.views import Views


@dataclass(frozen=True, eq=False)
class Stack:
    """All p pictures of n products, those of a product together, its first one first.

    owners (p,): the row of each one's product.
    """

    embeddings: np.ndarray
    squared: np.ndarray
    owners: np.ndarray
    count: int

    @classmethod
    def of(cls, embeddings: np.ndarray, squared: np.ndarray, views: Views) -> "Stack":
        owners = np.concatenate([np.arange(len(embeddings)), views.products])
        order = np.argsort(owners, kind="stable")
        return cls(
            fixed(np.concatenate([embeddings, views.embeddings])[order], np.float32),
            fixed(np.concatenate([squared, views.squared])[order], np.float64),
            owners[order],
            len(embeddings),
        )

    @cached_property
    def most(self) -> int:
        """How many pictures a product has at most."""
        return int(np.bincount(self.owners, minlength=1).max())

    def reach(self, k: int) -> int:
        """Among so many nearest pictures are k other products, if there are so many."""
        return min(len(self.owners), k * self.most + self.most - 1)

    def pictures_of(self, products: np.ndarray) -> np.ndarray:
        """The rows of all pictures of some products, ascending."""
        wanted = np.zeros(self.count, bool)
        wanted[products] = True
        return np.flatnonzero(wanted[self.owners])

    def strips(self, products: np.ndarray) -> Iterator[np.ndarray]:
        """The products, so many at a time that their pictures make a strip."""
        size = max(1, STRIP // self.most)
        for start in range(0, len(products), size):
            yield products[start : start + size]

    def merged(self, found: Lists, own: np.ndarray, named: np.ndarray, k: int) -> Lists:
        """Lists of products out of those of pictures, one for each that is in `own`, ascending.

        `own` (q,): whose pictures the lists are of; `named`: whose those are that they name.
        """
        there = found.rows >= 0
        owner = np.repeat(own, found.rows.shape[1]).reshape(found.rows.shape)[there]
        other, away = named[found.rows[there]], found.distances[there]
        order = np.lexsort((other, away, owner))
        order = order[owner[order] != other[order]]
        owner, other, away = owner[order], other[order], away[order]
        _, first = np.unique(owner * self.count + other, return_index=True)
        kept = np.sort(first)
        owner, other, away = owner[kept], other[kept], away[kept]
        products = np.unique(own)
        row = np.searchsorted(products, owner)
        place = np.arange(len(owner)) - np.searchsorted(owner, products)[row]
        near = place < k
        lists = Lists.empty(len(products), k)
        lists.rows[row[near], place[near]] = other[near]
        lists.distances[row[near], place[near]] = away[near]
        return lists


def exact_lists(
    embeddings: np.ndarray,
    squared: np.ndarray,
    views: Views | None,
    k: int,
    progress: Progress | None = None,
    make_lists: MakeLists = all_lists,
) -> dict[Metric, Lists]:
    """The k nearest products of every product, whether they have further pictures or not."""
    if views is None:
        return make_lists(embeddings, squared, k, progress)
    return lists_by_product(Stack.of(embeddings, squared, views), k, progress, make_lists)


def merged_exact_lists(
    embeddings: np.ndarray,
    squared: np.ndarray,
    views: Views | None,
    kept: dict[Metric, Lists],
    fresh: np.ndarray,
    progress: Progress | None = None,
    make_lists: MakeLists = all_lists,
) -> dict[Metric, Lists]:
    """As `merging.merged_lists`, whether products have further pictures or not."""
    if views is None:
        return merged_lists(embeddings, squared, kept, fresh, progress, make_lists)
    stack = Stack.of(embeddings, squared, views)
    return merged_lists_by_product(stack, kept, fresh, progress, make_lists)


def lists_by_product(
    stack: Stack, k: int, progress: Progress | None = None, make_lists: MakeLists = all_lists
) -> dict[Metric, Lists]:
    """The k nearest products of every product, under each metric."""
    reach = stack.reach(k)
    of_pictures = make_lists(stack.embeddings, stack.squared, reach, progress)
    made = {metric: Lists.empty(stack.count, k) for metric in Metric}
    for products in stack.strips(np.arange(stack.count)):
        rows = stack.pictures_of(products)
        for metric, lists in of_pictures.items():
            some = Lists(lists.rows[rows], lists.distances[rows])
            put(made[metric], products, stack.merged(some, stack.owners[rows], stack.owners, k))
    return made


def merged_lists_by_product(
    stack: Stack,
    kept: dict[Metric, Lists],
    fresh: np.ndarray,
    progress: Progress | None = None,
    make_lists: MakeLists = all_lists,
) -> dict[Metric, Lists]:
    """As `merging.merged_lists` for products of several pictures: the same bit for bit as anew.

    fresh (n,) bool marks the products with a new picture, or without one that they had.
    """
    scanned = fresh | np.any([has_lost(lists) for lists in kept.values()], axis=0)
    to_do = np.flatnonzero(scanned)
    k = next(iter(kept.values())).rows.shape[1]
    if not len(to_do):
        return kept
    if 5 * len(to_do) > stack.count:
        return lists_by_product(stack, k, progress, make_lists)
    scorer, done = Scorer(stack.embeddings, stack.squared), 0
    for products in stack.strips(to_do):
        rows = stack.pictures_of(products)
        for metric, found in lists_of(scorer, rows, stack.reach(k)).items():
            put(kept[metric], products, stack.merged(found, stack.owners[rows], stack.owners, k))
        done += len(products)
        if progress:
            progress(done, len(to_do))
    if fresh.any():
        _offer(stack, kept, np.flatnonzero(~scanned), np.flatnonzero(fresh), k)
    return kept


def _offer(
    stack: Stack, kept: dict[Metric, Lists], others: np.ndarray, fresh: np.ndarray, k: int
) -> None:
    """Offers the fresh products to the lists of the others, none of which has any of them yet."""
    asking, new = stack.pictures_of(others), stack.pictures_of(fresh)
    order = np.concatenate([asking, new])
    owners = stack.owners[order]
    scorer = Scorer(stack.embeddings[order], stack.squared[order])
    columns, reach = slice(len(asking), len(order)), min(stack.reach(k), len(new))
    for products in stack.strips(others):
        rows = np.flatnonzero(np.isin(owners[: len(asking)], products))
        for metric, scores in scorer.strip(rows, columns).items():
            found = nearest_of(scorer, metric, rows, scores, reach, len(asking))
            came = stack.merged(found, owners[rows], owners, k)
            put(kept[metric], products, _nearest_of_both(kept[metric], products, came, k))


def _nearest_of_both(kept: Lists, products: np.ndarray, came: Lists, k: int) -> Lists:
    rows = np.concatenate([kept.rows[products], came.rows], axis=1)
    distances = np.concatenate([kept.distances[products], came.distances], axis=1)
    order = np.lexsort((rows, distances), axis=1)[:, :k]
    return Lists(
        np.take_along_axis(rows, order, axis=1), np.take_along_axis(distances, order, axis=1)
    )
