"""The second step of a build: the pictures that the plan lacks go through the network.

Three things happen at once, so that the network never waits: threads read and decode the next
pictures, the network embeds these, and a thread writes the last ones into the checkpoint. How
much is under way at a time is bounded, whatever the catalogue's size.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from catalog.pictures import read_picture
from recommender.building.checkpoints import Checkpoint
from recommender.building.embedding import Decoded, decode, embed_decoded
from recommender.building.planning import Plan
from recommender.embedders.contract import Embedder
from runs.files import sha256_of, told
from runs.outcomes import Outcome, Status

BATCH = 32
# A kill loses the embeddings since the last shard: on two slow cores, half a minute's.
SHARD = 64
# Batches that may be read and decoded before the network comes to them.
AHEAD = 3

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class _Read:
    """A product's picture: known by its hash, decoded, or not to be had."""

    item_id: str
    picture: Decoded


def embed(plan: Plan) -> Iterator[Outcome]:
    """Embeds what the plan lacks, shard by shard; one outcome a picture.

    The network is loaded only if there is something to embed. A picture that cannot be read or
    decoded is a `failed` outcome, and the run goes on. Raises CheckpointError, EmbedderError.
    """
    embedder = _OnDemand(plan.chosen.load)
    with _WrittenBehind(plan.checkpoint) as shards:
        read = _ahead(lambda item_id: _read(plan, embedder, item_id), plan.to_read, AHEAD * BATCH)
        for batch in _batches(read, BATCH):
            yield from _embed_batch(plan, embedder, batch, shards)


def _read(plan: Plan, embedder: "_OnDemand", item_id: str) -> _Read:
    """The hash is that of the bytes embedded, whatever the catalogue has noted."""
    try:
        data = read_picture(item_id)
    except (OSError, ValueError) as error:
        return _Read(item_id, Decoded("", None, f"its picture cannot be read: {told(error)}"))
    content_hash = sha256_of(data)
    if content_hash in plan.known:
        return _Read(item_id, Decoded(content_hash, None))
    return _Read(item_id, decode(embedder.get(), data))


def _embed_batch(
    plan: Plan, embedder: "_OnDemand", batch: list[_Read], shards: "_WrittenBehind"
) -> Iterator[Outcome]:
    fresh = [
        read.picture
        for read in batch
        if read.picture.pixels is not None and read.picture.content_hash not in plan.known
    ]
    reasons = {}
    for came_of in embed_decoded(embedder.get(), fresh) if fresh else ():
        if came_of.vector is None:
            reasons[came_of.content_hash] = came_of.reason
        elif came_of.content_hash not in plan.known:
            plan.known.add(came_of.content_hash)
            plan.embedded.append(came_of.content_hash)
            shards.add(came_of.content_hash, came_of.vector)
    for read in batch:
        yield _outcome(plan, read, reasons.get(read.picture.content_hash, read.picture.reason))


def _outcome(plan: Plan, read: _Read, reason: str) -> Outcome:
    found = read.picture.content_hash
    if found not in plan.known:
        return Outcome(read.item_id, Status.FAILED, reason)
    plan.pictures[read.item_id] = found
    before = plan.known_row(read.item_id)
    if before is None:
        return Outcome(read.item_id, Status.NEW)
    return Outcome(read.item_id, Status.SAME if before == found else Status.CHANGED)


class _OnDemand:
    """The embedder, loaded when it is asked for first; loading takes seconds."""

    def __init__(self, load: Callable[[], Embedder]) -> None:
        self._load, self._lock = load, threading.Lock()
        self._embedder: Embedder | None = None

    def get(self) -> Embedder:
        with self._lock:
            if self._embedder is None:
                self._embedder = self._load()
            return self._embedder


class _WrittenBehind:
    """Vectors on their way into a checkpoint: a full shard is written while the next one fills."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._shard: dict[str, np.ndarray] = {}
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None

    def add(self, content_hash: str, vector: np.ndarray) -> None:
        """Takes one vector; raises CheckpointError where the last shard could not be written."""
        self._shard[content_hash] = vector
        if len(self._shard) >= SHARD:
            self._write()

    def _write(self) -> None:
        if self._writing is not None:
            self._writing.result()
        hashes, vectors = list(self._shard), np.stack(list(self._shard.values()))
        self._writing = self._thread.submit(self.checkpoint.add, hashes, vectors)
        self._shard = {}

    def __enter__(self) -> "_WrittenBehind":
        return self

    def __exit__(self, *_error: object) -> None:
        """What was embedded is kept, however the run ended."""
        with self._thread:
            if self._shard:
                self._write()
            if self._writing is not None:
                self._writing.result()


def _ahead(work: Callable[[Item], Result], items: Iterable[Item], most: int) -> Iterator[Result]:
    """`work` on each item, in order, by threads; at most `most` results wait to be taken."""
    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
