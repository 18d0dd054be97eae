"""Why two products look alike: for each, the parts that make it like the other."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _

from catalog.models import Product, composed
from catalog.pictures import read_picture
from recommender.embedders.contract import Embedder, UndecodablePicture
from recommender.embedders.registry import EMBEDDERS
from recommender.index.distances import distances
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.live import selection
from recommender.live.paths import why_folder
from recommender.live.worker_threads import Lane, beside
from recommender.search.answering import live_index
from recommender.search.errors import BadQuery, Busy, SearchError
from recommender.search.occlusion import occlusion, painted
from recommender.search.picture_query import embedder_of
from recommender.search.products import shown_products
from recommender.search.scores import scale_of, score
from runs.files import Locked, locked, replace_file, sha256_of

# Each picture goes through the network 50 times: too slow a thing for these to be asked for.
TOO_SLOW = ("vgg16", "vgg16-untrained")
# What changes the pictures changes this.
RECIPE = 1
# Pictures kept, of about 20 kB each; those that were made first go first.
MAX_KEPT = 500
# One is worked out at a time, on all cores; whoever comes meanwhile waits for so long.
PATIENCE_SECONDS, PAUSE_SECONDS = 8.0, 0.1


class NotOffered(SearchError):
    """The network is too slow for it, or has not seen one of the two."""

    status = 404


@dataclass(frozen=True)
class Pair:
    """Two products that the live index knows."""

    index: SimilarityIndex
    product: Product
    other: Product

    @property
    def key(self) -> str:
        """Names what its picture depends on."""
        manifest = self.index.manifest
        hashes = [self.product.content_hash, self.other.content_hash]
        parts = [RECIPE, manifest.embedder, manifest.weights_sha256, *hashes]
        return sha256_of(json.dumps(parts).encode())[:40]

    @property
    def turned(self) -> "Pair":
        return Pair(self.index, self.other, self.product)

    @property
    def score(self) -> float:
        """How alike they are, 0 to 100."""
        ids = [self.product.item_id, self.other.item_id]
        one, other = self.index.embeddings[self.index.rows_of(ids)]
        away = distances(Metric.COSINE, one, other[None])[0]
        return score(float(away), scale_of(self.index, Metric.COSINE))


def is_offered() -> bool:
    """Whether the network whose index is live is quick enough."""
    spec = EMBEDDERS.get(selection.name_served())
    return spec is not None and spec.network not in TOO_SLOW


def pair(item_id: str, other: str) -> Pair:
    """The two products; raises SearchError for one that there is not, or that is not compared."""
    other = composed(other)
    if not other or other == item_id:
        raise BadQuery(_("Name another product to compare it with."))
    found = shown_products([item_id, other])
    index = live_index()
    if not is_offered() or item_id not in index or other not in index:
        raise NotOffered(_("For these two, it cannot be shown what makes them alike."))
    return Pair(index, found[item_id], found[other])


def picture(asked: Pair) -> bytes:
    """The product's picture with what makes it like the other: kept, or worked out now. WebP.

    Raises SearchError.
    """
    path = why_folder() / f"{asked.key}.webp"
    if (known := _read(path)) is not None:
        return known
    with _alone():
        if (known := _read(path)) is not None:
            return known
        made = _made(asked)
        try:
            replace_file(path, made)
            _clear(path.parent)
        except OSError:
            pass  # a full disk keeps nobody from seeing it
        return made


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() or None
    except OSError:
        return None


def _made(asked: Pair) -> bytes:
    try:
        data = read_picture(asked.product.item_id)
        other = asked.index.embeddings[asked.index.row_of(asked.other.item_id)]
        return beside(Lane.PICTURES, _covered_and_painted, embedder_of(asked.index), data, other)
    except (OSError, UndecodablePicture) as error:
        raise NotOffered(_("This product has no picture that can be analysed.")) from error


def _covered_and_painted(embedder: Embedder, data: bytes, other: np.ndarray) -> bytes:
    return painted(data, occlusion(embedder, data, other))


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time, whichever process works it out; raises Busy for whom that takes too long."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with locked(why_folder() / "working.lock"):
                yield
                return
        except Locked:
            if time.monotonic() >= until:
                raise Busy from None
            time.sleep(PAUSE_SECONDS)


def _clear(folder: Path) -> None:
    kept = sorted(folder.glob("*.webp"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[MAX_KEPT:]:
        path.unlink(missing_ok=True)
