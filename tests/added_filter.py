"""What test_extending.py asks of a copy of the project in which docs/extend.md's filter was added."""

from datetime import timedelta
from io import StringIO

import anyio
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from mcp.server.mcpserver.exceptions import ToolError

from catalog.models import Product
from tests.tables import PARTS, ROOT, as_made
from web import mcp_server

pytestmark = pytest.mark.django_db
TOO_MANY = "Ensure this value is less than or equal to 365."


@pytest.fixture(autouse=True)
def old_hats(live, monkeypatch):
    """Hats (1, 3, 5) came ten days ago, shirts (0, 2, 4) just now."""
    monkeypatch.setattr(mcp_server, "close_old_connections", lambda: None)
    Product.objects.filter(category="hats").update(first_seen=timezone.now() - timedelta(days=10))


def ids(products) -> set[str]:
    return {product["item_id"] for product in products}


def test_pages_have_a_control_and_lead_on_with_it(client):
    page = client.get("/products/0/?new_for=5").content.decode()
    assert "New for so many days" in page
    assert 'name="new_for" value="5"' in page
    assert 'href="/products/2/?new_for=5&amp;trail=0"' in page
    assert 'data-item="1"' not in page
    grid = client.get("/browse/?new_for=5").content.decode()
    assert 'name="new_for" value="5"' in grid
    assert 'data-item="2"' in grid
    assert 'data-item="1"' not in grid
    refused = client.get("/products/0/?new_for=366")
    assert refused.status_code == 400
    assert f"New for so many days: {TOO_MANY}" in refused.content.decode()


def test_the_api_takes_and_describes_it(client):
    for address, name in (("products/0/similar/", "neighbours"), ("products/", "products")):
        answer = client.get(f"/api/v1/{address}?new_for=5").json()
        assert ids(answer[name]) <= {"0", "2", "4"}
        assert len(answer[name]) >= 2
    assert client.get("/api/v1/products/?new_for=366").json() == {"error": f"new_for: {TOO_MANY}"}
    described = client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/search/"]["get"]
    [told] = [one for one in described["parameters"] if one["name"] == "new_for"]
    assert told["description"] == "Only what came within so many days."
    number = {"type": "integer", "minimum": 1, "maximum": 365}
    assert told["schema"] == {"anyOf": [number, {"const": ""}]}


def test_the_command_has_an_option():
    call_command("similar", "0", "--new-for", "5", stdout=(out := StringIO()))
    assert [line.split()[2] for line in out.getvalue().splitlines()[1:]] in (["2", "4"], ["4", "2"])
    with pytest.raises(CommandError, match=TOO_MANY):
        call_command("similar", "0", "--new-for", "366")


def test_an_assistants_tools_have_the_argument():
    found = mcp_server.similar_products(item_id="0", new_for=5)
    assert ids(found["neighbours"]) == {"2", "4"}
    assert mcp_server.search_products(words="s", new_for=5)["count"] == 3
    with pytest.raises(ToolError, match=TOO_MANY):
        mcp_server.similar_products(item_id="0", new_for=366)
    for tool in anyio.run(mcp_server.make_server().list_tools)[:2]:
        assert tool.input_schema["properties"]["new_for"]["maximum"] == 365


def test_the_docs_and_the_widget_name_it():
    for name in ("docs/use.md", "static/js/widget.js"):
        assert "new_for" in (ROOT / name).read_text()
    assert all((ROOT / name).read_text() == as_made(name) for name in PARTS)
