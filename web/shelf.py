"""A visitor's shelf: what they like and what not, in an address, and nothing of it kept here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import memory
from catalog.addresses import can_be_an_id
from catalog.models import Product, composed
from recommender.search.errors import BadQuery
from recommender.search.kinds import MAX_NAMED, NAMED_RULE

LIKED, DISLIKED = "liked", "disliked"


@dataclass(frozen=True)
class Thing:
    """A product on the shelf, and the addresses of the shelf without it, and with it as the
    other, liked or not."""

    product: Product
    without: str
    turned: str


@dataclass(frozen=True)
class Shelf:
    """What stands on it, in the order of the address; `gone`: how many the shop has no more."""

    liked: list[Thing]
    disliked: list[Thing]
    gone: int

    @property
    def more(self) -> str:
        """The page of what looks like all that is liked; "" where nothing is."""
        first, *others = [thing.product.item_id for thing in self.liked] or [""]
        asked = _pairs(others, [thing.product.item_id for thing in self.disliked])
        address = reverse("product", args=[first]) if first else ""
        return f"{address}?{urlencode(asked)}" if address and asked else address


def shelf_of(asked: QueryDict) -> Shelf:
    """The shelf of an address; one query of the database at most. Raises BadQuery."""
    liked, disliked = (_ids(asked, name) for name in (LIKED, DISLIKED))
    if len(liked) + len(disliked) > MAX_NAMED:
        raise BadQuery(str(NAMED_RULE))
    if both := set(liked) & set(disliked):
        raise BadQuery(_("“%(id)s” cannot be liked and disliked at once.") % {"id": min(both)})
    found = memory.of_now().shown(filter(can_be_an_id, [*liked, *disliked]))
    likes, dislikes = ([one for one in ids if one in found] for ids in (liked, disliked))
    return Shelf(
        [Thing(found[one], *_moved(likes, dislikes, one)) for one in likes],
        [Thing(found[one], *_moved_back(likes, dislikes, one)) for one in dislikes],
        len(liked) + len(disliked) - len(found),
    )


def address(liked: Iterable[str], disliked: Iterable[str] = ()) -> str:
    """The shelf with these products."""
    pairs = _pairs(liked, disliked)
    return f"{reverse('shelf')}?{urlencode(pairs)}" if pairs else reverse("shelf")


def _moved(likes: Sequence[str], dislikes: Sequence[str], one: str) -> tuple[str, str]:
    """The addresses without one that is liked, and with it as one that is not."""
    left = [other for other in likes if other != one]
    return address(left, dislikes), address(left, [*dislikes, one])


def _moved_back(likes: Sequence[str], dislikes: Sequence[str], one: str) -> tuple[str, str]:
    """The same of one that is not liked."""
    left = [other for other in dislikes if other != one]
    return address(likes, left), address([*likes, one], left)


def _ids(asked: QueryDict, name: str) -> list[str]:
    return list(dict.fromkeys(composed(item_id) for item_id in asked.getlist(name) if item_id))


def _pairs(liked: Iterable[str], disliked: Iterable[str]) -> list[tuple[str, str]]:
    return [(LIKED, one) for one in liked] + [(DISLIKED, one) for one in disliked]
