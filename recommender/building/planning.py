"""The first step of a build: what the catalogue has that the live index lacks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from catalog import shops
from catalog.models import Product
from recommender.building.checkpoints import Checkpoint
from recommender.embedders.choice import ChosenEmbedder
from recommender.index.similarity_index import SimilarityIndex
from recommender.live import current as store
from recommender.live.paths import checkpoint_folder
from runs.progress import pluralise


@dataclass
class Plan:
    """What a build will do, and what it knows already.

    `pictures` is all that the index shall hold: item_id -> the SHA-256 of its picture, as the
    catalogue has noted it, and as it was found once it is read. `to_read` are the products whose
    picture is not known; `known`, the hashes whose vectors are in `current` or the checkpoint.
    `live_count` is how many products the live index has, without those that their owner took out.
    """

    chosen: ChosenEmbedder
    checkpoint: Checkpoint
    current: SimilarityIndex | None
    live_count: int
    pictures: dict[str, str]
    to_read: list[str]
    left_for_later: int
    known: set[str] = field(default_factory=set)
    embedded: list[str] = field(default_factory=list)
    only_thumbnails: int = 0

    def summary(self) -> str:
        """What will be done, for people: "360 products, 12 pictures to embed"."""
        later = f", {self.left_for_later} left for later" if self.left_for_later else ""
        products = pluralise(len(self.pictures), "product")
        small = (
            f"; {self.only_thumbnails} seen as thumbnails until their shop is visited again"
            if self.only_thumbnails
            else ""
        )
        return f"{products}, {pluralise(len(self.to_read), 'picture')} to embed{later}{small}"

    def known_row(self, item_id: str) -> str | None:
        """The hash that the live index has of this product, if it has the product."""
        if self.current is None or item_id not in self.current:
            return None
        return str(self.current.content_hashes[self.current.row_of(item_id)].decode())


def plan(chosen: ChosenEmbedder, *, full: bool = False, limit: int | None = None) -> Plan:
    """Compares the catalogue with the live index and the checkpoint of a killed build.

    `full` starts from nothing; `limit` is the most pictures to embed in this run.
    """
    checkpoint = _checkpoint(chosen)
    if full:
        checkpoint.clear()
    current = None if full else store.matching_index(chosen)
    pictures = dict(_catalogue())
    known = checkpoint.hashes() | _hashes(current)
    missing = [item_id for item_id, noted in pictures.items() if noted not in known]
    to_read = list(islice(missing, limit))
    later = len(missing) - len(to_read)
    live_count = store.live_count(chosen.spec.name, without=shops.taken_out())
    # An older version of this program kept no larger pictures.
    small = Product.shown.filter(picture_width=None).count()
    return Plan(
        chosen, checkpoint, current, live_count, pictures, to_read, later, known,
        only_thumbnails=small,
    )  # fmt: skip


def _checkpoint(chosen: ChosenEmbedder) -> Checkpoint:
    """Where an unfinished build keeps its embeddings; other weights, other place."""
    name = f"{chosen.spec.name}-{chosen.spec.layer}-{chosen.weights_sha256[:16]}"
    return Checkpoint(checkpoint_folder(name), chosen.spec.dimension)


def _catalogue() -> Iterator[tuple[str, str]]:
    rows: Iterable[tuple[str, str]] = Product.shown.values_list("item_id", "content_hash")
    yield from rows


def _hashes(index: SimilarityIndex | None) -> set[str]:
    return set() if index is None else {value.decode() for value in index.content_hashes}
