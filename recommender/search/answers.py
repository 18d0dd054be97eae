"""What is answered: products and how far they are, and how JSON shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Manifest
from recommender.index.views import Matched
from recommender.search.query import Query


class MatchReason(StrEnum):
    """Why a product is answered."""

    ALIKE = "alike"
    CATEGORY = "category"
    PINNED = "pinned"
    BOOSTED = "boosted"
    WEIGHED = "weighed"


@dataclass(frozen=True)
class Match:
    """A product, how far it is from the query, and what that means: 0 to 100 (see scores.py).

    One that is there because of its category has neither a distance nor a score; nor has a pinned
    one that the index does not know. `rarity` is the share of products that have one nearer (see
    rarity.py); None where that tells nothing. `copies`: how many of the same picture, or variants,
    stand behind it. `points`: for which facts it has points beside its score, where such count.
    `way`: which of two that are compared has put it here (see trials.py). `matches_picture`: the
    number of that picture of the product that is asked about which its own is nearest to.
    """

    product: Product
    distance: float | None
    score: float | None
    because: MatchReason = MatchReason.ALIKE
    copies: int = 0
    rarity: float | None = None
    points: Mapping[str, float] | None = None
    way: str = ""
    matches_picture: int = 1

    def because_of(self, reason: MatchReason) -> "Match":
        return replace(self, because=reason)

    def by_picture(self, matched: Matched, own: Mapping[int, int]) -> "Match":
        """The match as the product shows that picture; `own` as in `Ranking.showing`."""
        product = self.product.by_picture(matched.content_hash)
        return replace(self, product=product, matches_picture=own.get(matched.place, 1))

    def as_dict(self, *, of_product: bool = True) -> dict[str, Any]:
        """As JSON shows it in an answer about the pictures of one product, or about other things"""
        product, is_matched = self.product.as_dict(), of_product and self.distance is not None
        found: dict[str, Any] = {
            "distance": self.distance,
            "score": None if self.score is None else round(self.score, 1),
            "because": self.because.value,
            "copies": self.copies,
            "picture": self.product.picture_number,
            "matches_picture": self.matches_picture if is_matched else None,
        }
        if self.points is not None:
            found["points"] = {fact: round(points, 1) for fact, points in self.points.items()}
        return {"item_id": product.pop("item_id"), **found, **product}


@dataclass(frozen=True)
class Ranking:
    """The nearest products under one metric, nearest first, ties by item_id."""

    metric: Metric
    matches: list[Match]

    def first(self, k: int) -> "Ranking":
        return Ranking(self.metric, self.matches[:k])

    def showing(self, seen: Mapping[str, Matched], own: Mapping[int, int]) -> "Ranking":
        """The ranking, products showing their picture that `seen` has for them; `own`: by place
        the numbers of the asked product's."""
        found = ((match, seen.get(match.product.item_id, Matched())) for match in self.matches)
        return Ranking(
            self.metric,
            [
                match if matched == Matched() else match.by_picture(matched, own)
                for match, matched in found
            ],
        )

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
    without that there is nothing to compare. `exact`: whether the rankings
    can have missed no nearer product. `trial`: the id of the Trial that `looks` is a part of.
    """

    query: Query
    named: dict[str, Product]
    manifest: Manifest
    rankings: list[Ranking]
    looks: Ranking
    indexed: bool = True
    exact: bool = True
    trial: int = 0

    @property
    def product(self) -> Product | None:
        """The product that is asked about, if it is one."""
        return self.named[self.query.liked[0]] if self.query.is_one_product else None

    @property
    def recall(self) -> float:
        """The share of the five nearest that is found, as it was measured; 1 where it is exact."""
        return 1.0 if self.exact else min(self.manifest.recall, self.manifest.list_recall)

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON shows it: what looks similar, under one metric."""
        return {
            "query": self.product.item_id if self.product else None,
            "liked": list(self.query.liked),
            "disliked": list(self.query.disliked),
            "metric": self.looks.metric.value,
            "embedder": self.manifest.embedder,
            "indexed": self.indexed,
            "exact": self.exact,
            "recall": self.recall,
            "neighbours": [
                match.as_dict(of_product=self.query.is_by_pictures) for match in self.looks.matches
            ],
        }


def agreement(rankings: Sequence[Ranking], k: int) -> int:
    """How many of the k first products all rankings have in common."""
    ids = [{match.product.item_id for match in ranking.matches[:k]} for ranking in rankings]
    return len(set.intersection(*ids)) if ids else 0
