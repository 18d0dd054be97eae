"""Words for looks on pages: whether they can be asked for, and which there are."""

from collections.abc import Iterable

from django.http import QueryDict

from catalog.controls import Control, controls
from catalog.fields import Field
from recommender.search.answering import live_index
from recommender.search.errors import NotReady
from recommender.search.fields import LOOKS
from recommender.search.word_query import reads_words, words_offered


def controls_of(fields: Iterable[Field], asked: QueryDict) -> list[Control]:
    """The controls of a page, without that for looks where the live index reads no words."""
    found = controls(fields, asked)
    return found if _can_be_asked() else [one for one in found if one.field is not LOOKS]


def chips() -> list[str]:
    """The words that are offered; none without an index."""
    try:
        return words_offered(live_index())
    except NotReady:
        return []


def _can_be_asked() -> bool:
    try:
        return reads_words(live_index())
    except NotReady:
        return False
