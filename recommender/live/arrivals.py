"""Products that have come since the live index was built, kept in a small file beside it.

Each insertion writes the file anew, in one step; every process takes it up as soon as it asks. What
a build has taken in is passed over, and dropped with the next insertion. What the network gave is
kept, so that newcomers may be compared in any index that the same network has made; and their
vectors, which take seconds to make of thousands.
"""

import io
import json
import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from catalog.colours.mixture import COLOURS
from catalog.models import Product
from catalog.one_picture import Seen
from recommender.engines.contract import Newcomers, point_of
from recommender.engines.equally_near import equally_near
from recommender.engines.passing import ALL
from recommender.errors import PublishError
from recommender.index.duplicates import EQUAL
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Manifest, Neighbour
from recommender.index.views import Views
from recommender.live.file_index import FileIndex
from recommender.live.joined_index import JoinedIndex
from recommender.live.paths import newcomers_path
from recommender.live.worker_threads import Lane, beside
from runs.files import Locked, error_text, locked, replace_file

logger = logging.getLogger(__name__)

# Products: each answer compares all of them, and each insertion writes all of them.
MOST = 2000
# Another one for each change of what the file holds; the first ones held none.
VERSION = 1

OF_ANOTHER_VERSION = (
    "%s was written by another version of the program, and is passed over: the worker (manage.py "
    "work) puts its products in again, or the next build takes them in."
)

Signature = tuple[int, int, int]


@dataclass(frozen=True)
class Newcomer:
    """A product that has come: what the network and its colours tell of its pictures.

    hashes, features and vectors (1 + m, d) are of its first picture and of its m further ones.
    same_as: the product whose picture it shows, too, or "". beside: when the index was built that
    was live then.
    """

    hashes: tuple[str, ...]
    features: np.ndarray
    vectors: np.ndarray
    colours: np.ndarray
    same_as: str
    beside: str


@dataclass(frozen=True)
class Kept:
    """What the file holds: products by item_id, sorted; which network saw them, and through which
    projection their vectors went."""

    made_by: str
    projection: str
    products: dict[str, Newcomer]

    def only(self, item_ids: Iterable[str]) -> "Kept":
        """These of them."""
        return replace(self, products={i: self.products[i] for i in sorted(item_ids)})

    def also(self, others: "Kept") -> "Kept":
        """With others of the same projection, in place of those of the same ids."""
        both = self.products | others.products
        return replace(self, products={item_id: both[item_id] for item_id in sorted(both)})

    def being_the_same(self, same_as: Mapping[str, str]) -> "Kept":
        """With the products whose pictures these show, too."""
        known = self.products
        changed = {i: replace(known[i], same_as=other) for i, other in same_as.items()}
        return replace(self, products=known | changed)


_known: dict[Path, tuple[Signature, FileIndex, FileIndex | JoinedIndex]] = {}
_reading = threading.Lock()


def joined(built: FileIndex) -> FileIndex | JoinedIndex:
    """The built index with the products that have come since; itself, where there are none.

    Costs one `stat` unless the file or the index has changed.
    """
    path, state = newcomers_path(built.manifest.embedder), signature(built.manifest.embedder)
    if state is None:
        return built
    with _reading:
        known = _known.get(path)
        if known is None or known[0] != state or known[1] is not built:
            kept = beside(Lane.FILES, _read, path)
            known = _known[path] = (state, built, _with(built, kept) if kept else built)
        return known[2]


def signature(embedder: str) -> Signature | None:
    """What tells one state of the newcomers from another; None without any."""
    try:
        status = newcomers_path(embedder).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def insert(built: FileIndex, newcomers: Newcomers) -> None:
    """Puts products beside the live index. Raises PublishError; then nothing has changed."""
    path = newcomers_path(built.manifest.embedder)
    try:
        with locked(path.with_suffix(".lock")):
            kept = _still_needed(built, _read(path)).also(_came(built, newcomers))
            if len(kept.products) > MOST:
                raise PublishError(
                    f"More than {MOST} products have come since the last build.",
                    "manage.py build_index",
                )
            replace_file(path, _as_bytes(_compared(built, kept, newcomers.item_ids)))
    except (OSError, Locked) as error:
        raise PublishError(
            f"The new products could not be put beside the index: {error_text(error)}"
        ) from error


def _with(built: FileIndex, kept: Kept) -> FileIndex | JoinedIndex:
    if kept.made_by != _made_by(built.manifest):
        return built
    kept = _projected(built, kept.only(_not_in(built, kept)))
    if not kept.products:
        return built
    ones = list(kept.products.values())
    vectors = np.concatenate([one.vectors for one in ones])
    owners = np.repeat(np.arange(len(ones)), [len(one.hashes) for one in ones])
    is_first = np.diff(owners, prepend=-1) > 0
    further = [content_hash for one in ones for content_hash in one.hashes[1:]]
    return JoinedIndex(
        built,
        tuple(kept.products),
        tuple(one.hashes[0] for one in ones),
        np.asarray(vectors[is_first], np.float32),
        np.stack([one.colours for one in ones]),
        tuple(one.same_as for one in ones),
        Views.of(owners[~is_first], further, vectors[~is_first]) if further else None,
    )


def _came(built: FileIndex, newcomers: Newcomers) -> Kept:
    """The newcomers beside the built index."""
    first, views, colours = newcomers.features, newcomers.views, newcomers.colours
    if first is None:
        first = newcomers.vectors
    if colours is None:
        colours = np.zeros((len(first), COLOURS), np.float32)
    found = {}
    for row, item_id in enumerate(newcomers.item_ids):
        hashes, features = (newcomers.content_hashes[row],), first[[row]]
        if views is not None:
            there, own = views.rows_of(row), newcomers.features_of_views
            hashes += tuple(views.hashes[there].astype(str).tolist())
            further = (views.embeddings if own is None else own)[there]
            features = np.concatenate([features, further])
        beside = built.manifest.built_at
        found[item_id] = Newcomer(hashes, features, features, colours[row], "", beside)
    return _projected(built, Kept(_made_by(built.manifest), "", found))


