"""The categories of all products that are shown, as numbers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from catalog.models import Product, folded
from recommender.engines.contract import Index


@dataclass(frozen=True, eq=False)
class Categories:
    """Of n products, sorted by item_id: the number of each one's category (n,), -1 for none, the
    categories' names as most products write them, and a number for each group of variants (n,)."""

    item_ids: list[str]
    codes: np.ndarray
    names: list[str]
    groups: np.ndarray

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each product."""
        return {item_id: row for row, item_id in enumerate(self.item_ids)}

    def copies_in(self, index: Index) -> np.ndarray:
        """(n, 2) what a product has in common with those that are the same: its variants and its
        picture, as numbers that differ from each other; -1 where it is alone."""
        pictures = np.full(len(self.item_ids), -1, np.int64)
        beyond = int(self.groups.max(initial=-1)) + 1
        for number, together in enumerate(index.groups() if index.has_groups else []):
            rows = [self.row_of[item_id] for item_id in together if item_id in self.row_of]
            pictures[rows] = beyond + number
        return np.stack([self.groups, pictures], axis=1)


def categories_of_all() -> Categories:
    """Of all shown products; one query, read through once. Case, width and blanks about a category
    make no other one."""
    rows = Product.shown.order_by("item_id").values_list("item_id", "category", "shop", "group")
    ids: list[str] = []
    codes, groups = list[int](), list[int]()
    known: dict[str, int] = {}
    written: dict[str, dict[str, int]] = {}
    of_groups: dict[tuple[str, str], int] = {}
    for item_id, category, shop, group in rows.iterator(chunk_size=2000):
        name = " ".join(folded(category).split())
        ids.append(item_id)
        codes.append(known.setdefault(name, len(known)) if name else -1)
        groups.append(of_groups.setdefault((shop, group), len(of_groups)) if group else -1)
        if name:
            spellings = written.setdefault(name, {})
            spellings[category] = spellings.get(category, 0) + 1
    names = [max(written[name], key=lambda one: written[name][one]) for name in known]
    return Categories(ids, np.array(codes, np.int64), names, np.array(groups, np.int64))
