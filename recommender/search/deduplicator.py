"""One for all that are the same: by their pictures, as variants, or by the merchant's word."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from django.db.models import Count, QuerySet

from catalog import memory
from catalog.memory import Memory
from catalog.models import Product
from recommender.engines.contract import Index, SamePicture
from recommender.index.similarity_index import Neighbour
from recommender.search import the_same
from recommender.search.not_the_same import pairs_of, said_of_each

Variant = tuple[str, str]
# What stands for all that show one picture: a group, or the first product of a part of one.
Picture = int | str
# What stands for all that are one by the merchant's word.
Said = tuple[Literal["said"], Hashable, None]
# The hash of a first picture that is asked about.
Asked = tuple[Literal["asked"], str, None]
Taken = dict[Variant | Picture | Said | Asked, list[str]]


@dataclass(frozen=True)
class Deduplicator:
    """Tells apart what is not the same as another, or as what is asked about.

    Which are one is asked for once, and which are not where two look the same: a query each.
    Nothing here takes longer in a larger index: only those that are the same are looked at.
    """

    index: Index
    named: Mapping[str, Product]
    catalogue: Memory = field(default_factory=memory.of_now)
    _known: dict[str, SamePicture | None] = field(default_factory=dict, init=False)

    def first_of_each(
        self, neighbours: Iterable[Neighbour], products: Mapping[str, Product]
    ) -> list[Neighbour]:
        """The neighbours whose product is there; of those that are the same, the nearest.

        None that is the same as a product asked about, or has its very first picture.
        """
        self._look_up([*self.named.values(), *products.values()])
        taken: Taken = defaultdict(list)
        for product in self.named.values():
            self._take(product, taken)
            if product.content_hash:
                taken["asked", product.content_hash, None].append(product.item_id)
        kept = []
        for neighbour in neighbours:
            found = products.get(neighbour.item_id)
            if found is not None and self._is_another(found, taken):
                self._take(found, taken)
                kept.append(neighbour)
        return kept

    def duplicate_counts(self, products: Iterable[Product]) -> dict[str, int]:
        """How many others stand behind each product: of the same picture, or variants.

        One query of the database where there are variants, else none.
        """
        products = list(products)
        self._look_up(products)
        sizes = _sizes(products)
        return {
            product.item_id: max(
                self._others_by_word(product),
                self._pictures(product.item_id),
                self._variants(product, sizes.get(variant_of(product), 1) - 1),
            )
            for product in products
        }

    @cached_property
    def _judged(self) -> dict[str, set[str]]:
        return self.catalogue.once("not the same", said_of_each)

    @cached_property
    def _parts(self) -> dict[str, str]:
        if not self._judged or not self.index.has_groups:
            return {}
        key = ("parts", self.index.manifest)
        return self.catalogue.once(key, lambda: self.index.parts(pairs_of(self._judged)))

    @cached_property
    def _one(self) -> dict[Hashable, Hashable]:
        """What is one by the merchant's word: products, and with them their pictures, as
        `_part` has them, and their variants; each -> what stands for all of them."""
        return self.catalogue.once(("the same", self.index.manifest), self._join_by_word)

    def _join_by_word(self) -> dict[Hashable, Hashable]:
        said = the_same.pairs()
        there = {p.item_id: p for p in _shown(item_id for pair in said for item_id in pair)}
        self._look_up(there.values())
        pairs: list[tuple[Hashable, Hashable]] = [p for p in said if there.keys() >= set(p)]
        for product in there.values():
            pairs += [(product.item_id, mark) for mark in self._marks(product)]
        return the_same.joined(pairs)

    def _marks(self, product: Product) -> list[Hashable]:
        """What a product has in common with those that are the same without anybody's word."""
        picture = self._part(product.item_id)
        marks: list[Hashable] = [] if picture is None else [("picture", picture, None)]
        return [*marks, variant_of(product)] if product.group else marks

    def _keys(self, product: Product) -> set[Said]:
        if not self._one:
            return set()
        marks = (product.item_id, *self._marks(product))
        return {("said", self._one[mark], None) for mark in marks if mark in self._one}

    def _look_up(self, products: Iterable[Product]) -> None:
        """Asks the index once which of the products show one picture."""
        ids = [product.item_id for product in products if product.item_id not in self._known]
        if ids and self.index.has_groups:
            self._known.update(dict.fromkeys(ids, None) | self.index.duplicates(ids))

    def _take(self, product: Product, taken: Taken) -> None:
        for key in self._keys(product):
            taken[key].append(product.item_id)
        if product.group:
            taken[variant_of(product)].append(product.item_id)
        if (same := self._known.get(product.item_id)) is not None:
            taken[same.group].append(product.item_id)

    def _is_another(self, product: Product, taken: Taken) -> bool:
        """Whether it is the same as none of those taken."""
        item_id, same = product.item_id, self._known.get(product.item_id)
        said = {one for key in self._keys(product) for one in taken.get(key, ())}
        if said and said - self._judged.get(item_id, set()):
            return False
        variants = set(taken.get(variant_of(product), ())) if product.group else set()
        if variants and variants - self._judged.get(item_id, set()):
            return False
        if same is None or same.group not in taken:
            asked = set(taken.get(("asked", product.content_hash, None), ()))
            return not asked or not asked - self._judged.get(item_id, set())
        return self._part(item_id) not in map(self._part, taken[same.group])

    def _part(self, item_id: str) -> Picture | None:
        """The same, but for what the merchant has told apart."""
        same = self._known.get(item_id)
        return self._parts.get(item_id, None if same is None else same.group)

    def _others_by_word(self, product: Product) -> int:
        """How many others are shown that the merchant has said to be the same."""
        keys = {key[1] for key in self._keys(product)}
        ids = (one for one, stands in self._one.items() if isinstance(one, str) and stands in keys)
        return len(set(ids) - {product.item_id}) if keys else 0

    def _pictures(self, item_id: str) -> int:
        if (same := self._known.get(item_id)) is None:
            return 0
        number = same.size - 1
        if number and (part := self._parts.get(item_id)) is not None:
            return list(self._parts.values()).count(part) - 1
        return number

    def _variants(self, product: Product, number: int) -> int:
        """How many of so many variants the merchant has not told apart from the product."""
        if number and (others := self._judged.get(product.item_id)):
            apart = Product.shown.filter(item_id__in=others)
            return number - apart.filter(shop=product.shop, group=product.group).count()
        return number


def _shown(item_ids: Iterable[str]) -> "QuerySet[Product]":
    return Product.shown.filter(item_id__in=set(item_ids)).order_by("item_id")


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
