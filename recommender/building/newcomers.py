"""Products that come by themselves: their pictures embedded, and put into the live index at once.

All that are to be compared: what cannot be read, of the further ones, is left out, and told.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from catalog.colour_names import better_names
from catalog.colours.mixture import colours_of
from catalog.models import Product
from catalog.pictures import read_further, read_picture
from recommender.building.embedding import Embedded, embed_batch
from recommender.building.further import further_of_few
from recommender.embedders.contract import Embedder
from recommender.engines.contract import Index, Newcomers
from recommender.errors import IndexUnavailable, PublishError
from recommender.index.views import Views
from recommender.live.engine import engine
from recommender.search.errors import NotReady
from recommender.search.picture_query import embedder_of
from runs.files import error_text, sha256_of

logger = logging.getLogger(__name__)

# Products that are embedded before the first of them is found.
MOST = 128

# A product's pictures by their hashes, its first one first; none, where it is not there.
Hashes = tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What came of a product's pictures, its first one first, and the (48,) colours of that."""

    pictures: list[Embedded]
    colours: np.ndarray

    @property
    def hashes(self) -> Hashes:
        return tuple(one.content_hash for one in self.pictures)


def put_in(products: Iterable[Product]) -> dict[str, str]:
    """Embeds the pictures of those that the live index lacks, and puts them into it.

    Returns what could not be, by item_id: a product that has no other is for the next build.
    """
    noted = {product.item_id: product.content_hash for product in products}
    try:
        index = engine().live()
        further = further_of_few(noted)
        wanted = {item_id: (first, *further.get(item_id, ())) for item_id, first in noted.items()}
        known = _present(index, wanted)
        lacking = [item_id for item_id in wanted if wanted[item_id] != known[item_id]][:MOST]
        if not lacking:
            return {}
        found, reasons = _embedded(embedder_of(index), {i: wanted[i] for i in lacking})
        # What cannot be read may be all that is lacking.
        _insert(index, {i: seen for i, seen in found.items() if seen.hashes != known[i]})
        return reasons
    except (IndexUnavailable, NotReady, PublishError) as error:
        sentence = str(getattr(error, "for_owner", error))
        logger.warning("Not found by its looks before the next build: %s", sentence)
        return dict.fromkeys(noted, sentence)


def _present(index: Index, item_ids: Iterable[str]) -> dict[str, Hashes]:
    """The pictures that the index has of each."""
    ids = list(item_ids)
    first, further = index.hashes_of(ids), index.further_hashes_of(ids)
    return {i: (first[i], *further.get(i, ())) if i in first else () for i in ids}


def _embedded(
    embedder: Embedder, wanted: Mapping[str, Hashes]
) -> tuple[dict[str, Seen], dict[str, str]]:
    """What came of the products' pictures; and why, where one is left out."""
    found, reasons = {}, {}
    for item_id, (_, *further) in wanted.items():
        told: list[str] = []
        try:
            read = [read_picture(item_id), *_read(item_id, further, told)]
        except (OSError, ValueError) as error:
            reasons[item_id] = error_text(error)
            continue
        first, *others = embed_batch(embedder, read)
        if first.vector is None:
            reasons[item_id] = first.reason
            continue
        told += [one.reason for one in others if one.vector is None]
        sound = [one for one in others if one.vector is not None]
        found[item_id] = Seen([first, *sound], colours_of(read[0]))
        if told:
            reasons[item_id] = f"{'; '.join(told)}; the product keeps its other pictures"
    return found, reasons


def _read(item_id: str, hashes: Sequence[str], told: list[str]) -> Iterator[bytes]:
    """The further pictures that can be read; of the others it is told why not."""
    for content_hash in hashes:
        try:
            data = read_further(item_id, content_hash)
        except (OSError, ValueError) as error:
            told.append(f"a further picture cannot be read: {error_text(error)}")
            continue
        if sha256_of(data) == content_hash:
            yield data
        else:
            told.append("the file of a further picture holds another one")


def _insert(index: Index, found: Mapping[str, Seen]) -> None:
    """Raises PublishError, IndexUnavailable."""
    if found:
        engine().insert(index.manifest.embedder, _newcomers(index, found))
        first = [seen.pictures[0] for seen in found.values()]
        better_names({one.content_hash: one.colour_names for one in first})


def _newcomers(index: Index, found: Mapping[str, Seen]) -> Newcomers:
    seen = list(found.values())
    features = _features(one.pictures[0] for one in seen)
    newcomers = Newcomers(
        list(found),
        [one.hashes[0] for one in seen],
        engine().as_kept(index.vectors_of(features)),
        np.stack([one.colours for one in seen]) if index.has_colours else None,
        features,
    )
    further = [picture for one in seen for picture in one.pictures[1:]]
    if not further:
        return newcomers
    rows = np.repeat(np.arange(len(seen)), [len(one.pictures) - 1 for one in seen])
    features = _features(further)
    vectors = engine().as_kept(index.vectors_of(features))
    views = Views.of(rows, [picture.content_hash for picture in further], vectors)
    return replace(newcomers, views=views, features_of_views=features)


def _features(pictures: Iterable[Embedded]) -> np.ndarray:
    return np.stack([one.vector for one in pictures if one.vector is not None])
