"""A query and its answer as `manage.py similar` takes and prints them."""

from collections.abc import Iterator
from pathlib import Path

from catalog.models import Product
from recommender.search.answers import Answer
from recommender.search.errors import SearchError, UnknownProduct, legible
from recommender.search.forms import SimilarForm
from recommender.search.products import shown_products
from recommender.search.query import Query


class NoSuchThing(SearchError):
    """What was typed is neither a product's id nor a file's name."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"There is no product “{legible(text)}”, and no picture file of that name. "
            "Ids stand under the pictures of the site, and in the admin."
        )


def query_of(text: str, form: SimilarForm) -> Query:
    """The query about what was typed: a product's id, else a picture file's name.

    Raises SearchError, and OSError when the file cannot be read.
    """
    try:
        shown_products([text])
        return form.query(liked=(text,))
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
    ranking = answer.rankings[0]
    width = max([len(match.product.item_id) for match in ranking.matches], default=0)
    width = max(width, len("item_id"))
    yield f"{ranking.metric:>12}  {'item_id':{width}}  title"
    for match in ranking.matches:
        yield _line(match.distance, match.product, width)


def _line(distance: float, product: Product, width: int) -> str:
    return f"{distance:12.6g}  {product.item_id:{width}}  {product.title}".rstrip()
