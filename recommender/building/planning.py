"""The first step of a build: what the catalogue has that the live index lacks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from catalog import shops
from catalog.models import Product
from recommender.building.checkpoints import Checkpoint
from recommender.building.fitting import ENOUGH_FOR_A_CENTRE, ENOUGH_FOR_A_MAP
from recommender.building.further import Further, count, further_of, to_read
from recommender.building.pipeline import Asked
from recommender.building.workers import ThisProcess, Workers
from recommender.embedders.contract import FLOAT32, LoadableEmbedder
from recommender.errors import SimilarityError
from recommender.index.projection import Projection
from recommender.index.similarity_index import SimilarityIndex
from recommender.live.engine import engine
from recommender.live.paths import checkpoint_folder, features_folder
from runs.progress import pluralise


class NothingToFit(SimilarityError):
    """A projection was asked for that cannot be fitted; the sentence says why."""


@dataclass
class Plan:
    """What a build will do, and what it knows already.

    `pictures` is all that the index shall hold: item_id -> the SHA-256 of its picture, as the
    catalogue has noted it, and as it was found once it is read. `to_read` are the products whose
    picture is not known; `known`, the hashes whose vectors are in `current` or the checkpoint. For
    an embedder with a projection, the checkpoint keeps its features for good; `refit` asks for
    another one, and `fitted` is the one that was; where that may come, it `needs_features` of all.
    `live_count` is how many products the live index has, without those that their owner took out.
    `further` are the hashes of products' further pictures, of which `further_to_read` are not
    known. `workers` embed, and make the lists.
    """

    chosen: LoadableEmbedder
    checkpoint: Checkpoint
    current: SimilarityIndex | None
    live_count: int
    pictures: dict[str, str]
    to_read: list[str]
    left_for_later: int
    known: set[str] = field(default_factory=set)
    embedded: list[str] = field(default_factory=list)
    needs_features: bool = True
    refit: bool = False
    fitted: Projection | None = None
    why_anew: str = ""
    was_tuned: bool = False
    further: Further = field(default_factory=dict)
    further_to_read: list[Asked] = field(default_factory=list)
    workers: Workers = field(default_factory=ThisProcess)

    @property
    def to_embed(self) -> list[Asked]:
        """All pictures that are to be read."""
        return [*self.to_read, *self.further_to_read]

    @property
    def projection(self) -> Projection | None:
        """What the live index's vectors went through."""
        return None if self.current is None else self.current.projection

    @property
    def keeps_features(self) -> bool:
        """Whether what the network gives is kept beside the index, which holds something else."""
        return bool(self.chosen.spec.parts)

    def is_due(self, different: int) -> bool:
        """Whether a catalogue of so many different pictures gets a projection fitted to it."""
        if not self.keeps_features or different < ENOUGH_FOR_A_CENTRE:
            return False
        before = self.projection
        if before is not None and before.about.tuned_to:
            return self.refit  # or what the shop taught would be lost unasked
        if self.refit or before is None or different >= 2 * before.about.fitted_on:
            return True
        return different >= ENOUGH_FOR_A_MAP and not before.about.learnt_from

    def says_of_tuning(self) -> str:
        """What is to be heard of a map that was tuned to the shop's categories; else ""."""
        before = self.projection
        if self.was_tuned and (before is None or self.fitted is not None):
            return "The map is no longer tuned to categories. To tune it again: manage.py tune"
        different = len(set(self.pictures.values()))
        if self.was_tuned and before and different >= 2 * before.about.fitted_on > 0:
            return (
                "The catalogue has doubled since the map was fitted; being tuned to categories, it "
                "was left as it is. To fit and tune it anew: manage.py tune"
            )
        return ""

    def summary(self) -> str:
        """What will be done, for people: "360 products, 12 pictures to embed"."""
        later = f", {self.left_for_later} left for later" if self.left_for_later else ""
        products = pluralise(len(self.pictures), "product")
        if further := count(self.further):
            products += f" and {pluralise(further, 'further picture')}"
        anew = f", all anew, since {self.why_anew}" if self.why_anew and self.to_read else ""
        to_embed = f"{pluralise(len(self.to_embed), 'picture')} to embed"
        return f"{products}, {to_embed}{anew}{later}"

    def known_row(self, item_id: str) -> str | None:
        """The hash that the live index has of this product, if it has the product."""
        if self.current is None or item_id not in self.current:
            return None
        return str(self.current.content_hashes[self.current.row_of(item_id)].decode())


