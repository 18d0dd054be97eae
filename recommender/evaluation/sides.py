"""The indexes to evaluate: the live one, and another to compare it with."""

from dataclasses import dataclass, replace

import numpy as np

from recommender.embedders.choice import ChosenEmbedder
from recommender.embedders.contract import EmbedderError
from recommender.errors import IndexUnavailable, SimilarityError
from recommender.evaluation.evaluation import random_distance
from recommender.index.neighbours import Progress
from recommender.index.similarity_index import SimilarityIndex
from recommender.live import selection
from recommender.live.engine import engine
from runs.progress import pluralise

PREVIOUS = "previous"
# With fewer products ten neighbours are nearly all there are.
FEWEST = 12
# A random pair nearer than this: a network that tells no two pictures apart.
THE_SAME = 1e-6


class EvaluationError(SimilarityError):
    """There is nothing to evaluate, or nothing to compare it with; the sentence says why."""


@dataclass(frozen=True, eq=False)
class Side:
    """An index, what it is called, and the network that embeds copies for it; else why none.

    `size` is what is kept of it, in bytes.
    """

    name: str
    index: SimilarityIndex
    embedder: ChosenEmbedder | None
    why_none: str = ""
    size: int = 0

    def of(self, rows: np.ndarray, progress: Progress | None = None) -> "Side":
        """The same with the products of these rows only; their lists are worked out anew."""
        return self if len(rows) == len(self.index) else self._built(rows, progress)

    def by_first_pictures(self) -> "Side":
        """The same by the products' first pictures alone."""
        if self.index.views is None:
            return self
        plain = replace(self, index=replace(self.index, views=None))
        return plain._built(np.arange(len(self.index)), None)

    def _built(self, rows: np.ndarray, progress: Progress | None) -> "Side":
        ids = [str(item_id) for item_id in self.index.item_ids[rows]]
        hashes = [content_hash.decode() for content_hash in self.index.content_hashes[rows]]
        vectors = np.asarray(self.index.embeddings[rows])
        views = self.index.views and self.index.views.part(rows, len(self.index))
        index = SimilarityIndex.build(
            self.index.manifest, ids, hashes, vectors,
            k=self.index.k, progress=progress, views=views,
        )  # fmt: skip
        return replace(self, index=replace(index, projection=self.index.projection))


def live(embedder: str = "") -> Side:
    """The live index of `embedder`, else of the one that is served.

    Raises IndexUnavailable, EvaluationError.
    """
    name = embedder or selection.name_served()
    return _side(engine().whole(name), "", engine().size(name).bytes)


def other(against: str, embedder: str) -> Side:
    """What the live index of `embedder` is compared with: its previous one, or another's live one.

    Raises IndexUnavailable, EvaluationError.
    """
    if against != PREVIOUS:
        if against == embedder:
            raise EvaluationError(f"{against} is what is evaluated; compare it with another one.")
        return live(against)
    size = engine().size(embedder)
    if not size.has_previous:
        raise EvaluationError(f"There is no previous index of {embedder} to compare with.")
    try:
        before = engine().whole(embedder, previous=True)
    except IndexUnavailable as error:
        raise EvaluationError(f"There is nothing to compare with: {error.sentence}") from error
    return _side(before, "before: ", size.previous_bytes)


def _side(index: SimilarityIndex, before: str, size: int) -> Side:
    manifest = index.manifest
    if len(index) < FEWEST:
        there = pluralise(len(index), "product")
        raise EvaluationError(f"The index has {there}; an evaluation needs at least {FEWEST}.")
    if random_distance(index.embeddings) < THE_SAME:
        raise EvaluationError(
            f"All pictures look the same to {manifest.embedder}: there is nothing to tell apart."
        )
    name = f"{before}{manifest.embedder}, built {manifest.built:%Y-%m-%d %H:%M}"
    embedder, why_none = _embedder_of(index)
    return Side(name, index, embedder, why_none, size)


def _embedder_of(index: SimilarityIndex) -> tuple[ChosenEmbedder | None, str]:
    """The network that made the index, if it is here and still the same."""
    manifest = index.manifest
    try:
        chosen = selection.embedder_to_build(manifest.embedder, manifest.precision)
    except EmbedderError as error:
        return None, f"Altered pictures were not tried: {error}"
    spec = chosen.spec
    made = (manifest.layer, manifest.preprocessing, manifest.dimension, manifest.weights_sha256)
    if made != (spec.layer, spec.preprocessing, spec.dimension, chosen.weights_sha256):
        return None, (
            f"The index built {manifest.built:%Y-%m-%d %H:%M} was made by another state of "
            f"{manifest.embedder}; altered pictures cannot be tried with it."
        )
    return chosen, ""


def in_common(one: SimilarityIndex, another: SimilarityIndex) -> tuple[np.ndarray, np.ndarray]:
    """The rows of either of the products that both have, with the same picture."""
    _, here, there = np.intersect1d(
        one.item_ids, another.item_ids, assume_unique=True, return_indices=True
    )
    same = one.content_hashes[here] == another.content_hashes[there]
    return here[same], there[same]
