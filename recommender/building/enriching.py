"""What an index has beside vectors and lists: colours, codes, words, which rows show the same."""

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from catalog.colours.mixture import COLOURS, colours_of
from catalog.one_picture import Seen, Shown
from catalog.pictures import read_picture
from recommender.building.altered_copies import RETOUCHED, SAVED_AGAIN
from recommender.building.altering import embed_altered
from recommender.building.embedded_copies import Copy, features_of
from recommender.building.planning import Plan
from recommender.building.projecting import copies_compared
from recommender.building.wording import words_of
from recommender.index.codes import codes_of
from recommender.index.distances import distances, of_pairs
from recommender.index.duplicates import NONE, Thresholds, groups, thresholds
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.index.statistics import Statistics
from recommender.index.views import Views
from runs.files import sha256_of

logger = logging.getLogger(__name__)

# Pictures of which copies are made, and the random pairs that they are compared with.
SAMPLE, PAIRS = 60, 4000
COPIES = (*SAVED_AGAIN, *RETOUCHED)
# Of fewer pictures than this nothing can be said.
FEWEST = 20


def enriched(plan: Plan, index: SimilarityIndex) -> SimilarityIndex:
    """The index with its colours and words, its thresholds, and the groups of one picture.

    Raises CheckpointError, and on a cluster ClusterError and EmbedderError.
    """
    found = _known_thresholds(plan, index) or _measured(plan, index)
    colours = _colours(plan.current, index)
    return replace(
        index,
        manifest=replace(
            index.manifest, same_threshold=found.same, similar_threshold=found.similar
        ),
        colours=colours,
        duplicate_group=_groups(index, found.same),
        codes=codes_of(index.embeddings),
        views=_coded(index.views),
        measured=Statistics.of(index.embeddings, colours, index.lists) if len(index) > 1 else None,
        words=words_of(index),
    )


def _coded(views: Views | None) -> Views | None:
    return views and replace(views, codes=codes_of(views.embeddings))


# Colours -----------------------------------------------------------------------------------------


def _colours(before: SimilarityIndex | None, index: SimilarityIndex) -> np.ndarray:
    """(n, 48) float32; zeros where the row's picture is no longer there."""
    known: dict[bytes, np.ndarray] = {}
    if before is not None and before.colours is not None:
        known = dict(zip(before.content_hashes.tolist(), before.colours, strict=True))
    hashes, ids = index.content_hashes.tolist(), index.item_ids
    colours = np.zeros((len(index), COLOURS), np.float32)
    missing = [row for row, content_hash in enumerate(hashes) if content_hash not in known]
    colours[missing] = colours_of_pictures(
        [str(ids[row]) for row in missing], [hashes[row].decode() for row in missing]
    )
    for row, content_hash in enumerate(hashes):
        if content_hash in known:
            colours[row] = known[content_hash]
    return colours


def colours_of_pictures(item_ids: Sequence[str], hashes: Sequence[str]) -> np.ndarray:
    """(n, 48) float32: the colours of the products' pictures, if these still have the hashes."""
    colours = np.zeros((len(item_ids), COLOURS), np.float32)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for row, found in enumerate(pool.map(_colours_of, item_ids, hashes)):
            colours[row] = found
    return colours


def _colours_of(item_id: str, content_hash: str) -> np.ndarray:
    try:
        data = read_picture(item_id)
        if sha256_of(data) == content_hash:
            return colours_of(data)
    except (OSError, ValueError) as error:
        logger.info("%s: its colours cannot be read: %s", item_id, error)
    return np.zeros(COLOURS, np.float32)


# One picture -------------------------------------------------------------------------------------


def _groups(index: SimilarityIndex, threshold: float) -> np.ndarray:
    """(n,) int32: see `groups`; near pairs count whose pictures are one, pixel by pixel, too."""
    seen = Seen()

    def show_one(row: int, other: int) -> bool:
        return seen.show_one(_shown(index, row), _shown(index, other))

    near = index.lists[Metric.COSINE]
    return groups(near, threshold, index.embeddings, index.views, show_one)


def _shown(index: SimilarityIndex, row: int) -> Shown:
    return str(index.item_ids[row]), index.further_hashes(row)


# Thresholds --------------------------------------------------------------------------------------


def _known_thresholds(plan: Plan, index: SimilarityIndex) -> Thresholds | None:
    """Those of the index that the build went on from, unless most of it is new."""
    before = plan.current
    if before is None or before.manifest.projection != index.manifest.projection:
        return None
    if not before.manifest.same_threshold or len(plan.embedded) > len(before):
        return None
    return Thresholds(before.manifest.same_threshold, before.manifest.similar_threshold)


def _measured(plan: Plan, index: SimilarityIndex) -> Thresholds:
    if len(index) < FEWEST:
        return NONE
    rows = np.unique(np.linspace(0, len(index) - 1, SAMPLE, dtype=int))
    by_hash = {index.content_hashes[row].decode(): row for row in rows}
    copies = [Copy(kind, picture, picture) for picture in by_hash for kind in COPIES]
    store = copies_compared(plan)
    embed_altered(plan, store, copies)
    saved, altered = [], []
    for picture, features in features_of(store, copies).items():
        original = index.embeddings[by_hash[picture]]
        away = distances(Metric.COSINE, original, index.vectors_of(features))
        saved += list(away[: len(SAVED_AGAIN)])
        altered += list(away[len(SAVED_AGAIN) :])
    return thresholds(np.array(saved), np.array(altered), _random_pairs(index))


def _random_pairs(index: SimilarityIndex) -> np.ndarray:
    """Cosine distances of random pairs, the same ones each time."""
    random = np.random.default_rng(0)
    left = random.integers(0, len(index), PAIRS)
    right = (left + random.integers(1, len(index), PAIRS)) % len(index)
    return of_pairs(Metric.COSINE, index.embeddings, left, right)