def plan(
    chosen: LoadableEmbedder, *, full: bool = False, limit: int | None = None, refit: bool = False
) -> Plan:
    """Compares the catalogue with the live index and the checkpoint of a killed build.

    `full` starts from nothing; `limit` is the most pictures to embed in this run; `refit` fits the
    projection again. Raises NothingToFit.
    """
    checkpoint = checkpoint_of(chosen)
    if full:
        checkpoint.clear()
    current = None if full else engine().matching(chosen)
    pictures = dict(_catalogue())
    made = Plan(chosen, checkpoint, current, 0, pictures, [], 0, checkpoint.hashes(), refit=refit)
    if refit:
        _require_enough(made)
    made.needs_features = _needs_features(made)
    if not made.needs_features:
        made.known |= _hashes(current)
    missing = [item_id for item_id, noted in pictures.items() if noted not in made.known]
    made.to_read = list(islice(missing, limit))
    made.left_for_later = len(missing) - len(made.to_read)
    made.further = further_of(pictures)
    room = None if limit is None else limit - len(made.to_read)
    made.further_to_read = list(islice(to_read(made.further, made.known), room))
    made.why_anew = "" if current is not None or full else engine().why_unusable(chosen.spec)
    made.was_tuned = _was_tuned(chosen.spec.name)
    made.live_count = engine().count(chosen.spec.name, without=shops.taken_out())
    return made


def _was_tuned(embedder: str) -> bool:
    projection = engine().projection(embedder)
    return projection is not None and bool(projection.about.tuned_to)


def _needs_features(made: Plan) -> bool:
    """Whether vectors of the live index do not serve: they may all be projected anew."""
    different = len(set(made.pictures.values()))
    return made.keeps_features and (made.projection is None or made.is_due(different))


def _require_enough(made: Plan) -> None:
    """Raises NothingToFit where no projection can be fitted."""
    spec, different = made.chosen.spec, len(set(made.pictures.values()))
    if not made.keeps_features:
        raise NothingToFit(f"{spec.name} has no projection: its vectors are compared as they are.")
    if different < ENOUGH_FOR_A_CENTRE:
        raise NothingToFit(
            f"A projection is fitted to {ENOUGH_FOR_A_CENTRE} different pictures or more; there "
            f"are {different}, so the program's own is used."
        )


def checkpoint_of(chosen: LoadableEmbedder) -> Checkpoint:
    """Where a build keeps what it embeds; other weights or another precision, another place."""
    spec, weights = chosen.spec, chosen.weights_sha256[:16]
    made_in = "" if spec.precision == FLOAT32 else f"-{spec.precision}"
    if spec.parts:
        folder = features_folder(spec.name, f"{spec.layer}-{spec.preprocessing}-{weights}{made_in}")
    else:
        folder = checkpoint_folder(f"{spec.name}-{spec.layer}-{weights}{made_in}")
    return Checkpoint(folder, spec.dimension)


def _catalogue() -> Iterator[tuple[str, str]]:
    rows: Iterable[tuple[str, str]] = Product.shown.values_list("item_id", "content_hash")
    yield from rows


def _hashes(index: SimilarityIndex | None) -> set[str]:
    if index is None:
        return set()
    further = () if index.views is None else index.views.hashes
    return {value.decode() for value in (*index.content_hashes, *further)}
