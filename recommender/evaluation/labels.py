"""What a shop knows of its products, as numbers: categories, and groups of variants."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.models import Product, folded
from recommender.evaluation.measures import may_be_asked
from runs.progress import pluralise

AT_ONCE = 500


@dataclass(frozen=True, eq=False)
class Labels:
    """Of n products: categories and groups (n,) as numbers, -1 for none; the categories' names."""

    categories: np.ndarray
    groups: np.ndarray
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, rows: np.ndarray) -> "Labels":
        """The labels of these products only."""
        return Labels(self.categories[rows], self.groups[rows], self.names, self.notes)


def labels_of(categories: Sequence[str], groups: Sequence[str]) -> Labels:
    """From texts, "" for none. Case, width and blanks about a category make no other one.

    With fewer than two categories there is nothing to tell apart, and none is known.
    """
    codes, names = _numbered([" ".join(folded(text).split()) for text in categories])
    notes = _notes(codes, names)
    if len(names) < 2:
        codes = np.full(len(codes), -1)
    shown = {code: text.strip() for code, text in zip(codes.tolist(), categories, strict=True)}
    variants, _ = _numbered(list(groups))
    return Labels(codes, variants, tuple(shown.get(n, "") for n in range(len(names))), notes)


def labels_in_catalogue(item_ids: Sequence[str]) -> Labels:
    """What the catalogue says of these products; of what it has no more, nothing."""
    known: dict[str, tuple[str, str]] = {}
    for start in range(0, len(item_ids), AT_ONCE):
        some = Product.objects.filter(item_id__in=list(item_ids[start : start + AT_ONCE]))
        for item_id, category, shop, group in some.values_list(
            "item_id", "category", "shop", "group"
        ):
            known[item_id] = (category, f"{shop}\n{group}" if group else "")
    found = [known.get(item_id, ("", "")) for item_id in item_ids]
    return labels_of([category for category, _ in found], [group for _, group in found])


def _numbered(texts: list[str]) -> tuple[np.ndarray, list[str]]:
    names = sorted(set(texts) - {""})
    numbers = {name: number for number, name in enumerate(names)} | {"": -1}
    return np.array([numbers[text] for text in texts], np.int64), names


def _notes(codes: np.ndarray, names: list[str]) -> tuple[str, ...]:
    """What users should hear of the categories, a sentence each."""
    if len(names) < 2:
        which = "All products are of one category" if names else "No product has a category"
        return (f"{which}, so nothing is said of categories.",)
    alone = int(((codes >= 0) & ~may_be_asked(codes)).sum())
    none = int((codes < 0).sum())
    notes = []
    if alone:
        notes.append(
            f"Alone in its category, and not asked for others of it: {pluralise(alone, 'product')}."
        )
    if none:
        notes.append(f"Without a category, and not asked for one: {pluralise(none, 'product')}.")
    return tuple(notes)