def _projected(built: FileIndex, kept: Kept) -> Kept:
    """With vectors that went through the built index's projection."""
    projection = built.manifest.projection
    if kept.projection == projection or not kept.products:
        return replace(kept, projection=projection)
    ones = kept.products.values()
    vectors = built.vectors_of(np.concatenate([one.features for one in ones]))
    of_each = _parts(vectors, [len(one.hashes) for one in ones])
    products = {
        item_id: replace(one, vectors=own)
        for (item_id, one), own in zip(kept.products.items(), of_each, strict=True)
    }
    return replace(kept, projection=projection, products=products)


def _parts(rows: np.ndarray, counts: list[int]) -> list[np.ndarray]:
    return np.split(rows, np.cumsum(counts)[:-1])


def _not_in(built: FileIndex, kept: Kept) -> list[str]:
    """What the built index has not, or with other pictures.

    Where it has the first one, and was built later, its further ones are right: some that many
    products have, say, are not compared.
    """
    first, further = (ask(kept.products) for ask in (built.hashes_of, built.further_hashes_of))
    return [
        item_id
        for item_id, one in kept.products.items()
        if first.get(item_id) != one.hashes[0]
        or (
            one.beside == built.manifest.built_at
            and tuple(further.get(item_id, ())) != one.hashes[1:]
        )
    ]


def _still_needed(built: FileIndex, kept: Kept | None) -> Kept:
    """What is shown and not in the built index; nothing of another network's."""
    made_by = _made_by(built.manifest)
    if kept is None or kept.made_by != made_by:
        return Kept(made_by, built.manifest.projection, {})
    shown = Product.shown.filter(item_id__in=list(kept.products))
    noted = dict(shown.values_list("item_id", "content_hash"))
    lacking = _not_in(built, kept)
    needed = kept.only(i for i in lacking if noted.get(i) == kept.products[i].hashes[0])
    return _projected(built, needed)


def _compared(built: FileIndex, kept: Kept, fresh: list[str]) -> Kept:
    """With the product whose picture each of the fresh ones shows, too."""
    changed = set(fresh)
    # Those of another's picture are compared anew where that one is, and where it has left.
    behind = {
        i for i, one in kept.products.items()
        if one.same_as in changed
        or (one.same_as and one.same_as not in kept.products and one.same_as not in built)
    }  # fmt: skip
    kept = kept.being_the_same(dict.fromkeys(changed | behind, ""))
    index = _with(built, kept)
    if isinstance(index, FileIndex) or not index.has_groups:
        return kept
    for item_id in sorted((changed | behind) & index.rows.keys()):
        point = point_of(index, item_id)
        found = index.nearest(point, Metric.COSINE, index.k, ALL, [item_id]).neighbours
        for near in equally_near(index, point, found):
            before = index
            if _show_one(index, item_id, near):
                index = index.with_the_same(item_id, near.item_id)
            if index is not before:
                break
    return kept.being_the_same(dict(zip(index.item_ids, index.same_as, strict=True)))


def _show_one(index: JoinedIndex, newcomer: str, near: Neighbour) -> bool:
    """Whether the nearest is the same by its vector, or near, and by the pictures themselves."""
    if near.distance <= EQUAL or near.distance > index.manifest.same_threshold:
        return near.distance <= EQUAL
    further = index.further_hashes_of([newcomer, near.item_id])
    one, other = ((item_id, further.get(item_id, [])) for item_id in (newcomer, near.item_id))
    return Seen().show_one(one, other)


def _made_by(manifest: Manifest) -> str:
    return json.dumps([
        manifest.embedder, manifest.layer, manifest.preprocessing, manifest.weights_sha256,
        manifest.precision, manifest.dimension,
    ])  # fmt: skip


def _as_bytes(kept: Kept) -> bytes:
    ones = list(kept.products.values())
    told = [[i, one.hashes, one.same_as, one.beside] for i, one in kept.products.items()]
    arrays: dict[str, Any] = {"features": np.concatenate([one.features for one in ones])}
    if kept.projection:  # else they are the features
        arrays["vectors"] = np.concatenate([one.vectors for one in ones])
    buffer = io.BytesIO()
    np.savez(
        buffer,
        version=np.array(VERSION),
        told=np.array(json.dumps([kept.made_by, kept.projection, told])),
        colours=np.stack([one.colours for one in ones]),
        **arrays,
    )
    return buffer.getvalue()


def _read(path: Path) -> Kept | None:
    """None where there is no file, or one of another version or that cannot be read, which the log
    tells."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if "version" not in file or int(file["version"]) != VERSION:
                logger.warning(OF_ANOTHER_VERSION, path)
                return None
            made_by, projection, told = json.loads(str(file["told"]))
            arrays = file["features"], file["vectors" if projection else "features"]
            counts = [len(hashes) for _, hashes, _, _ in told]
            parts = (_parts(array, counts) for array in arrays)
            products = {
                item_id: Newcomer(tuple(hashes), features, vectors, colours, same_as, beside)
                for (item_id, hashes, same_as, beside), features, vectors, colours in zip(
                    told, *parts, file["colours"], strict=True
                )
            }
            return Kept(made_by, projection, products)
    except FileNotFoundError:
        return None
    except Exception as error:  # zipfile, numpy and json have an error each
        logger.error("%s cannot be read, and is passed over: %s", path, error_text(error))
        return None
