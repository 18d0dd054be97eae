"""The selector file: where a shop that fits nothing else keeps its products, told by hand."""

from dataclasses import dataclass, fields
from pathlib import Path

import soupsieve
import yaml
from bs4 import Tag

from catalog.reading.facts import Facts
from catalog.reading.images import largest_of, picture_of, pictures_within
from catalog.reading.money import money, place_of, prices_in
from catalog.reading.page import Page
from catalog.reading.values import plain

MAX_BYTES = 64_000
MAX_BRACKETS = 200  # the YAML reader needs ever longer for each
MAX_CARDS = 5000


class BadSelectors(Exception):
    """A selector file is wrong; the message names the line or the field."""


@dataclass(frozen=True)
class Selectors:
    """CSS selectors; those but `card` and `next` are looked for within each card.

    `@name` at the end takes an attribute: `a.title@href`.
    """

    card: str
    link: str = "a@href"
    image: str = "img"
    title: str = ""
    price: str = ""
    next: str = ""


def load_selectors(file: Path) -> Selectors:
    """The selectors in a YAML file. Raises BadSelectors."""
    try:
        with file.open("rb") as opened:
            written = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadSelectors(f"{file} cannot be read: {error.strerror}") from error
    if len(written) > MAX_BYTES:
        raise BadSelectors(f"{file} is larger than {MAX_BYTES // 1000} KB")
    return parse_selectors(written, str(file))


def parse_selectors(written: bytes, name: str = "the selectors") -> Selectors:
    """The selectors in YAML text; `name` is what errors call it. Raises BadSelectors."""
    if written.count(b"[") + written.count(b"{") > MAX_BRACKETS:
        raise BadSelectors(f"{name}: this is no YAML of selectors: too many brackets")
    try:
        content = yaml.safe_load(written)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadSelectors(f"{name}: this is no YAML: {str(error)[:200]}") from error
    known = [field.name for field in fields(Selectors)]
    if not isinstance(content, dict) or "card" not in content:
        raise BadSelectors(
            f"{name}: write at least `card: SELECTOR`; also known: {', '.join(known)}"
        )
    for key, value in content.items():
        if key not in known:
            raise BadSelectors(f"{name}: {str(key)[:40]!r} is not one of {', '.join(known)}")
        _require_selector(key, value, name)
    return Selectors(**content)


def _require_selector(key: str, value: object, name: str) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > 500:
        raise BadSelectors(f"{name}: {key} is to be one CSS selector, as text")
    try:
        soupsieve.compile(_css(value))
    except (soupsieve.SelectorSyntaxError, ValueError, RecursionError) as error:
        raise BadSelectors(f"{name}: {key}: {str(error).splitlines()[0]}") from error


def selected(page: Page, selectors: Selectors) -> list[Facts]:
    """The products that the selectors find on a page; addresses are of the web only."""
    found = []
    for card in page.soup.select(_css(selectors.card), limit=MAX_CARDS):
        page.check_deadline()
        facts = _facts(page, card, selectors)
        if facts.url or facts.title:
            found.append(facts)
    return found


def selected_next(page: Page, selectors: Selectors) -> list[str]:
    """The addresses of the next page that `next` finds."""
    css, attribute = _parts(selectors.next, "href")
    links = (page.link(str(tag.get(attribute, ""))) for tag in page.soup.select(css, limit=5))
    return [link for link in links if link and link != page.url]


def _facts(page: Page, card: Tag, selectors: Selectors) -> Facts:
    price = _text(page, card, selectors.price)
    priced = prices_in(price, "", place_of(page.url, page.language))
    return Facts(
        title=_text(page, card, selectors.title),
        price=priced[0].amount if priced else money(price),
        currency=priced[0].currency if priced else "",
        url=_link(page, card, selectors.link),
        images=_images(page, card, selectors.image),
    )


def _text(page: Page, card: Tag, selector: str) -> str:
    tag, attribute = _first(card, selector)
    if tag is None:
        return ""
    return plain(
        str(tag.get(attribute, "")) if attribute else page.text(page.numbers[id(tag)], 500)
    )


def _link(page: Page, card: Tag, selector: str) -> str:
    tag, attribute = _first(card, selector, "href")
    return page.link(str(tag[attribute])) if tag is not None and tag.get(attribute) else ""


def _images(page: Page, card: Tag, selector: str) -> tuple[str, ...]:
    tag, attribute = _first(card, selector)
    if tag is None:
        return ()
    if attribute:
        value = str(tag.get(attribute, ""))
        link = page.link(largest_of(value) if "srcset" in attribute else value)
        return (link,) if link else ()
    number = page.numbers[id(tag)]
    own = picture_of(page, number) if tag.name == "img" else ""
    return (own,) if own else tuple(pictures_within(page, number))


def _first(card: Tag, selector: str, attribute: str = "") -> tuple[Tag | None, str]:
    if not selector:
        return None, ""
    css, attribute = _parts(selector, attribute)
    if soupsieve.match(css, card):
        return card, attribute
    return card.select_one(css), attribute


def _parts(selector: str, attribute: str = "") -> tuple[str, str]:
    """The CSS and the attribute of `a.title@href`."""
    css, mark, named = selector.rpartition("@")
    return (css.strip(), named.strip()) if mark and "]" not in named else (selector, attribute)


def _css(selector: str) -> str:
    return _parts(selector)[0]
