"""One for all that show the same: pictures that are the same, and variants of one product."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db.models import Count

from catalog.models import Product
from recommender.index.similarity_index import Neighbour, SimilarityIndex
from recommender.search.not_the_same import parts, said_of_each

Variant = tuple[str, str]


@dataclass(frozen=True)
class Deduplicator:
    """Tells apart what is not the same as another, or as what is asked about.

    What the merchant has said is asked for where two products look the same: one query, or none.
    """

    index: SimilarityIndex
    named: Mapping[str, Product]

    def first_of_each(
        self, neighbours: Iterable[Neighbour], products: Mapping[str, Product]
    ) -> list[Neighbour]:
        """The neighbours whose product is there; of those that are the same, the nearest."""
        taken: dict[Variant | int, list[str]] = defaultdict(list)
        for product in self.named.values():
            self._take(product, taken)
        kept = []
        for neighbour in neighbours:
            found = products.get(neighbour.item_id)
            if found is not None and self._is_another(found, taken):
                self._take(found, taken)
                kept.append(neighbour)
        return kept

    def copies(self, products: Iterable[Product]) -> dict[str, int]:
        """How many others stand behind each product: of the same picture, or variants.

        One query of the database where there are variants, else none.
        """
        products = list(products)
        sizes = _sizes(products)
        return {
            product.item_id: max(
                self._pictures(product.item_id),
                self._variants(product, sizes.get(variant_of(product), 1) - 1),
            )
            for product in products
        }

    @cached_property
    def _said(self) -> dict[str, set[str]]:
        return said_of_each()

    @cached_property
    def _parts(self) -> dict[int, int]:
        if self.index.same is None:
            return {}
        return parts(self.index, self.index.same, self.index.manifest.same, self._said)

    def _take(self, product: Product, taken: dict[Variant | int, list[str]]) -> None:
        if product.group:
            taken[variant_of(product)].append(product.item_id)
        if (picture := self._picture(product.item_id)) is not None:
            taken[picture].append(product.item_id)

    def _is_another(self, product: Product, taken: dict[Variant | int, list[str]]) -> bool:
        """Whether it is the same as none of those taken."""
        item_id, picture = product.item_id, self._picture(product.item_id)
        variants = set(taken.get(variant_of(product), ())) if product.group else set()
        if variants and variants - self._said.get(item_id, set()):
            return False
        if picture is None or picture not in taken:
            return True
        return self._part(item_id) not in map(self._part, taken[picture])

    def _picture(self, item_id: str) -> int | None:
        """What stands for all that show the same picture."""
        if self.index.same is None or item_id not in self.index:
            return None
        return int(self.index.same[self.index.row_of(item_id)])

    def _part(self, item_id: str) -> int | None:
        """The same, but for what the merchant has told apart."""
        return self._parts.get(self.index.row_of(item_id), self._picture(item_id))

    def _pictures(self, item_id: str) -> int:
        if (picture := self._picture(item_id)) is None:
            return 0
        number = int(np.count_nonzero(self.index.same == picture)) - 1
        if number and (part := self._parts.get(self.index.row_of(item_id))) is not None:
            return list(self._parts.values()).count(part) - 1
        return number

    def _variants(self, product: Product, number: int) -> int:
        """How many of so many variants the merchant has not told apart from the product."""
        if number and (others := self._said.get(product.item_id)):
            apart = Product.shown.filter(item_id__in=others)
            return number - apart.filter(shop=product.shop, group=product.group).count()
        return number


def variant_of(product: Product) -> Variant:
    """The variants of a product have this in common; group "" says that it has none."""
    return product.shop, product.group


def _sizes(products: list[Product]) -> dict[Variant, int]:
    groups = {product.group for product in products} - {""}
    if not groups:
        return {}
    rows = Product.shown.filter(group__in=groups).order_by()
    pluralise = rows.values_list("shop", "group").annotate(Count("id"))
    return {(shop, group): number for shop, group, number in pluralise}
