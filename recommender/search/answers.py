"""What is answered: products and how far they are, and how JSON shows them."""

from dataclasses import dataclass
from typing import Any

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Manifest


@dataclass(frozen=True)
class Match:
    """A product, and how far it is from the query."""

    product: Product
    distance: float

    def as_dict(self) -> dict[str, Any]:
        product = self.product.as_dict()
        return {"item_id": product.pop("item_id"), "distance": self.distance, **product}


@dataclass(frozen=True)
class Ranking:
    """The nearest products under one metric, nearest first, ties by item_id."""

    metric: Metric
    matches: list[Match]


@dataclass(frozen=True)
class Answer:
    """A ranking for each metric of the query.

    `product` is what was asked about, if it was a product; `indexed` says whether the index knows
    it yet, for without that there is nothing to compare.
    """

    product: Product | None
    manifest: Manifest
    rankings: list[Ranking]
    indexed: bool = True

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON shows it: under one metric, its first."""
        ranking = self.rankings[0]
        return {
            "query": self.product.item_id if self.product else None,
            "metric": ranking.metric.value,
            "embedder": self.manifest.embedder,
            "indexed": self.indexed,
            "neighbours": [match.as_dict() for match in ranking.matches],
        }
