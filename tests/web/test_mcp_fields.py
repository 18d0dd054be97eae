"""A tool's arguments, out of a table of fields."""

import inspect
from dataclasses import replace

import anyio
import pytest
from mcp.server.mcpserver import MCPServer

from catalog.fields import NOT_ASSISTANTS, Field
from catalog.kinds import Number, OneOf, Text, WholeNumber, YesNo
from web.mcp_fields import takes_fields

WORDS = Field("q", Text(), "Words.", spoken="words", blank=False)
SIZE = Field("size", Number(0, 1), "How large.", default=0.5)
DAYS = Field("days", WholeNumber(1, 9), "How many days.")
NEW = Field("new", YesNo(), "New ones.", default=False)
KIND = Field("kind", OneOf(("a", "b")), "Which kind.")
SECRET = replace(SIZE, name="secret", users=NOT_ASSISTANTS)


@takes_fields([WORDS, SIZE, DAYS, NEW, KIND, SECRET], size=0.7)
def tool(item_id: str = "", **asked: object) -> dict[str, object]:
    """A tool."""
    return {"item_id": item_id} | asked


def properties() -> dict[str, dict]:
    server = MCPServer("test")
    server.tool()(tool)
    [described] = anyio.run(server.list_tools)
    assert described.input_schema["required"] == ["words"]
    return described.input_schema["properties"]


def test_the_tool_gets_the_names_of_the_table_and_its_own_defaults():
    assert tool(item_id="1", words="a", days=3) == {
        "item_id": "1",
        "q": "a",
        "days": 3,
        "size": 0.7,
    }
    assert tool(words="a", size=0.1)["size"] == 0.1


def test_the_schema_says_what_each_argument_is_and_within_which_bounds():
    told = properties()
    assert list(told) == ["item_id", "words", "size", "days", "new", "kind"]
    assert told["size"] == {
        "default": 0.7, "description": "How large.", "maximum": 1, "minimum": 0, "title": "Size",
        "type": "number",
    }  # fmt: skip
    assert told["days"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]
    assert told["days"]["default"] is None
    assert told["new"]["default"] is False
    assert told["kind"]["enum"] == ["", "a", "b"]


def test_what_assistants_may_not_use_is_no_argument():
    assert "secret" not in inspect.signature(tool).parameters


@pytest.mark.parametrize("name", ["name", "doc"])
def test_the_tool_keeps_its_name_and_its_sentence(name):
    assert getattr(tool, f"__{name}__") == {"name": "tool", "doc": "A tool."}[name]
