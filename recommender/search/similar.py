"""The one question: what looks like this? Page, API and terminal all ask it here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Neighbour, SimilarityIndex

# Neighbours asked for beyond those wanted, since some may have left the shop since the build.
SPARE = 20


@dataclass(frozen=True)
class Match:
    """A product, and how far it is from the query."""

    product: Product
    distance: float

    def as_dict(self) -> dict[str, Any]:
        product = self.product.as_dict()
        return {"item_id": product.pop("item_id"), "distance": self.distance, **product}


@dataclass(frozen=True)
class Answer:
    """The nearest products to a query under one metric, nearest first."""

    query: str
    metric: Metric
    embedder: str
    matches: list[Match]

    def as_dict(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "metric": self.metric.value,
            "embedder": self.embedder,
            "neighbours": [match.as_dict() for match in self.matches],
        }


def similar_by_item(
    index: SimilarityIndex, item_id: str, metrics: Iterable[Metric], k: int
) -> list[Answer]:
    """The k nearest products of a product, an answer a metric; one query of the database.

    Products that have left the shop since the index was built are passed over. Raises
    UnknownItem, and ValueError for a k that the index cannot answer.
    """
    if not 1 <= k <= index.k:
        raise ValueError(f"k must be between 1 and {index.k}, not {k}.")
    wanted = min(k + SPARE, index.k)
    return _answers(
        index, item_id, {metric: index.neighbours(item_id, metric, wanted) for metric in metrics}, k
    )


def similar_by_vector(
    index: SimilarityIndex, query: str, vector: Any, metric: Metric, k: int
) -> Answer:
    """The k nearest products to a (d,) vector. `query` is what to call it in the answer."""
    found = index.search(vector, metric, k + SPARE)
    return _answers(index, query, {metric: found}, k)[0]


def _answers(
    index: SimilarityIndex, query: str, found: dict[Metric, list[Neighbour]], k: int
) -> list[Answer]:
    ids = {neighbour.item_id for neighbours in found.values() for neighbour in neighbours}
    products = {product.item_id: product for product in Product.shown.filter(item_id__in=ids)}
    return [
        Answer(
            query,
            metric,
            index.manifest.embedder,
            [
                Match(products[item_id], distance)
                for item_id, distance in neighbours
                if item_id in products
            ][:k],
        )
        for metric, neighbours in found.items()
    ]
