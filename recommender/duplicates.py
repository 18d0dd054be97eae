"""What shows the same picture, or nearly so, for the merchant to look through."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.template.loader import render_to_string

from catalog.models import Product
from catalog.pictures import read_thumbnail
from recommender.index.duplicates import groups
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
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
    """Those of the same picture; with `similar`, those within the looser threshold. Largest first.

    Products that the shop has no more, or that are hidden, do not count.
    """
    threshold = index.manifest.similar if similar else index.manifest.same
    first = groups(index.lists[Metric.COSINE], threshold)
    rows, counts = np.unique(first, return_counts=True)
    several = [np.flatnonzero(first == row) for row in rows[counts > 1]]
    ids = [str(index.item_ids[row]) for members in several for row in members]
    products = {
        product.item_id: product
        for start in range(0, len(ids), 500)
        for product in Product.shown.filter(item_id__in=ids[start : start + 500])
    }
    found = [group for members in several if (group := _group(index, members, products))]
    return sorted(found, key=lambda group: (-len(group.products), group.products[0].item_id))


def _group(
    index: SimilarityIndex, members: np.ndarray, products: dict[str, Product]
) -> Group | None:
    known = [row for row in members if str(index.item_ids[row]) in products]
    if len(known) < 2:
        return None
    vector = index.embeddings[known[0]]
    found = index.search(vector, Metric.COSINE, len(known), among=np.array(known))
    return Group([products[str(index.item_ids[row])] for row in known], found[-1].distance)


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
                        number, _plain(product.item_id), _plain(product.title), product.price,
                        _plain(product.shop), group.is_of_one_product, product.shop_url,
                    ]
                )  # fmt: skip


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_html(groups: list[Group], path: Path) -> None:
    """A page with the pictures in a folder beside it; it opens from the disk."""
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
