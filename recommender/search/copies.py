"""One for all that show the same: pictures that are the same, and variants of one product."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from django.db.models import Count

from catalog.models import Product
from recommender.index.similarity_index import Neighbour, SimilarityIndex

Variant = tuple[str, str]


@dataclass(frozen=True)
class Apart:
    """Tells apart what is not the same as another, or as what is asked about."""

    index: SimilarityIndex
    named: Mapping[str, Product]

    def first_of_each(
        self, neighbours: Iterable[Neighbour], products: Mapping[str, Product]
    ) -> list[Neighbour]:
        """The neighbours whose product is there; of those that are the same, the nearest."""
        rows = {self._same(item_id) for item_id in self.named}
        variants = {variant_of(product) for product in self.named.values()}
        kept = []
        for neighbour in neighbours:
            product = products.get(neighbour.item_id)
            if product is None:
                continue
            row, variant = self._same(neighbour.item_id), variant_of(product)
            if row in rows or (variant in variants and product.group):
                continue
            rows.add(row)
            variants.add(variant)
            kept.append(neighbour)
        return kept

    def _same(self, item_id: str) -> str | int:
        """What stands for all that show the same picture."""
        if self.index.same is None or item_id not in self.index:
            return item_id
        return int(self.index.same[self.index.row_of(item_id)])


def variant_of(product: Product) -> Variant:
    """The variants of a product have this in common; group "" says that it has none."""
    return product.shop, product.group


def copies(index: SimilarityIndex, products: Iterable[Product]) -> dict[str, int]:
    """How many others stand behind each product: of the same picture, or variants.

    One query of the database where there are variants, else none.
    """
    products = list(products)
    groups = {product.group for product in products} - {""}
    sizes: dict[Variant, int] = {}
    if groups:
        rows = Product.shown.filter(group__in=groups).order_by()
        counted = rows.values_list("shop", "group").annotate(Count("id"))
        sizes = {(shop, group): number for shop, group, number in counted}
    return {
        product.item_id: max(
            _pictures(index, product.item_id), sizes.get(variant_of(product), 1) - 1
        )
        for product in products
    }


def _pictures(index: SimilarityIndex, item_id: str) -> int:
    if index.same is None or item_id not in index:
        return 0
    return int(np.count_nonzero(index.same == index.same[index.row_of(item_id)])) - 1
