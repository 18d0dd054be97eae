"""From thumbnails to a live index: embed what is new, merge, verify, swap.

A build is `plan`, then `embed`, then `finish`. It may be killed at any moment: what `embed` has
put into the checkpoint is not embedded again, and only `finish` changes the live index, in one
swap.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from catalog.models import Product
from catalog.pictures import read_picture
from recommender import publishing, store
from recommender.building.checkpoints import Checkpoint
from recommender.embedders.choice import ChosenEmbedder
from recommender.embedders.contract import Embedder, UndecodablePicture
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.places import checkpoint_folder
from runs.files import sha256_of
from runs.outcomes import Outcome, Status
from runs.progress import counted

BATCH = 32
# A kill loses the embeddings since the last shard: on two slow cores, half a minute's.
SHARD = 64


@dataclass(frozen=True)
class Picture:
    """A thumbnail to have in the index."""

    item_id: str
    content_hash: str


@dataclass
class Plan:
    """What a build will do. `pictures` is all that the index shall hold, by item_id."""

    chosen: ChosenEmbedder
    checkpoint: Checkpoint
    current: SimilarityIndex | None
    pictures: dict[str, Picture]
    to_embed: list[Picture]
    left_for_later: int
    done: set[str] = field(default_factory=set)

    def summary(self) -> str:
        """What will be done, for people: "360 products, 12 pictures to embed"."""
        later = f", {self.left_for_later} left for later" if self.left_for_later else ""
        products = counted(len(self.pictures), "product")
        return f"{products}, {counted(len(self.to_embed), 'picture')} to embed{later}"


def plan(chosen: ChosenEmbedder, *, full: bool = False, limit: int | None = None) -> Plan:
    """Compares the catalogue with the live index and the checkpoint of a killed build.

    `full` starts from nothing; `limit` is the most pictures to embed in this run.
    """
    checkpoint = _checkpoint(chosen)
    if full:
        checkpoint.clear()
    current = None if full else store.matching_index(chosen)
    pictures = {picture.item_id: picture for picture in _catalogue()}
    done = checkpoint.hashes() | _hashes(current)
    missing = [picture for picture in pictures.values() if picture.content_hash not in done]
    to_embed = missing[:limit]
    return Plan(chosen, checkpoint, current, pictures, to_embed, len(missing) - len(to_embed), done)


def _checkpoint(chosen: ChosenEmbedder) -> Checkpoint:
    """Where an unfinished build keeps its embeddings; other weights, other place."""
    name = f"{chosen.spec.name}-{chosen.spec.layer}-{chosen.weights_sha256[:16]}"
    return Checkpoint(checkpoint_folder(name), chosen.spec.dimension)


def _catalogue() -> Iterator[Picture]:
    for product in Product.shown.only("item_id", "content_hash").iterator():
        yield Picture(product.item_id, product.content_hash)


def _hashes(index: SimilarityIndex | None) -> set[str]:
    return set() if index is None else {value.decode() for value in index.content_hashes}


# Embedding -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Read:
    """A picture as read from disk: decoded, or the reason why not."""

    picture: Picture
    decoded: np.ndarray | None
    reason: str = ""


def embed(plan: Plan) -> Iterator[Outcome]:
    """Embeds what the plan lacks, shard by shard; one outcome a picture.

    The network is loaded only if there is something to embed. A picture that cannot be read or
    decoded is a `failed` outcome, and the run goes on.
    """
    if not plan.to_embed:
        return
    embedder = plan.chosen.load()
    shard: dict[str, np.ndarray] = {}
    for batch in _read_ahead(plan.to_embed, embedder):
        yield from _embed_batch(plan, embedder, batch, shard)
        if len(shard) >= SHARD:
            _save(plan, shard)
    _save(plan, shard)


def _read_ahead(pictures: Sequence[Picture], embedder: Embedder) -> Iterator[list[_Read]]:
    """Batches of decoded pictures; the next one is decoded while this one is embedded."""
    batches = [pictures[start : start + BATCH] for start in range(0, len(pictures), BATCH)]

    def read(batch: Sequence[Picture]) -> list[_Read]:
        return [_read(picture, embedder) for picture in batch]

    with ThreadPoolExecutor(1) as thread:
        ahead = thread.submit(read, batches[0])
        for batch in batches[1:]:
            ready, ahead = ahead, thread.submit(read, batch)
            yield ready.result()
        yield ahead.result()


def _read(picture: Picture, embedder: Embedder) -> _Read:
    """The hash is that of the bytes embedded, whatever the catalogue had noted before."""
    try:
        data = read_picture(picture.item_id)
        decoded = embedder.decode(data)
    except OSError as error:
        return _Read(picture, None, f"its thumbnail cannot be read: {error}")
    except UndecodablePicture as error:
        return _Read(picture, None, f"its thumbnail cannot be decoded: {error}")
    content_hash = sha256_of(data)
    return _Read(replace(picture, content_hash=content_hash), decoded)


def _embed_batch(
    plan: Plan, embedder: Embedder, batch: list[_Read], shard: dict[str, np.ndarray]
) -> Iterator[Outcome]:
    fresh = {
        read.picture.content_hash: read.decoded
        for read in batch
        if read.decoded is not None and read.picture.content_hash not in plan.done
    }
    if fresh:
        vectors = embedder.embed([picture for picture in fresh.values() if picture is not None])
        finite = np.isfinite(vectors).all(axis=1)
        shard |= {key: vector for key, vector, ok in zip(fresh, vectors, finite, strict=True) if ok}
        plan.done.update(shard)
    for read in batch:
        yield _outcome(plan, read)


def _outcome(plan: Plan, read: _Read) -> Outcome:
    picture = read.picture
    if read.decoded is None:
        return Outcome(picture.item_id, Status.FAILED, read.reason)
    if picture.content_hash not in plan.done:
        return Outcome(picture.item_id, Status.FAILED, "the network gave no finite vector")
    if picture != plan.pictures[picture.item_id]:
        plan.pictures[picture.item_id] = picture
        Product.objects.filter(item_id=picture.item_id).update(content_hash=picture.content_hash)
    known = plan.current is not None and picture.item_id in plan.current
    return Outcome(picture.item_id, Status.CHANGED if known else Status.NEW)


def _save(plan: Plan, shard: dict[str, np.ndarray]) -> None:
    if shard:
        plan.checkpoint.add(list(shard), np.stack(list(shard.values())))
        shard.clear()


# Merging ---------------------------------------------------------------------------------------


def finish(plan: Plan, progress: Callable[[int, int], None] | None = None) -> Manifest | None:
    """Merges the embeddings into a new index and makes it live; None if nothing has changed.

    `progress` is called with the rows whose neighbours are known and the rows there are.
    """
    rows = _rows(plan)
    if plan.current is not None and _is_same(plan.current, rows):
        plan.checkpoint.clear()
        return None
    item_ids, hashes = list(rows), list(rows.values())
    embeddings = _gather(plan, hashes)
    manifest = Manifest.of(plan.chosen.spec, plan.chosen.weights_sha256)
    if plan.current is None:
        index = SimilarityIndex.build(manifest, item_ids, hashes, embeddings, progress=progress)
    else:
        index = plan.current.merged(manifest, item_ids, hashes, embeddings, progress=progress)
    publishing.publish(index)
    plan.checkpoint.clear()
    return index.manifest


def _rows(plan: Plan) -> dict[str, str]:
    """item_id -> content hash of every row of the new index, sorted by item_id.

    A product whose new picture is not embedded yet keeps the one that the live index has.
    """
    rows = {}
    for item_id, picture in sorted(plan.pictures.items()):
        if picture.content_hash in plan.done:
            rows[item_id] = picture.content_hash
        elif plan.current is not None and item_id in plan.current:
            rows[item_id] = plan.current.content_hashes[plan.current.row_of(item_id)].decode()
    return rows


def _is_same(index: SimilarityIndex, rows: dict[str, str]) -> bool:
    return len(index) == len(rows) and all(
        item_id == known_id and content_hash == known_hash.decode()
        for (item_id, content_hash), known_id, known_hash in zip(
            rows.items(), index.item_ids, index.content_hashes, strict=True
        )
    )


def _gather(plan: Plan, hashes: list[str]) -> np.ndarray:
    """(n, dimension) float32: the vector of each content hash, from the index or a shard."""
    embeddings = np.empty((len(hashes), plan.chosen.spec.dimension), np.float32)
    places: dict[str, list[int]] = {}
    for row, content_hash in enumerate(hashes):
        places.setdefault(content_hash, []).append(row)
    for known, vectors in _known_vectors(plan):
        for content_hash, vector in zip(known, vectors, strict=True):
            embeddings[places.pop(content_hash, [])] = vector
    if places:
        raise publishing.PublishError(
            f"{len(places)} embeddings have gone from the checkpoint; run again."
        )
    return embeddings


def _known_vectors(plan: Plan) -> Iterator[tuple[list[str], np.ndarray]]:
    if plan.current is not None:
        hashes = [value.decode() for value in plan.current.content_hashes]
        yield hashes, plan.current.embeddings
    yield from plan.checkpoint.shards()
