"""Embedding on a worker of a cluster: pictures, and altered copies of them.

It reads the pictures where the settings of its machine say that they are, and keeps the vectors in
the checkpoint, which all machines share.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from recommender.building.checkpoints import Checkpoint
from recommender.building.embedding import Embedded
from recommender.embedders.contract import EmbedderError, LoadableEmbedder

if TYPE_CHECKING:
    from recommender.building.pipeline import Asked, Batch, OnDemand, Read


@dataclass(frozen=True)
class Errand:
    """Which embedder's vectors are wanted, where they are kept, and whose settings count."""

    settings: str
    embedder: str
    precision: str
    made_as: tuple[str, str, str]
    folder: Path
    dimension: int

    @classmethod
    def of(cls, chosen: LoadableEmbedder, checkpoint: Checkpoint) -> "Errand":
        """An errand for a worker that has the settings of this process."""
        spec, settings = chosen.spec, os.environ.get("DJANGO_SETTINGS_MODULE", "")
        kept = checkpoint.folder, checkpoint.dimension
        return cls(settings, spec.name, spec.precision, _made_as(chosen), *kept)


class AskedCopy(NamedTuple):
    """A picture to be altered, and the one that is its frame, by hashes; and whose they are.

    Without an item_id ("") there is no such picture any more.
    """

    kind: str
    picture: str
    other: str
    item_id: str
    other_item_id: str


def embed_chunk(errand: Errand, wanted: Sequence["Asked"]) -> list["Batch"]:
    """Embeds products' pictures and keeps the vectors; what came of each, without pixels.

    Raises EmbedderError where this machine's embedder is another one, CheckpointError.
    """
    _set_up(errand.settings)
    from recommender.building.pipeline import WrittenBehind, embedded

    done: list[Batch] = []
    known: set[str] = set()
    with WrittenBehind(Checkpoint(errand.folder, errand.dimension)) as shards:
        for pictures, found in embedded(wanted, _embedder(errand), known):
            shards.add_all(found, known)
            known |= {came_of.content_hash for came_of in found if not came_of.reason}
            done.append((list(map(_without_pixels, pictures)), list(map(_without_vector, found))))
    return done


def embed_copies_there(errand: Errand, asked: Sequence[AskedCopy]) -> None:
    """Alters pictures, embeds the copies, and keeps what the network gives, by the copies' keys.

    Those that cannot be read are left out. Raises as `embed_chunk`.
    """
    _set_up(errand.settings)
    from recommender.building.altered_copies import BY_NAME
    from recommender.building.embedded_copies import Copy, embed_each
    from recommender.building.pipeline import reader_of

    item_ids = {one.picture: one.item_id for one in asked}
    item_ids |= {one.other: one.other_item_id for one in asked}
    copies = [Copy(BY_NAME[one.kind], one.picture, one.other) for one in asked]
    store = Checkpoint(errand.folder, errand.dimension)
    for _ in embed_each(store, copies, _embedder(errand).get(), reader_of(item_ids)):
        pass


def _without_pixels(read: "Read") -> "Read":
    return replace(read, picture=replace(read.picture, pixels=None))


def _without_vector(came_of: Embedded) -> Embedded:
    return replace(came_of, vector=None)


def _set_up(settings: str) -> None:
    """Django, once a process: it knows where the pictures are."""
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
        django.setup()


@lru_cache(maxsize=1)
def _embedder(errand: Errand) -> "OnDemand":
    from recommender.building.pipeline import OnDemand
    from recommender.live import selection

    chosen = selection.embedder_to_build(errand.embedder, errand.precision)
    if _made_as(chosen) != errand.made_as:
        raise EmbedderError(
            f"A worker has another {errand.embedder} than this machine (weights, layer or "
            "preprocessing): its vectors could not be compared. Give all machines the same."
        )
    return OnDemand(chosen.load)


def _made_as(chosen: LoadableEmbedder) -> tuple[str, str, str]:
    return chosen.weights_sha256, chosen.spec.layer, chosen.spec.preprocessing
