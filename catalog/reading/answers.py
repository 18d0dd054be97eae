"""What "load more" answers in JSON: HTML in its fields or products as objects, and what follows.

Such an answer says what it is by its bytes: shops call it `text/html` as well.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog.hosts import same_site
from catalog.reading.decoding import decoded
from catalog.reading.embedded import listed_object
from catalog.reading.facts import Facts
from catalog.reading.jsonld import small_keys
from catalog.reading.page import Page, UnreadablePage, absolute
from catalog.reading.paging import NextPage, numbered, page_number

MAX_CHARACTERS = 12_000_000
MAX_STEPS = 100_000
# Deeper than this, "next" means something else.
MAX_LEVELS = 4
_CALL = re.compile(
    r"^\s*(?:/\*.{0,20}?\*/)?\s*(?:window\.)?[\w$.]{1,80}\(\s*([{\[].*[}\]])\s*\)[\s;]*$", re.DOTALL
)
_GUARD = re.compile(r"^\s*(?:\)\]\}',?|while\s*\(1\);|for\s*\(;;\);)\s*")
_HTML = re.compile(r"<(?:a|li|div|article|section|img|ul|tr|span|figure|p)\b[^>]*>", re.IGNORECASE)
_NEXT = re.compile(r"(?:next|more|loadmore|nextpage|following)(?:page)?(?:url|link|href|path|uri)?")
_MORE = re.compile(
    r"(?:has|is|there)?(?:more|next)(?:page|pages|items|products|results)?(?:exists)?"
)
_LAST = re.compile(r"(?:total|max|num|maxnum)pages?|pages?count|lastpage|pages")
_IS_LAST = re.compile(
    r"(?:is)?(?:the)?(?:last|end|final)(?:page)?(?:reached)?|finished|nomore(?:products|items|posts)?"
)
_CURSOR = re.compile(r"next(?:page)?(?:cursor|token)")
_FAILED = ("error", "errors", "exception")


@dataclass(frozen=True)
class Answer:
    """An answer in JSON: the page that its HTML makes, its products, and what follows it.

    `empty`: it says that there is nothing. `goes_on`: whether it says that more follows; None where
    it says neither.
    """

    page: Page
    products: tuple[Facts, ...]
    following: tuple[NextPage, ...]
    empty: bool
    goes_on: bool | None


def answer_of(body: bytes, url: str, content_type: str, base: str) -> Answer | None:
    """The answer in the bytes; None if they are no JSON. Raises UnreadablePage.

    Links in its HTML start from `base`, the page that it is put into.
    """
    value = _value(body, url, content_type)
    if value is None:
        return None
    html = "\n".join(text for text in _texts(value) if _HTML.search(text))
    page = Page(html, url)
    page.base = base
    products = max((_products(nodes, page) for nodes in _lists(value)), key=len, default=())
    links, answers = _following(value, url)
    goes_on = True if links or True in answers else False if answers else None
    return Answer(page, products, tuple(links), _is_end(value) and not html.strip(), goes_on)


def _value(body: bytes, url: str, content_type: str) -> Any:
    """What the JSON holds, keys in small letters; None if it is none."""
    is_json, start = "json" in content_type.lower(), body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not is_json and not re.match(rb"[{\[)/\w$]", start):
        return None
    written = decoded(body, content_type).lstrip("\ufeff")
    called = _CALL.match(written[:MAX_CHARACTERS])
    written = called[1] if called else _GUARD.sub("", written)
    try:
        if len(written) > MAX_CHARACTERS:
            raise ValueError("it is too long")
        value = json.loads(written, object_pairs_hook=small_keys, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        if is_json:
            raise UnreadablePage(f"{url}: its JSON cannot be read: {error}") from error
        return None
    return value if isinstance(value, dict | list) else [value]


def _nodes(value: Any) -> Iterator[tuple[Any, int]]:
    """Everything in the answer, in order, with how deep it lies."""
    todo: list[tuple[Any, int]] = [(value, 0)]
    for _ in range(MAX_STEPS):
        if not todo:
            return
        node, depth = todo.pop()
        yield node, depth
        inner = list(node.values()) if isinstance(node, dict) else node
        if isinstance(node, dict | list):
            todo += [(part, depth + 1) for part in reversed(inner)]


def _texts(value: Any) -> Iterator[str]:
    return (node for node, _ in _nodes(value) if isinstance(node, str))


def _lists(value: Any) -> Iterator[list[Any]]:
    """The lists of objects."""
    for node, _ in _nodes(value):
        if isinstance(node, list) and node and all(isinstance(part, dict) for part in node):
            yield node


def _products(nodes: list[Any], page: Page) -> tuple[Facts, ...]:
    page.check_deadline()
    return tuple(facts for node in nodes if (facts := listed_object(node, page)))


def _following(value: Any, url: str) -> tuple[list[NextPage], set[bool]]:
    """The addresses of what follows, and whether the answer says that something does."""
    here = page_number(url) or 1
    links, answers = [], set()
    for node, depth in _nodes(value):
        if not isinstance(node, dict) or depth > MAX_LEVELS:
            continue
        for key, entry in node.items():
            name = re.sub(r"[^a-z]", "", key)
            if _NEXT.fullmatch(name) and entry is not True and (link := _address(entry, url)):
                links.append(NextPage(link, page_number(link)))
            answers |= _answers_of(name, entry, here)
    return links, answers


def _answers_of(name: str, entry: Any, here: int) -> set[bool]:
    """Whether a field says that more follows, or that nothing does; else neither."""
    if _NEXT.fullmatch(name) or _CURSOR.fullmatch(name) or _MORE.fullmatch(name):
        return {bool(entry)}
    if _IS_LAST.fullmatch(name) and isinstance(entry, bool):
        return {not entry}
    if _LAST.fullmatch(name) and _whole(entry):
        return {_whole(entry) > here}
    return set()


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return 0
    return int(value) if re.fullmatch(r"\d{1,6}", str(value), re.ASCII) else 0


def _address(value: Any, url: str) -> str:
    if isinstance(value, dict):
        value = value.get("href") or value.get("url")
    if number := _whole(value):
        return numbered(url, number)
    if not isinstance(value, str) or not ("/" in value or "?" in value or "=" in value):
        return ""
    link = absolute(url, value)
    return link if link and same_site(link, url) and link != url else ""


def _is_end(value: Any) -> bool:
    """Whether the answer says that there is nothing: an empty list, an empty text, null."""
    if isinstance(value, list):
        return not value
    if any(value.get(key) for key in _FAILED) or value.get("success") is False:
        return False
    return not value or any(part in ("", [], {}, None) for part in value.values())
