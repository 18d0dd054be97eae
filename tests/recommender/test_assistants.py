"""The MCP server: its tools, and the command as the package's own client speaks to it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest
from django.core.management import CommandError, call_command
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client
from mcp.server.mcpserver.exceptions import ToolError

from recommender.assistants import product, search_products, similar_products

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_the_tools_give_what_the_api_gives(client, live):
    found = similar_products(item_id="0", k=3, category="hats")
    assert found == client.get("/api/v1/products/0/similar/?k=3&category=hats").json()
    found = similar_products(liked=["0", "1"], disliked=["5"], metric="euclidean")
    address = "/api/v1/similar/?liked=0&liked=1&disliked=5&metric=euclidean"
    assert found == client.get(address).json()
    assert product(item_id="3") == client.get("/api/v1/products/3/").json()
    found = search_products(words="hats", limit=2)
    assert found["count"] == 3
    assert [one["item_id"] for one in found["products"]] == ["1", "3"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        (product, {"item_id": "nobody"}, "There is no product “nobody”."),
        (similar_products, {}, "Name a product that is liked"),
        (similar_products, {"item_id": "0", "k": 51}, "k must be a whole number between 1 and 50."),
        (similar_products, {"item_id": "0", "metric": "hamming"}, "metric must be one of"),
        (search_products, {"words": "", "limit": 2}, "Say what to search for."),
        (search_products, {"words": "a", "limit": 1000}, "per_page"),
    ],
)
def test_what_is_refused_comes_back_as_a_sentence(live, tool, arguments, sentence):
    with pytest.raises(ToolError, match=sentence):
        tool(**arguments)


@pytest.mark.django_db
def test_without_an_index_it_says_so_calmly(catalogue):
    with pytest.raises(ToolError, match="not ready yet"):
        similar_products(item_id="0")


@pytest.mark.slow
def test_the_command_speaks_the_protocol_and_nothing_else(tmp_path, folder):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path / "var"), "MEDIA_ROOT": str(tmp_path / "media"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db", "EMBEDDER": "efficientnet-lite2",
    }  # fmt: skip
    for command in (["migrate", "-v0"], ["import_folder", str(folder)], ["build_index"]):
        done = [sys.executable, "manage.py", *command]
        subprocess.run(done, cwd=ROOT, env=environment, check=True, capture_output=True)
    server = StdioServerParameters(
        command=sys.executable, args=["manage.py", "mcp"], cwd=ROOT, env=environment
    )

    async def asked():
        async with Client(stdio_client(server)) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            found = await client.call_tool("similar_products", {"item_id": "2", "k": 2})
            refused = await client.call_tool("product", {"item_id": "nobody"})
            return tools, found, refused

    with ThreadPoolExecutor(1) as thread:  # a browser's test may have a loop in this one
        tools, found, refused = thread.submit(anyio.run, asked).result()
    assert set(tools) == {"similar_products", "search_products", "product"}
    assert all(tool.annotations.read_only_hint for tool in tools.values())
    assert not found.is_error
    assert len(found.structured_content["neighbours"]) == 2
    assert refused.is_error
    assert "There is no product “nobody”." in refused.content[0].text


def test_without_the_package_the_command_says_how_to_get_it(monkeypatch, db):
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    monkeypatch.delitem(sys.modules, "recommender.assistants", raising=False)
    with pytest.raises(CommandError, match="pip install mcp"):
        call_command("mcp")
