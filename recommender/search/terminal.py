"""A query and its answer as `manage.py similar` takes and prints them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from catalog.fields import Field, User
from catalog.kinds import Price, Text, YesNo
from catalog.models import composed
from recommender.search.answers import Answer, Match
from recommender.search.errors import SearchError, UnknownProduct, legible
from recommender.search.fields import SIMILAR
from recommender.search.forms import SimilarForm
from recommender.search.kinds import Ids
from recommender.search.products import shown_products
from recommender.search.query import Query

# What `manage.py similar` takes beside the product or picture; an address is one of these.
OPTIONS = [field for field in SIMILAR if User.PROGRAM in field.users and field.name != "url"]


def add_options(parser: CommandParser) -> None:
    """Adds an option for each field of a query."""
    for field in OPTIONS:
        name = "-k" if field.name == "k" else f"--{field.name.replace('_', '-')}"
        parser.add_argument(name, dest=field.name, **_option(field))


def _option(field: Field) -> dict[str, Any]:
    help_ = field.help.replace("%", "%%")
    match field.kind:
        case YesNo():
            return {"action": "store_true", "help": help_}
        case Ids():
            return {"action": "append", "metavar": field.kind.metavar, "help": help_}
        case Text() | Price():
            return {"metavar": field.kind.metavar, "help": help_}
    default = "" if field.default is None else f"; default {field.default}"
    values = field.kind.values.replace("`", "")
    return {"metavar": field.kind.metavar, "help": f"{help_} ({values}{default})"}


def form_of(options: dict[str, Any]) -> SimilarForm:
    """The form of what was typed."""
    named = [field.name for field in OPTIONS]
    return SimilarForm({name: options[name] for name in named if options[name] is not None})


class NoSuchThing(SearchError):
    """What was typed is neither a product's id nor a file's name."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"There is no product “{legible(text)}”, and no picture file of that name. "
            "A product's id is the last part of its page's address; the admin lists them all."
        )


def query_of(text: str, form: SimilarForm) -> Query:
    """The query about what was typed: a product's id, an address, else a picture file's name.

    Without any, it is about the words for looks, and what is liked beside them.

    Raises SearchError, and OSError when the file cannot be read.
    """
    if not text:
        return form.query()
    if text.startswith(("http://", "https://")):
        return form.query(url=text)
    try:
        item_id = composed(text)
        shown_products([item_id])
        return form.query(liked=(item_id, *form.liked_ids()))
    except UnknownProduct:
        return form.query(picture=_picture(text))


def _picture(text: str) -> bytes:
    try:
        return Path(text).read_bytes()
    except (PermissionError, IsADirectoryError):
        raise
    except (OSError, ValueError):  # there is no such file, or none can be called so
        raise NoSuchThing(text) from None


def lines(answer: Answer) -> Iterator[str]:
    """The answer as a table, with a header; a title only where the shop gives one."""
    if not answer.indexed:
        yield f"“{answer.product}” is not in the index yet. Run: manage.py build_index"
        return
    ranking = answer.looks
    width = max([len(match.product.item_id) for match in ranking.matches], default=0)
    width = max(width, len("item_id"))
    yield f"{ranking.metric:>12}  score  {'item_id':{width}}  title"
    for match in ranking.matches:
        yield _line(match, width)


def _line(match: Match, width: int) -> str:
    product = match.product
    if match.distance is None or match.score is None:
        measured = f"{match.because:>12}  {'':5}"
    else:
        measured = f"{match.distance:12.6g}  {match.score:5.1f}"
    return f"{measured}  {product.item_id:{width}}  {product.title}".rstrip()
