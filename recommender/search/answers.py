"""What is answered: products and how far they are, and how JSON shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Manifest
from recommender.search.query import Query


class MatchReason(StrEnum):
    """Why a product is answered."""

    ALIKE = "alike"
    CATEGORY = "category"
    PINNED = "pinned"
    BOOSTED = "boosted"


@dataclass(frozen=True)
class Match:
    """A product, how far it is from the query, and what that means: 0 to 100 (see scores.py).

    One that is there because of its category has neither a distance nor a score; nor has a pinned
    one that the index does not know. `copies`: how many of the same picture, or variants, stand
    behind it.
    """

    product: Product
    distance: float | None
    score: float | None
    because: MatchReason = MatchReason.ALIKE
    copies: int = 0

    def because_of(self, reason: MatchReason) -> "Match":
        return replace(self, because=reason)

    def as_dict(self) -> dict[str, Any]:
        product = self.product.as_dict()
        found = {
            "distance": self.distance,
            "score": None if self.score is None else round(self.score, 1),
            "because": self.because.value,
            "copies": self.copies,
        }
        return {"item_id": product.pop("item_id"), **found, **product}


@dataclass(frozen=True)
class Ranking:
    """The nearest products under one metric, nearest first, ties by item_id."""

    metric: Metric
    matches: list[Match]

    def first(self, k: int) -> "Ranking":
        return Ranking(self.metric, self.matches[:k])

    def led_by(self, first: Sequence[Match], k: int) -> "Ranking":
        """The ranking with other matches before its own, each product once; k at most."""
        if not first:
            return self
        ids = {match.product.item_id for match in first}
        others = [match for match in self.matches if match.product.item_id not in ids]
        return Ranking(self.metric, [*first, *others][:k])


@dataclass(frozen=True)
class Answer:
    """A ranking for each metric of the query, as it is measured.

    `looks` is what is shown as similar: the first of them, filled up with others of the category
    where `min_score` asks for it, and as the merchant's rules will have it. `named` are the
    products that the query is about. `indexed` says whether the index knows what is asked yet, for
    without that there is nothing to compare.
    """

    query: Query
    named: dict[str, Product]
    manifest: Manifest
    rankings: list[Ranking]
    looks: Ranking
    indexed: bool = True

    @property
    def product(self) -> Product | None:
        """The product that is asked about, if it is one."""
        return self.named[self.query.liked[0]] if self.query.is_one_product else None

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON shows it: what looks similar, under one metric."""
        return {
            "query": self.product.item_id if self.product else None,
            "liked": list(self.query.liked),
            "disliked": list(self.query.disliked),
            "metric": self.looks.metric.value,
            "embedder": self.manifest.embedder,
            "indexed": self.indexed,
            "neighbours": [match.as_dict() for match in self.looks.matches],
        }


def agreement(rankings: Sequence[Ranking], k: int) -> int:
    """How many of the k first products all rankings have in common."""
    ids = [{match.product.item_id for match in ranking.matches[:k]} for ranking in rankings]
    return len(set.intersection(*ids)) if ids else 0
