"""Small indexes for tests."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from django.conf import settings

from recommender.embedders.contract import EmbedderSpec
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.index.views import Views
from recommender.live import current
from recommender.live.engine import engine
from recommender.live.file_index import FileIndex
from recommender.live.paths import index_path
from tests.fake_embedder import SPEC


def manifest_of(dimension: int, embedder: str = "fake") -> Manifest:
    spec = EmbedderSpec(embedder, "grid", dimension, "rgb-4", True, "a fake for tests")
    return Manifest.of(spec, "0" * 64)


def hash_of(value: object) -> str:
    return f"{hash(value) & (2**64 - 1):064x}"


def index_of(vectors: Mapping[str, Sequence[float]], k: int = 50) -> FileIndex:
    """An index of products given as item_id -> vector."""
    ids = sorted(vectors)
    embeddings = np.array([vectors[item_id] for item_id in ids], np.float32)
    dimension = embeddings.shape[1] if ids else 2
    built = SimilarityIndex.build(
        manifest_of(dimension),
        ids,
        [hash_of(tuple(vectors[item_id])) for item_id in ids],
        embeddings.reshape(len(ids), dimension),
        k=k,
    )
    return FileIndex.of(built)


def same(one: SimilarityIndex, other: SimilarityIndex) -> bool:
    """Whether two indexes hold the same rows and lists, bit for bit."""
    arrays = [(one.item_ids, other.item_ids), (one.content_hashes, other.content_hashes)]
    arrays += [(one.embeddings, other.embeddings), (one.squared, other.squared)]
    for metric in one.lists:
        arrays.append((one.lists[metric].rows, other.lists[metric].rows))
        arrays.append((one.lists[metric].distances, other.lists[metric].distances))
    return all(np.array_equal(left, right) for left, right in arrays)


def at_place(place: float) -> list[float]:
    """48 numbers; two places are as far apart as their difference, times 24, and at an angle."""
    return [place] * 24 + [8.0 if place else 0.0] * 24


def grid_index(
    places: Mapping[str, float],
    colours: int = 48,
    further: Mapping[str, Sequence[float]] | None = None,
) -> FileIndex:
    """An index as a build of `fake` makes it, of products on a line.

    `further`: the places of products' further pictures. A product's colour is its number's, where its id is one; those at one place show one picture.
    """
    ids = sorted(places)
    vectors = np.array([at_place(places[item_id]) for item_id in ids], np.float32)
    built = SimilarityIndex.build(
        replace(Manifest.of(SPEC, "0" * 64), same_threshold=0.0, similar_threshold=0.0),
        ids, [hash_of(places[item_id]) for item_id in ids], vectors, views=_views(ids, further or {}),
    )  # fmt: skip
    seen = np.zeros((len(ids), colours), np.float32)
    seen[np.arange(len(ids)), [int(i) % colours if i.isdecimal() else 0 for i in ids]] = 1
    first = {place: row for row, place in reversed(list(enumerate(vectors[:, 0].tolist())))}
    same = np.array([first[place] for place in vectors[:, 0].tolist()], np.int32)
    return FileIndex.of(replace(built, colours=seen, duplicate_group=same))


def _views(ids: Sequence[str], further: Mapping[str, Sequence[float]]) -> Views | None:
    there = [(row, place) for row, item_id in enumerate(ids) for place in further.get(item_id, ())]
    if not there:
        return None
    vectors = np.array([at_place(place) for _, place in there], np.float32)
    hashes = [hash_of(place) for _, place in there]
    return Views.of(np.array([row for row, _ in there]), hashes, vectors)


def whole_index() -> SimilarityIndex:
    """All of the live index, wherever it is kept."""
    return engine().whole("fake")


def take_away() -> None:
    """As if nothing had been published, wherever it is kept."""
    if settings.INDEX_ENGINE != "postgres":
        current._live.clear()
        index_path("fake").unlink()
        return
    from recommender.engines.postgres import generations
    from recommender.engines.postgres.models import Generation

    Generation.objects.update(state=None)
    generations.forget()
