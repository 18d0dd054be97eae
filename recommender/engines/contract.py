"""What keeps the vectors and searches them: the file (default), or PostgreSQL.

Whoever searches, builds or shows asks `live.engine.engine()`, and knows an index by what `Index`
promises alone. What needs all vectors at once (an evaluation, the map, the tutorial's file, a
build that goes on from what there is) asks for the `whole` index.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from recommender.embedders.contract import EmbedderSpec, LoadableEmbedder
from recommender.engines.passing import Passing
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.projection import Projection
from recommender.index.similarity_index import Manifest, Neighbour, SimilarityIndex
from recommender.index.statistics import Statistics
from recommender.index.views import Matched, Views
from recommender.index.words import Words


def made_differently(precision: str, spec: EmbedderSpec) -> str:
    """Why no build of an embedder goes on from a sound index in such a precision."""
    if precision != spec.precision:
        return (
            f"the index that is there is in {precision}, and this one will be in {spec.precision}"
        )
    return "the index that is there was made in another way"


class Found(NamedTuple):
    """The nearest, and whether no nearer one can have been missed."""

    neighbours: list[Neighbour]
    exact: bool


class SamePicture(NamedTuple):
    """Which products show one picture, and how many they are."""

    group: int
    size: int


class Index(Protocol):
    """The products of one embedder, as they are searched. Ids that it does not know raise
    UnknownItem, but in `known_among`."""

    @property
    def manifest(self) -> Manifest: ...

    @property
    def k(self) -> int:
        """How many neighbours a list has room for."""
        ...

    @property
    def statistics(self) -> Statistics:
        """What distances mean in it."""
        ...

    @property
    def words(self) -> Words | None:
        """What titles have taught; None where nothing has tried."""
        ...

    @property
    def has_colours(self) -> bool: ...

    @property
    def has_groups(self) -> bool:
        """Whether it is known which products show the same picture."""
        ...

    def __len__(self) -> int: ...

    def known_among(self, item_ids: Iterable[str]) -> set[str]:
        """Those of the products that it has."""
        ...

    def some(self, count: int) -> list[str]:
        """Random products, each once; all of them, where they are fewer."""
        ...

    def vectors(self, item_ids: Sequence[str]) -> np.ndarray:
        """(m, d) float32, in the order of the ids."""
        ...

    @property
    def further_count(self) -> int:
        """How many pictures it has beside products' first ones."""
        ...

    def further_vectors(self, item_id: str) -> np.ndarray:
        """(m, d) float32: those of a product's further pictures, as far as they are compared."""
        ...

    def matched(self, point: Point, metric: Metric, item_ids: Sequence[str]) -> list[Matched]:
        """For each product which of its pictures is nearest to a point; of those that are equally
        near the first, on both sides."""
        ...

    def colours_of(self, item_ids: Sequence[str]) -> np.ndarray:
        """(m, 48) float32, in the order of the ids; where `has_colours`."""
        ...

    def hashes_of(self, item_ids: Iterable[str]) -> dict[str, str]:
        """The SHA-256 of the first picture of each that it knows."""
        ...

    def further_hashes_of(self, item_ids: Iterable[str]) -> dict[str, list[str]]:
        """Those of the further pictures that it has of each, in its order; none without any."""
        ...

    def vectors_of(self, features: np.ndarray) -> np.ndarray:
        """(n, d) float32 features of the network -> (n, d) vectors to compare with its own."""
        ...

    def duplicates(self, item_ids: Iterable[str]) -> dict[str, SamePicture]:
        """For each that it knows which others show the same picture; where `has_groups`."""
        ...

    def groups(self, *, similar: bool = False) -> list[list[str]]:
        """All products that share a picture, or nearly so, together; none that is alone."""
        ...

    def parts(self, pairs: Collection[tuple[str, str]], *, similar: bool = False) -> dict[str, str]:
        """The groups of these pairs, taken apart so that no pair is together: see `parted`.

        Each product of such a group -> the first one of its part.
        """
        ...

    def neighbours(self, item_id: str, metric: Metric, k: int = 5) -> list[Neighbour]:
        """The k nearest by its list, nearest first, ties by item_id; never itself."""
        ...

    def lists_of(
        self, item_ids: Sequence[str], metric: Metric, k: int
    ) -> dict[str, list[Neighbour]]:
        """What `neighbours` gives for each of many that it knows, all at once."""
        ...

    def distances(self, point: Point, metric: Metric, item_ids: Sequence[str]) -> np.ndarray:
        """How far these are from a point: (m,) float64, exact."""
        ...

    def nearest(
        self, point: Point, metric: Metric, k: int, passing: Passing, exclude: Sequence[str] = ()
    ) -> Found:
        """The k nearest that pass, nearest first, ties by item_id, without those to exclude."""
        ...

    def in_order(self, item_id: str, passing: Passing) -> list[str]:
        """Those that pass and that it knows: the product itself, then the nearest by cosine."""
        ...


