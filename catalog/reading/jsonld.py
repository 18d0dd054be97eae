"""JSON-LD as shops write it: each script by itself, `@id` references resolved."""

import html
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from catalog.reading.json_text import whole
from catalog.reading.page import Page

MAX_CHARACTERS = 4_000_000
MAX_NODES = 50_000
_COMMENT = re.compile(r"<!--|-->|//\s*<!\[CDATA\[|//\s*\]\]>|<!\[CDATA\[|\]\]>")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")


def json_ld(page: Page) -> list[Any]:
    """What the page's JSON-LD scripts hold, broken ones left out; keys in small letters.

    A reference to a node that stands elsewhere ({"@id": …}) has become that node.
    """
    values: list[Any] = []
    for number in page.by_name.get("script", []):
        script = page.tags[number]
        if "ld+json" in str(script.get("type", "")).lower():
            page.check_deadline()
            values += parsed(script.string or script.get_text())
    return _resolved(values, page)


def parsed(written: str) -> list[Any]:
    """The values in a script, however it is wrapped; what cannot be read is left out.

    Numbers are Decimals, so that a price keeps its digits.
    """
    written = whole(_COMMENT.sub("", written[:MAX_CHARACTERS])).strip().rstrip(";").strip()
    if written.startswith("/*"):
        written = written.partition("*/")[2].strip()
    for attempt in (str, html.unescape, _without_trailing_commas):
        try:
            return _values(attempt(written))
        except (ValueError, RecursionError):
            continue
    return []


def _without_trailing_commas(written: str) -> str:
    return _TRAILING_COMMA.sub("", html.unescape(written))


def _values(written: str) -> list[Any]:
    """One value after another, as some shops put several into one script."""
    decoder = json.JSONDecoder(
        strict=False, object_pairs_hook=small_keys, parse_float=_number, parse_int=_number
    )
    values, place = [], 0
    while place < len(written):
        value, place = decoder.raw_decode(written, place)
        values.append(value)
        while place < len(written) and written[place] in " \t\r\n;,":
            place += 1
    return values


def _number(digits: str) -> Decimal | str:
    return Decimal(digits) if len(digits) < 40 else digits


def small_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keys as schema.org means them: `Price`, `schema:price` and the whole address are one."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        found.setdefault(re.sub(r"^(https?://schema\.org/|schema:)", "", key).lower(), value)
    return found


def _resolved(values: list[Any], page: Page) -> list[Any]:
    nodes = list(_dicts(values))
    whole: dict[str, dict[str, Any]] = {}
    for node in nodes:
        if len(node) > 1 and (name := _name(node, page)):
            first = whole.setdefault(name, node)
            for key, value in node.items():
                first.setdefault(key, value)
    for node in nodes:
        for key, value in node.items():
            node[key] = _in_place(value, whole, page)
    return values


def _name(node: dict[str, Any], page: Page) -> str:
    """A node's `@id` as a whole address: `#offer` on the page and from elsewhere are one."""
    name = node.get("@id")
    return (page.link(name) or name) if isinstance(name, str) else ""


def _in_place(value: Any, whole: dict[str, dict[str, Any]], page: Page) -> Any:
    if isinstance(value, list):
        return [_in_place(part, whole, page) if isinstance(part, dict) else part for part in value]
    if isinstance(value, dict) and len(value) <= 2 and (name := _name(value, page)):
        return whole.get(name, value)
    return value


def _dicts(values: list[Any]) -> Iterator[dict[str, Any]]:
    """Every object in the values, in order, up to a number."""
    todo, seen = list(reversed(values)), 0
    while todo and seen < MAX_NODES:
        value = todo.pop()
        seen += 1
        if isinstance(value, dict):
            yield value
            todo += reversed(value.values())
        elif isinstance(value, list):
            todo += reversed(value)
