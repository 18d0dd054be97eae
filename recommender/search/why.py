"""Why two products look alike: the regions of one picture that match regions of the other."""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _

from catalog.models import Product, composed
from recommender.embedders.contract import Embedder, UndecodablePicture
from recommender.embedders.networks.user_onnx import UserOnnxNetwork
from recommender.embedders.registry import EMBEDDERS, NETWORKS
from recommender.engines.contract import Index, point_of
from recommender.index.metrics import Metric
from recommender.live import selection
from recommender.live.paths import why_folder
from recommender.live.worker_threads import Lane, beside
from recommender.search.answering import live_index
from recommender.search.errors import BadQuery, SearchError
from recommender.search.matching import in_common
from recommender.search.outlining import outlined
from recommender.search.picture_query import embedder_of
from recommender.search.products import shown_products
from recommender.search.rarity import share_nearer
from recommender.search.scores import score
from runs.files import replace_file, sha256_of

# What changes the pictures changes this.
RECIPE = 2
# The number of a picture of the one product, and of one of the other.
NUMBERS = re.compile(r"([1-9][0-9]?)-([1-9][0-9]?)")
# Pictures kept, of about 20 kB each; those that were made first go first.
MAX_KEPT = 500


class NotOffered(SearchError):
    """The network does not tell of places, or has not seen one of the two."""

    status = 404


@dataclass(frozen=True)
class Pair:
    """Two products that the live index knows, as they show the pictures that are looked at."""

    index: Index
    product: Product
    other: Product

    @property
    def key(self) -> str:
        """Names what its picture depends on."""
        manifest = self.index.manifest
        hashes = [self.product.picture_hash, self.other.picture_hash]
        made = [manifest.embedder, manifest.weights_sha256, manifest.precision]
        parts = [RECIPE, *made, *hashes]
        return sha256_of(json.dumps(parts).encode())[:40]

    @property
    def turned(self) -> "Pair":
        return Pair(self.index, self.other, self.product)

    @property
    def numbers(self) -> str:
        """Of their pictures, as `pair` reads them."""
        return f"{self.product.picture_number}-{self.other.picture_number}"

    @property
    def distance(self) -> float:
        """How far apart they are, by cosine."""
        one, other = sorted([self.product.item_id, self.other.item_id])
        away = self.index.distances(point_of(self.index, one), Metric.COSINE, [other])
        return float(away[0])

    @property
    def score(self) -> float:
        """How alike they are, 0 to 100."""
        return score(self.distance, self.index.statistics.scale(Metric.COSINE))

    @property
    def rarity(self) -> float | None:
        """The share of products that have one nearer."""
        shares = share_nearer(self.index, Metric.COSINE, np.array([self.distance]))
        return None if shares is None else float(shares[0])


def is_offered() -> bool:
    """Whether the network whose index is live tells of places: a user's own ONNX file does not."""
    spec = EMBEDDERS.get(selection.name_served())
    return spec is not None and not isinstance(NETWORKS.get(spec.network), UserOnnxNetwork)


def pair(item_id: str, other: str, numbers: str = "") -> Pair:
    """The two products; raises SearchError for one that there is not, or that is not compared.

    They show the pictures of these `numbers` ("2-1"); those nearest to each other, by cosine,
    where none are named, or none that are still there.
    """
    other = composed(other)
    if not other or other == item_id:
        raise BadQuery(_("Name another product to compare it with."))
    found = shown_products([item_id, other])
    index = live_index()
    if not is_offered() or len(index.known_among([item_id, other])) < 2:
        raise NotOffered(_("For these two, it cannot be shown what makes them alike."))
    both = found[item_id], found[other]
    return _by_numbers(index, *both, numbers) or _by_pictures(index, *both)


def _by_numbers(index: Index, product: Product, other: Product, numbers: str) -> Pair | None:
    """The two by these of their pictures; None where these are none."""
    if not (named := NUMBERS.fullmatch(numbers)):
        return None
    sides = []
    for one, number in zip((product, other), map(int, named.groups()), strict=True):
        if number > 1 + len(one.further_hashes):
            return None
        sides.append(one.by_picture(["", *one.further_hashes][number - 1]))
    return Pair(index, *sides)


def _by_pictures(index: Index, product: Product, other: Product) -> Pair:
    """The two by their nearest pictures, as an answer about the first has them."""
    point, item_id = point_of(index, product.item_id), product.item_id
    ((shown, place),) = index.matched(point, Metric.COSINE, [other.item_id])
    hashes = index.further_hashes_of([item_id]).get(item_id, []) if place else []
    own = dict(enumerate(hashes, start=1)).get(place, "")
    return Pair(index, product.by_picture(own), other.by_picture(shown))


def picture(asked: Pair) -> bytes:
    """The product's picture with what it has in common with the other: kept, or made now. WebP.

    Both pictures go through the network in one pass, and what comes of both is kept. Raises
    SearchError.
    """
    if (known := _read(_path(asked))) is not None:
        return known
    try:
        data = asked.product.read_shown(), asked.other.read_shown()
        made = beside(Lane.PICTURES, _drawing_of, asked, embedder_of(asked.index), data)
    except (OSError, UndecodablePicture) as error:
        raise NotOffered(_("This product has no picture that can be analysed.")) from error
    if made is None:
        raise NotOffered(_("For these two, it cannot be shown what makes them alike."))
    return made


def _drawing_of(asked: Pair, embedder: Embedder, data: tuple[bytes, bytes]) -> bytes | None:
    if (known := _read(_path(asked))) is not None:
        return known  # made for the other picture of the page meanwhile
    found = in_common(embedder.embed_with_places([embedder.decode(one) for one in data]))
    if found is None:
        return None
    sides = zip(data, found.shares, found.regions, strict=True)
    made, others = (outlined(*side) for side in sides)
    with suppress(OSError):  # a full disk keeps nobody from seeing it
        replace_file(_path(asked), made)
        replace_file(_path(asked.turned), others)
        _clear(why_folder())
    return made


def _path(asked: Pair) -> Path:
    return why_folder() / f"{asked.key}.webp"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() or None
    except OSError:
        return None


def _clear(folder: Path) -> None:
    kept = sorted(folder.glob("*.webp"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[MAX_KEPT:]:
        path.unlink(missing_ok=True)
