"""What shows the same picture, or nearly so, for the merchant to look through."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.template.loader import render_to_string

from catalog.models import Product
from catalog.pictures import read_thumbnail
from recommender.index.duplicates import groups
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.search.not_the_same import parts, said_of_each
from runs.cells import harmless
from runs.files import replace_file


@dataclass(frozen=True)
class Group:
    """Products that look the same; `distance` is the largest cosine distance from the first."""

    products: list[Product]
    distance: float

    @property
    def is_of_one_product(self) -> bool:
        """Whether all are variants of one product, as the shop itself says."""
        return len({(p.shop, p.group) for p in self.products}) == 1 and bool(self.products[0].group)


def find(index: SimilarityIndex, *, similar: bool = False) -> list[Group]:
    """All groups, with their products; see `ids_of_groups`."""
    return groups_of(index, ids_of_groups(index, similar=similar))


def ids_of_groups(index: SimilarityIndex, *, similar: bool = False) -> list[list[str]]:
    """Those of the same picture; with `similar`, those within the looser threshold. Largest first.

    Products that the shop has no more, or that are hidden, do not count; nor are those together of
    which the merchant has said that they are not the same.
    """
    threshold = threshold_of(index, similar=similar)
    first = groups(index.lists[Metric.COSINE], threshold)
    for row, part in parts(index, first, threshold, said_of_each()).items():
        first[row] = part
    rows, counts = np.unique(first, return_counts=True)
    several = np.flatnonzero(np.isin(first, rows[counts > 1])).tolist()
    shown = set(Product.shown.values_list("item_id", flat=True)) if several else set()
    together: dict[int, list[str]] = defaultdict(list)
    for row in several:
        if (item_id := str(index.item_ids[row])) in shown:
            together[int(first[row])].append(item_id)
    found = [ids for ids in together.values() if len(ids) > 1]
    return sorted(found, key=lambda ids: (-len(ids), ids[0]))


def threshold_of(index: SimilarityIndex, *, similar: bool) -> float:
    """The cosine distance within which two products look the same, or nearly so."""
    return index.manifest.similar if similar else index.manifest.same


def groups_of(index: SimilarityIndex, found: Iterable[list[str]]) -> list[Group]:
    """The groups of these ids; what has left since is left out."""
    found = list(found)
    ids = [item_id for together in found for item_id in together]
    products = {
        product.item_id: product
        for start in range(0, len(ids), 500)
        for product in Product.shown.filter(item_id__in=ids[start : start + 500])
    }
    kept = ([item_id for item_id in together if item_id in products] for together in found)
    return [
        Group([products[item_id] for item_id in together], _widest(index, together))
        for together in kept
        if len(together) > 1
    ]


def _widest(index: SimilarityIndex, ids: list[str]) -> float:
    rows = index.rows_of(ids)
    found = index.search(index.embeddings[rows[0]], Metric.COSINE, len(rows), among=rows)
    return found[-1].distance


def lines(groups: list[Group]) -> Iterator[str]:
    """A line a group, for the terminal."""
    for group in groups:
        ids = ", ".join(product.item_id for product in group.products)
        variants = "  (variants of one product)" if group.is_of_one_product else ""
        yield f"{len(group.products):3}  within {group.distance:.4f}  {ids}{variants}"


def write_csv(groups: list[Group], path: Path) -> None:
    """A row a product: the group's number, and what the shop says of it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["group", "item_id", "title", "price", "shop", "variants", "product_url"])
        for number, group in enumerate(groups, start=1):
            for product in group.products:
                writer.writerow(
                    [
                        number, harmless(product.item_id), harmless(product.title), product.price,
                        harmless(product.shop), group.is_of_one_product, product.shop_url,
                    ]
                )  # fmt: skip


def write_html(groups: list[Group], path: Path) -> Path:
    """A page with the pictures in a folder beside it, which is returned; it opens from the disk."""
    folder = path.with_name(f"{path.stem}-pictures")
    folder.mkdir(parents=True, exist_ok=True)
    shown = []
    for number, group in enumerate(groups, start=1):
        pictures = []
        for place, product in enumerate(group.products, start=1):
            name = f"{number}-{place}.jpg"
            try:
                replace_file(folder / name, read_thumbnail(product.item_id))
            except (OSError, ValueError):
                name = ""
            pictures.append((product, f"{folder.name}/{name}" if name else ""))
        shown.append((group, pictures))
    page = render_to_string("recommender/duplicates.html", {"groups": shown})
    replace_file(path, page.encode())
    return folder
