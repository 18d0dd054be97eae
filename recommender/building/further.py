"""A build's further pictures: which are compared, which are to be read, and their rows.

They go through the network as first ones do, by content. Projections, maps and words go by the
first pictures alone.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import QuerySet

from catalog.models import Product
from catalog.more_pictures import MANY_PRODUCTS, MAX_URL_CHARACTERS
from catalog.records import shown_text
from recommender.building.pipeline import Asked
from recommender.index.similarity_index import SimilarityIndex

# item_id -> the hashes of its further pictures, in the shop's order.
Further = dict[str, list[str]]
# A product, or the group of its variants.
Owner = tuple[str, str]

COLUMNS = ("item_id", "shop", "group", "content_hash", "more_pictures")
# Products that are asked whether they have a newcomer's pictures, too.
NEWEST = 5000


def are_compared() -> bool:
    """Whether an index holds further pictures."""
    return int(settings.PICTURES_PER_PRODUCT) > 1


@dataclass(frozen=True)
class _Sharing:
    """Who has a picture, by its hash; and at which addresses those are that several have."""

    owners: defaultdict[str, set[Owner]] = field(default_factory=lambda: defaultdict(set))
    addresses: dict[str, str] = field(default_factory=dict)


def further_of(products: Collection[str]) -> Further:
    """Those of the shown products that are compared; none that so many have, variants aside."""
    if not are_compared():
        return {}
    sharing, everyone = _Sharing(), Product.shown.all()
    found = _noted(everyone, sharing)
    _note_who_names_them(everyone, sharing)
    return _own({i: found[i] for i in found if i in products}, sharing)


def further_of_few(item_ids: Collection[str]) -> Further:
    """The same of a few products, at once: by what they and the newest others have."""
    if not are_compared():
        return {}
    sharing, few = _Sharing(), Product.shown.filter(item_id__in=item_ids)
    found = _noted(few, sharing)
    if any(found.values()):
        newest = Product.shown.order_by("-pk")[:NEWEST]
        _noted(newest, sharing)
        for products in (few, newest):
            _note_who_names_them(products, sharing)
    return _own(found, sharing)


def _noted(products: QuerySet[Product], sharing: _Sharing) -> Further:
    """Their further pictures; who has these, and the first ones, is noted."""
    found: Further = {}
    for item_id, shop, group, first, rows in products.values_list(*COLUMNS).iterator():
        at = {one["hash"]: one["url"] for one in rows[: settings.PICTURES_PER_PRODUCT - 1]}
        for content_hash in {first, *at}:
            owners = sharing.owners[content_hash]
            owners.add(_owner(item_id, shop, group))
            if len(owners) > 1 and content_hash in at:
                sharing.addresses[shown_text(at[content_hash])] = content_hash
        found[item_id] = [one for one in at if one != first]
    return found


def _note_who_names_them(products: QuerySet[Product], sharing: _Sharing) -> None:
    """Notes also those whose shop lists a picture that several have among theirs: of what many
    name, a scrape keeps the file for the first few."""
    if not sharing.addresses:
        return
    columns = ("item_id", "shop", "group", "image_urls")
    for *names, addresses in products.values_list(*columns).iterator():
        for address in addresses:
            if content_hash := sharing.addresses.get(address[:MAX_URL_CHARACTERS]):
                sharing.owners[content_hash].add(_owner(*names))


def _owner(item_id: str, shop: str, group: str) -> Owner:
    return (shop, group) if group else ("", item_id)


def _own(found: Further, sharing: _Sharing) -> Further:
    """Without those that many have."""
    kept = {
        item_id: [one for one in hashes if len(sharing.owners[one]) <= MANY_PRODUCTS]
        for item_id, hashes in found.items()
    }
    return {item_id: hashes for item_id, hashes in kept.items() if hashes}


def further_in(index: SimilarityIndex) -> Further:
    """Those that an index has."""
    found: Further = {}
    if index.views is not None:
        for row, content_hash in zip(index.views.products, index.views.hashes, strict=True):
            found.setdefault(str(index.item_ids[row]), []).append(content_hash.decode())
    return found


def to_read(further: Further, known: Collection[str]) -> Iterator[Asked]:
    """Those whose vectors are not known, each picture once."""
    asked = set(known)
    for item_id, hashes in further.items():
        for content_hash in hashes:
            if content_hash not in asked:
                asked.add(content_hash)
                yield item_id, content_hash


def rows_of_further(
    further: Further, item_ids: Iterable[str], known: Collection[str]
) -> tuple[list[int], list[str]]:
    """For the products of an index: the row of each further picture's product, and its hash."""
    rows = [
        (row, content_hash)
        for row, item_id in enumerate(item_ids)
        for content_hash in further.get(item_id, ())
        if content_hash in known
    ]
    return [row for row, _ in rows], [content_hash for _, content_hash in rows]


def count(further: Mapping[str, list[str]]) -> int:
    """How many they are."""
    return Counter({item_id: len(hashes) for item_id, hashes in further.items()}).total()
