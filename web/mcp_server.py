"""An MCP server: the search as tools that an assistant may call. `manage.py mcp` runs it.

The tools take the fields of a Query and give what the JSON API gives, with what the shop wrote set
apart. Nothing is changed by them.
"""

import inspect
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, close_old_connections
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

from catalog.fields import SEARCH
from catalog.forms import SearchForm
from catalog.models import composed
from recommender import VERSION
from recommender.search.answering import answer
from recommender.search.errors import BadQuery, SearchError
from recommender.search.fields import SIMILAR
from recommender.search.forms import SimilarForm
from recommender.search.products import shown_products
from web.mcp_fields import takes_fields
from web.mcp_speech import NOTE, WholeLines, for_assistant
from web.paging import NoSuchPage, page_of

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
INSTRUCTIONS = (
    "A shop's products, and which of them look alike. Distances: smaller is closer. Scores: 0 to "
    f"100, where 50 is any two products of the shop. item_ids are the shop's own. {NOTE}"
)


@contextmanager
def tool_errors() -> Iterator[None]:
    """What is refused reaches the assistant as our sentence; the database is let go of."""
    try:
        yield
    except (SearchError, NoSuchPage) as error:
        raise ToolError(str(error)) from error
    except DatabaseError as error:
        raise ToolError("The catalogue cannot be read at the moment.") from error
    finally:
        close_old_connections()


@takes_fields(SIMILAR)
def similar_products(item_id: str = "", **asked: Any) -> dict[str, Any]:
    """The products that look most like one (item_id), several (liked, disliked), words (looks)."""
    with tool_errors():
        form = SimilarForm(asked)
        one = (composed(item_id),) if item_id else ()
        query = form.query(liked=tuple(dict.fromkeys((*one, *form.liked_ids()))))
        return for_assistant(answer(query).as_dict())


@takes_fields(SEARCH, per_page=20)
def search_products(**asked: Any) -> dict[str, Any]:
    """Products by words in title, item_id or category, page by page."""
    with tool_errors():
        form = SearchForm(asked)
        if not form.is_valid():
            raise BadQuery(form.sentence())
        given = form.cleaned_data
        found = page_of(form.products(), given["page"], given["per_page"])
        told_of = [product.as_dict() for product in found]
        return for_assistant({"count": found.paginator.count, "products": told_of})


def product(item_id: str) -> dict[str, Any]:
    """One product: title, price, category, stock, and where it stands in the shop."""
    with tool_errors():
        item_id = composed(item_id)
        return for_assistant(shown_products([item_id])[item_id].as_dict())


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
