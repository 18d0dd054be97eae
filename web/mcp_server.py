"""An MCP server: the search as tools that an assistant may call. `manage.py mcp` runs it.

The tools take the fields of a Query and give what the JSON API gives, with what the shop wrote set
apart. Nothing is changed by them.
"""

import inspect
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import DatabaseError, close_old_connections
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

from catalog.forms import SearchForm
from catalog.models import composed
from recommender import VERSION
from recommender.search.answering import answer
from recommender.search.errors import BadQuery, SearchError
from recommender.search.forms import SimilarForm
from recommender.search.products import shown_products
from web.mcp_speech import NOTE, WholeLines, told
from web.paging import NoSuchPage, page_of

Tool = TypeVar("Tool", bound=Callable[..., Any])
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
INSTRUCTIONS = (
    "A shop's products, and which of them look alike. Distances: smaller is closer. Scores: 0 to "
    f"100, where 50 is any two products of the shop. item_ids are the shop's own. {NOTE}"
)


@contextmanager
def refused() -> Iterator[None]:
    """What is refused reaches the assistant as our sentence; the database is let go of."""
    try:
        yield
    except (SearchError, NoSuchPage) as error:
        raise ToolError(str(error)) from error
    except DatabaseError as error:
        raise ToolError("The catalogue cannot be read at the moment.") from error
    finally:
        close_old_connections()


def similar_products(
    item_id: str = "",
    liked: list[str] | None = None,
    disliked: list[str] | None = None,
    k: int = 5,
    metric: str = "cosine",
    words: str = "",
    category: str = "",
    shop: str = "",
    price_from: str = "",
    price_to: str = "",
    in_stock: bool = False,
    in_colour: str = "",
    diversity: float = 0.0,
    colour: float = 0.0,
    min_score: float = 0.0,
) -> dict[str, Any]:
    """The products that look most like one (item_id), or like several (liked, disliked).

    k: 1 to 50. metric: cosine, euclidean or manhattan. words, category, shop, prices, in_stock and
    in_colour (a name such as blue) narrow the answer. diversity, colour: 0 to 1. min_score: 0 to
    100.
    """
    fields = {
        "k": k, "metric": metric, "q": words, "category": category, "shop": shop,
        "price_from": price_from, "price_to": price_to, "in_stock": in_stock,
        "in_colour": in_colour, "diversity": diversity, "colour": colour, "min_score": min_score,
        "disliked": disliked or [],
    }  # fmt: skip
    with refused():
        named = (*([item_id] if item_id else []), *(liked or []))
        asked = tuple(dict.fromkeys(map(composed, named)))
        return told(answer(SimilarForm(fields).query(liked=asked)).as_dict())


def search_products(
    words: str,
    category: str = "",
    price_from: str = "",
    price_to: str = "",
    in_stock: bool = False,
    in_colour: str = "",
    limit: int = 20,
    page: int = 1,
) -> dict[str, Any]:
    """Products by words in title, item_id or category; limit: 1 to 100 a page."""
    fields = {
        "q": words, "category": category, "price_from": price_from, "price_to": price_to,
        "in_stock": in_stock, "in_colour": in_colour, "per_page": limit, "page": page,
    }  # fmt: skip
    with refused():
        form = SearchForm(fields)
        if not form.is_valid():
            raise BadQuery(form.sentence())
        found = page_of(form.filters().products(), page, limit)
        told_of = [product.as_dict() for product in found]
        return told({"count": found.paginator.count, "products": told_of})


def product(item_id: str) -> dict[str, Any]:
    """One product: title, price, category, stock, and where it stands in the shop."""
    with refused():
        item_id = composed(item_id)
        return told(shown_products([item_id])[item_id].as_dict())


def make_server() -> "MCPServer[Any]":
    """The server with its three tools."""
    server: MCPServer[Any] = MCPServer(
        "lookalike", version=VERSION, instructions=INSTRUCTIONS, log_level="WARNING"
    )
    for tool in (similar_products, search_products, product):
        described = f"{inspect.getdoc(tool)}\n\n{NOTE}"
        server.tool(annotations=READS, description=described)(tool)
    return server


def serve() -> None:
    """Speaks over stdin and stdout until stdin ends."""
    sys.stdin = io.TextIOWrapper(WholeLines(sys.stdin.buffer), encoding="utf-8", errors="replace")
    make_server().run("stdio")
