"""What the network gives for altered copies of pictures: embedded once, and kept.

A copy is known by what it is made of, so that to look it up nothing has to be altered again.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.building.ahead import AHEAD, BATCH, ahead, batches
from recommender.building.altered_copies import LEARNT, Kind
from recommender.building.checkpoints import Checkpoint
from recommender.embedders.contract import Embedder, EmbedderError
from recommender.index.neighbours import Progress
from runs.files import sha256_of

logger = logging.getLogger(__name__)

# The bytes of a picture by its content hash; raises OSError or ValueError without it.
ReadPicture = Callable[[str], bytes]
# What changes the pixels of a copy changes this.
RECIPE = 1


@dataclass(frozen=True)
class Copy:
    """A picture altered in one way, with another for a frame; both by their content hashes."""

    kind: Kind
    picture: str
    other: str

    @property
    def key(self) -> str:
        """Stands for the hash of its bytes, which nobody has to make for it."""
        return sha256_of(f"{RECIPE} {self.kind.name} {self.picture} {self.other}".encode())

    def pixels(self, embedder: Embedder, read: ReadPicture) -> np.ndarray | None:
        """The copy as the network takes it; None where one of the two is not to be had."""
        try:
            data = self.kind.copy(read(self.picture), read(self.other))
            return embedder.decode(data)
        except (OSError, ValueError) as error:
            logger.info("%s of %s: %s", self.kind.name, self.picture, error)
            return None


def copies_of(pictures: Sequence[str], kinds: Sequence[Kind] = LEARNT) -> list[Copy]:
    """Every kind of each picture, by content hashes; the one before it is another one's frame."""
    return [
        Copy(kind, picture, pictures[place - 1])
        for place, picture in enumerate(pictures)
        for kind in kinds
    ]


def embed_copies(
    store: Checkpoint,
    copies: Sequence[Copy],
    load: Callable[[], Embedder],
    read: ReadPicture,
    progress: Progress | None = None,
) -> None:
    """Embeds those of the copies that the store has not got yet, batch by batch.

    What is embedded stays, so a killed build goes on. A picture that cannot be read is left out,
    and all are where the network cannot be loaded. Raises CheckpointError.
    """
    missing, done = missing_from(store, copies), 0
    if not missing:
        return
    try:
        embedder = load()
    except EmbedderError as error:
        logger.warning("Altered copies cannot be embedded: %s", error)
        return
    for number in embed_each(store, missing, embedder, read):
        done += number
        if progress:
            progress(done, len(missing))


def missing_from(store: Checkpoint, copies: Sequence[Copy]) -> list[Copy]:
    """Those of the copies that the store has not got yet."""
    known = store.hashes()
    return [copy for copy in copies if copy.key not in known]


def embed_each(
    store: Checkpoint, copies: Sequence[Copy], embedder: Embedder, read: ReadPicture
) -> Iterator[int]:
    """Embeds all of the copies; yields how many were tried, as soon as they are in the store.

    Raises CheckpointError.
    """
    made = ahead(lambda copy: (copy.key, copy.pixels(embedder, read)), copies, AHEAD * BATCH)
    for batch in batches(made, BATCH):
        sound = {key: pixels for key, pixels in batch if pixels is not None}
        if sound:
            store.add(list(sound), np.asarray(embedder.embed(list(sound.values())), np.float32))
        yield len(batch)


def features_of(store: Checkpoint, copies: Sequence[Copy]) -> dict[str, np.ndarray]:
    """By content hash, those pictures all of whose copies the store has: (kinds, d) float32."""
    found: dict[str, np.ndarray] = {}
    for keys, vectors in store.shards():
        found |= dict(zip(keys, vectors, strict=True))
    by_picture: dict[str, list[np.ndarray | None]] = {}
    for copy in copies:
        by_picture.setdefault(copy.picture, []).append(found.get(copy.key))
    whole = {picture: rows for picture, rows in by_picture.items() if _are_sound(rows)}
    return {picture: np.stack([*map(np.asarray, rows)]) for picture, rows in whole.items()}


def _are_sound(rows: Sequence[np.ndarray | None]) -> bool:
    return all(row is not None and np.isfinite(row).all() for row in rows)
