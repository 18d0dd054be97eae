"""What an index has beside vectors and lists: colours, and which rows show the same picture."""

import io
import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from PIL import Image, ImageEnhance

from catalog.pictures import read_picture
from recommender.building.planning import Plan
from recommender.embedders.contract import Embedder, EmbedderError, UndecodablePicture
from recommender.index.colours import COLOURS, colours_of
from recommender.index.distances import distances
from recommender.index.duplicates import NONE, Thresholds, groups, thresholds
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from runs.files import sha256_of

logger = logging.getLogger(__name__)

# Pictures of which copies are made, and the random pairs that they are compared with.
SAMPLE, PAIRS = 60, 4000
# Of fewer pictures than this nothing can be said.
FEWEST = 20


def enriched(plan: Plan, index: SimilarityIndex) -> SimilarityIndex:
    """The index with its colours, its thresholds, and the groups of rows of one picture."""
    found = _known_thresholds(plan) or _measured(plan, index)
    return replace(
        index,
        manifest=replace(index.manifest, same=found.same, similar=found.similar),
        colours=_colours(plan.current, index),
        same=groups(index.lists[Metric.COSINE], found.same),
    )


# Colours -----------------------------------------------------------------------------------------


def _colours(before: SimilarityIndex | None, index: SimilarityIndex) -> np.ndarray:
    """(n, 48) float32; zeros where the row's picture is no longer there."""
    known: dict[bytes, np.ndarray] = {}
    if before is not None and before.colours is not None:
        known = dict(zip(before.content_hashes.tolist(), before.colours, strict=True))
    hashes, ids = index.content_hashes.tolist(), index.item_ids
    colours = np.zeros((len(index), COLOURS), np.float32)
    missing = [row for row, content_hash in enumerate(hashes) if content_hash not in known]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        made = pool.map(lambda row: _colours_of(str(ids[row]), hashes[row]), missing)
        for row, found in zip(missing, made, strict=True):
            colours[row] = found
    for row, content_hash in enumerate(hashes):
        if content_hash in known:
            colours[row] = known[content_hash]
    return colours


def _colours_of(item_id: str, content_hash: bytes) -> np.ndarray:
    try:
        data = read_picture(item_id)
        if sha256_of(data).encode() == content_hash:
            return colours_of(data)
    except (OSError, ValueError) as error:
        logger.info("%s: its colours cannot be read: %s", item_id, error)
    return np.zeros(COLOURS, np.float32)


# Thresholds --------------------------------------------------------------------------------------


def _known_thresholds(plan: Plan) -> Thresholds | None:
    """Those of the index that the build went on from, unless most of it is new."""
    before = plan.current
    if before is None or not before.manifest.same or len(plan.embedded) > len(before):
        return None
    return Thresholds(before.manifest.same, before.manifest.similar)


def _measured(plan: Plan, index: SimilarityIndex) -> Thresholds:
    if len(index) < FEWEST:
        return NONE
    rows = np.unique(np.linspace(0, len(index) - 1, SAMPLE, dtype=int))
    try:
        embedder = plan.chosen.load()
    except EmbedderError as error:
        logger.warning("No thresholds of duplicates: %s", error)
        return NONE
    saved, altered = [], []
    for row in rows:
        try:
            data = read_picture(str(index.item_ids[row]))
            vectors = _vectors(embedder, [data, *copies(data)])
        except (OSError, ValueError, UndecodablePicture):
            continue
        away = distances(Metric.COSINE, vectors[0], vectors[1:])
        saved += list(away[:2])
        altered += list(away[2:])
    return thresholds(np.array(saved), np.array(altered), _random_pairs(index))


def copies(data: bytes) -> list[bytes]:
    """Of a picture: saved worse, saved smaller; then cut at the edges, and made lighter."""
    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    width, height = picture.size
    edge = (0.04 * width, 0.04 * height, 0.96 * width, 0.96 * height)
    return [
        _saved(picture, 60),
        _saved(picture.resize((max(1, width * 4 // 5), max(1, height * 4 // 5))), 85),
        _saved(picture.resize((width, height), box=edge), 90),
        _saved(ImageEnhance.Brightness(picture).enhance(1.12), 90),
    ]


def _saved(picture: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _vectors(embedder: Embedder, pictures: Sequence[bytes]) -> np.ndarray:
    return np.asarray(embedder.embed([embedder.decode(data) for data in pictures]), np.float32)


def _random_pairs(index: SimilarityIndex) -> np.ndarray:
    """Cosine distances of random pairs, the same ones each time."""
    random = np.random.default_rng(0)
    left = random.integers(0, len(index), PAIRS)
    right = (left + random.integers(1, len(index), PAIRS)) % len(index)
    one, other = index.embeddings[left], index.embeddings[right]
    products = np.einsum("ij,ij->i", one, other, dtype=np.float64)
    lengths = np.sqrt(index.squared[left] * index.squared[right])
    return np.asarray(1 - np.divide(products, lengths, out=np.zeros(PAIRS), where=lengths > 0))