@dataclass(frozen=True)
class IndexSize:
    """What an index takes, since when it is live, and whether there is one to go back to."""

    since: datetime
    bytes: int
    has_previous: bool
    previous_bytes: int = 0


@dataclass(frozen=True)
class Newcomers:
    """Products for the live index: ids, hashes of their pictures, (n, d) vectors as they are kept,
    (n, 48) colours, and the (n, d) features that the vectors were made of, as the network gave
    them; without any, the vectors are these. `views`, their further pictures, whose products are
    rows of these; and as for the first ones their (m, d) features."""

    item_ids: list[str]
    content_hashes: list[str]
    vectors: np.ndarray
    colours: np.ndarray | None
    features: np.ndarray | None = None
    views: Views | None = None
    features_of_views: np.ndarray | None = None


class Engine(Protocol):
    """Keeps the indexes of all embedders."""

    def live(self, embedder: str = "") -> Index:
        """That of an embedder, else of the one that is served. Raises IndexUnavailable."""
        ...

    def previous(self, embedder: str) -> Index | None:
        """The one that `rollback` would bring back."""
        ...

    def whole(self, embedder: str, *, previous: bool = False) -> SimilarityIndex:
        """All of the live one, or of the one before, in memory or mapped.

        Raises IndexUnavailable.
        """
        ...

    def matching(self, chosen: LoadableEmbedder) -> SimilarityIndex | None:
        """All of the live one, if it is sound and a build with `chosen` may go on from it."""
        ...

    def projection(self, embedder: str) -> Projection | None:
        """What the vectors of the live one went through, whatever made them."""
        ...

    def count(self, embedder: str, without: Iterable[str] = ()) -> int:
        """How many products the live one has, whatever made it, but for some; 0 without one."""
        ...

    def why_unusable(self, spec: EmbedderSpec) -> str:
        """Why no build goes on from the live one; "" where there is none."""
        ...

    def as_kept(self, vectors: np.ndarray) -> np.ndarray:
        """(n, d) float32 in the precision in which they are kept."""
        ...

    def names(self) -> list[str]:
        """The embedders that there is an index of, the one that is served first."""
        ...

    def signature(self, embedder: str) -> Hashable:
        """What tells one state of the index that answers from another; None without one."""
        ...

    def size(self, embedder: str) -> IndexSize:
        """Raises IndexUnavailable."""
        ...

    def is_as_written(self, embedder: str) -> bool:
        """Whether the live index is what was published; may read all of it."""
        ...

    def publish(self, index: SimilarityIndex) -> None:
        """Makes a new index live, in one step. Raises PublishError; then nothing has changed."""
        ...

    def insert(self, embedder: str, newcomers: Newcomers) -> None:
        """Puts products into the live index at once, in place of those of the same ids.

        Raises PublishError, IndexUnavailable; then nothing has changed.
        """
        ...

    def rollback(self, embedder: str) -> Manifest:
        """Makes the index before live again. Raises PublishError; then nothing has changed."""
        ...

    def exclusive(self, embedder: str) -> AbstractContextManager[None]:
        """Keeps two processes from changing one index at once; raises PublishError."""
        ...


@runtime_checkable
class TakesNewcomers(Engine, Protocol):
    """An engine whose live index keeps what it takes one by one, as a build would."""

    def lacking(self, embedder: str) -> dict[str, str]:
        """The shown products that the live index has not, or with another picture: their hashes."""
        ...

    def inserted(self, embedder: str) -> int:
        """How many products have come since the last build."""
        ...


def point_of(index: Index, item_id: str) -> Point:
    """A product as a point: all of its pictures that are compared."""
    return Point(index.vectors([item_id])[0], further=index.further_vectors(item_id))
