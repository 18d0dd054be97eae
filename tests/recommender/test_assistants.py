"""The MCP server, asked by the package's own client: in the process, and as the command runs it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client

from recommender.assistants import make_server

ROOT = Path(__file__).resolve().parents[2]


def ask(tool, transport=None, **arguments):
    """The result of one call: its content, and whether it is an error."""

    async def asked():
        async with Client(transport or make_server()) as client:
            result = await client.call_tool(tool, arguments)
            text = "".join(part.text for part in result.content)
            return result.structured_content, text, bool(result.is_error)

    with ThreadPoolExecutor(1) as thread:  # a browser's test may have a loop in this one
        return thread.submit(anyio.run, asked).result()


pytestmark = pytest.mark.django_db(transaction=True)


def test_the_tools_give_what_the_api_gives(client, live):
    found, _, failed = ask("similar_products", item_id="0", k=3, category="hats")
    assert not failed
    assert found == client.get("/api/v1/products/0/similar/?k=3&category=hats").json()
    found, _, _ = ask("similar_products", liked=["0", "1"], disliked=["5"], metric="euclidean")
    assert (
        found == client.get("/api/v1/similar/?liked=0&liked=1&disliked=5&metric=euclidean").json()
    )
    found, _, _ = ask("product", item_id="3")
    assert found == client.get("/api/v1/products/3/").json()
    found, _, _ = ask("search_products", words="hats", limit=2)
    assert found["count"] == 3
    assert [product["item_id"] for product in found["products"]] == ["1", "3"]


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("product", {"item_id": "nobody"}, "There is no product “nobody”."),
        ("similar_products", {}, "Name a product that is liked"),
        (
            "similar_products",
            {"item_id": "0", "k": 51},
            "k must be a whole number between 1 and 50.",
        ),
        ("similar_products", {"item_id": "0", "metric": "hamming"}, "metric must be one of"),
        ("search_products", {"words": "", "limit": 2}, "Say what to search for."),
        ("search_products", {"words": "a", "limit": 1000}, "per_page"),
    ],
)
def test_what_is_refused_comes_back_as_a_sentence(live, tool, arguments, sentence):
    _, text, failed = ask(tool, **arguments)
    assert failed
    assert sentence in text


def test_without_an_index_it_says_so_calmly(catalogue):
    _, text, failed = ask("similar_products", item_id="0")
    assert failed
    assert "not ready yet" in text


@pytest.mark.slow
def test_the_command_speaks_the_protocol_and_nothing_else(tmp_path, folder):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path / "var"), "MEDIA_ROOT": str(tmp_path / "media"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db",
    }  # fmt: skip
    for command in (["migrate", "-v0"], ["import_folder", str(folder)]):
        done = [sys.executable, "manage.py", *command]
        subprocess.run(done, cwd=ROOT, env=environment, check=True, capture_output=True)
    server = StdioServerParameters(
        command=sys.executable, args=["manage.py", "mcp"], cwd=ROOT, env=environment
    )
    found, _, failed = ask("product", stdio_client(server), item_id="2")
    assert (failed, found["category"]) == (False, "shirts")


def test_without_the_package_the_command_says_how_to_get_it(monkeypatch, db):
    from django.core.management import CommandError, call_command

    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    monkeypatch.delitem(sys.modules, "recommender.assistants", raising=False)
    with pytest.raises(CommandError, match="pip install mcp"):
        call_command("mcp")
