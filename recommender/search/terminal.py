"""A query and its answer as `manage.py similar` takes and prints them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from catalog.colours import NAMES
from catalog.models import composed
from recommender.index.metrics import Metric
from recommender.search.answers import Answer, Match
from recommender.search.errors import SearchError, UnknownProduct, legible
from recommender.search.forms import SimilarForm
from recommender.search.products import shown_products
from recommender.search.query import FEW, MOST, Query

# The options of `manage.py similar` beside the product or picture: field, how it is told.
OPTIONS: dict[str, dict[str, Any]] = {
    "metric": {"default": Metric.COSINE.value, "help": ", ".join(Metric)},
    "k": {"default": FEW, "help": f"how many neighbours, 1 to {MOST}"},
    "crop": {"metavar": "LEFT,TOP,RIGHT,BOTTOM", "help": "a part of the picture, as shares of it"},
    "liked": {"action": "append", "metavar": "ITEM_ID", "help": "another one to be like"},
    "disliked": {"action": "append", "metavar": "ITEM_ID", "help": "one to be unlike"},
    "q": {"metavar": "WORDS", "help": "only products with these words"},
    "category": {"help": "only products of this category"},
    "shop": {"help": "only products of this shop"},
    "price_from": {"metavar": "PRICE", "help": "only products at this price or more"},
    "price_to": {"metavar": "PRICE", "help": "only products at this price or less"},
    "in_stock": {"action": "store_true", "help": "only products that are not sold out"},
    "in_colour": {"choices": NAMES, "help": "only products that show much of this colour"},
    "min_score": {"metavar": "0…100", "help": "what scores less gives way to its category"},
    "colour": {"metavar": "0…1", "help": "how much colour counts; default 0, shape and print"},
    "diversity": {"metavar": "0…1", "help": "how much the answers shall differ; default 0"},
}


def add_options(parser: CommandParser) -> None:
    """Adds an option for each field of a query."""
    for field, told in OPTIONS.items():
        name = "-k" if field == "k" else f"--{field.replace('_', '-')}"
        parser.add_argument(name, dest=field, **told)


def form_of(options: dict[str, Any]) -> SimilarForm:
    """The form of what was typed."""
    return SimilarForm({field: options[field] for field in OPTIONS if options[field] is not None})


class NoSuchThing(SearchError):
    """What was typed is neither a product's id nor a file's name."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"There is no product “{legible(text)}”, and no picture file of that name. "
            "A product's id is the last part of its page's address; the admin lists them all."
        )


def query_of(text: str, form: SimilarForm) -> Query:
    """The query about what was typed: a product's id, an address, else a picture file's name.

    Raises SearchError, and OSError when the file cannot be read.
    """
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
