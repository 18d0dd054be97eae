"""What shows the same picture, or nearly so, for the merchant to look through."""

import csv
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.template.loader import render_to_string

from catalog.models import Product
from catalog.pictures import read_thumbnail
from recommender.engines.contract import Index, point_of
from recommender.index.duplicates import EQUAL
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.search import the_same
from recommender.search.not_the_same import pairs_of, said_of_each
from runs.cells import harmless
from runs.files import replace_file


@dataclass(frozen=True)
class Group:
    """Products that look the same, each showing that of its pictures which does; `distance` is the
    largest cosine distance from the first."""

    products: list[Product]
    distance: float

    @property
    def is_of_one_product(self) -> bool:
        """Whether all are variants of one product, as the shop itself says."""
        return len({(p.shop, p.group) for p in self.products}) == 1 and bool(self.products[0].group)


def find(index: Index, *, similar: bool = False) -> list[Group]:
    """All groups, with their products; see `ids_of_groups`."""
    return groups_of(index, ids_of_groups(index, similar=similar))


def ids_of_groups(index: Index, *, similar: bool = False) -> list[list[str]]:
    """Those of the same picture; with `similar`, those within the looser threshold. Largest first.

    Products that the shop has no more, or that are hidden, do not count; nor are those together of
    which the merchant has said that they are not the same.
    """
    several = index.groups(similar=similar)
    parts = index.parts(pairs_of(said_of_each()), similar=similar)
    shown = set(Product.shown.values_list("item_id", flat=True)) if several else set()
    together: dict[int | str, list[str]] = defaultdict(list)
    for number, ids in enumerate(several):
        for item_id in shown.intersection(ids):
            together[parts.get(item_id, number)].append(item_id)
    found = [sorted(ids) for ids in _with_words(index, together) if len(ids) > 1]
    return sorted(found, key=lambda ids: (-len(ids), ids[0]))


def _with_words(index: Index, together: dict[int | str, list[str]]) -> list[list[str]]:
    """The groups, those put together that hold products which are one by the merchant's word."""
    said = the_same.pairs()
    if not said:
        return list(together.values())
    named = index.known_among({item_id for pair in said for item_id in pair})
    named = {p.item_id for p in Product.shown.filter(item_id__in=named)}
    pairs = [pair for pair in said if named.issuperset(pair)]
    ways = [(ids[0], item_id) for ids in together.values() for item_id in ids]
    found: dict[Hashable, list[str]] = defaultdict(list)
    for item_id, stands in the_same.joined([*ways, *pairs]).items():
        found[stands].append(str(item_id))
    return list(found.values())


def threshold_of(index: Index, *, similar: bool) -> float:
    """The cosine distance within which two products look the same, or nearly so."""
    return index.manifest.similar_threshold if similar else index.manifest.same_threshold


def groups_of(index: Index, found: Iterable[list[str]]) -> list[Group]:
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
        _group(index, [products[item_id] for item_id in together])
        for together in kept
        if len(together) > 1
    ]


def _group(index: Index, products: list[Product]) -> Group:
    ids = [product.item_id for product in products]
    first = point_of(index, ids[0])
    away = index.distances(first, Metric.COSINE, ids)
    if any(product.more_pictures for product in products):
        shared = _shared(index, first, ids, away[1:])
        products = [one.by_picture(shown) for one, shown in zip(products, shared, strict=True)]
    return Group(products, float(away.max()))


def _shared(index: Index, first: Point, ids: list[str], away: np.ndarray) -> list[str]:
    """For the first its picture that is nearest to the second's; for the others, which are so far
    `away`, theirs that is nearest to that one, or to any of the first's where that is nearer.

    The hashes; "" where it is the first one.
    """
    others = ids[1:]
    (matched,) = index.matched(point_of(index, others[0]), Metric.COSINE, ids[:1])
    own = matched.content_hash
    place = index.further_hashes_of(ids[:1])[ids[0]].index(own) + 1 if own else 0
    seen = Point(first.vectors[place])
    as_near = index.distances(seen, Metric.COSINE, others) <= away + EQUAL
    to_it, to_any = (index.matched(point, Metric.COSINE, others) for point in (seen, first))
    shown = zip(to_it, to_any, as_near, strict=True)
    return [own, *((one if near else other).content_hash for one, other, near in shown)]


def lines(groups: list[Group]) -> Iterator[str]:
    """A line a group, for the terminal."""
    for group in groups:
        ids = ", ".join(map(_id_and_picture, group.products))
        variants = "  (variants of one product)" if group.is_of_one_product else ""
        yield f"{len(group.products):3}  within {group.distance:.4f}  {ids}{variants}"


def _id_and_picture(product: Product) -> str:
    number = product.picture_number
    return f"{product.item_id} (picture {number})" if number > 1 else product.item_id


def write_csv(groups: list[Group], path: Path) -> None:
    """A row a product: the group's number, what the shop says of it, and which picture it is."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        told = ["group", "item_id", "title", "price", "shop", "variants", "product_url", "picture"]
        writer.writerow(told)
        for number, group in enumerate(groups, start=1):
            for product in group.products:
                writer.writerow(
                    [
                        number, harmless(product.item_id), harmless(product.title), product.price,
                        harmless(product.shop), group.is_of_one_product, product.shop_url,
                        product.picture_number,
                    ]
                )  # fmt: skip


def _picture_of(product: Product) -> bytes:
    return product.read_shown() if product.seen_in else read_thumbnail(product.item_id)


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
                replace_file(folder / name, _picture_of(product))
            except (OSError, ValueError):
                name = ""
            pictures.append((product, f"{folder.name}/{name}" if name else ""))
        shown.append((group, pictures))
    page = render_to_string("recommender/duplicates.html", {"groups": shown})
    replace_file(path, page.encode())
    return folder
