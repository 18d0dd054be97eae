"""Microdata (https://html.spec.whatwg.org/multipage/microdata.html), in the shape of JSON-LD."""

from typing import Any

from catalog.reading.images import picture_of
from catalog.reading.page import Page
from catalog.reading.prices import tight

MAX_REFERENCES = 20
Item = dict[str, Any]


def microdata(page: Page) -> list[Item]:
    """The page's items that are part of no other; keys in small letters, values lists.

    `@number` is where an item stands on the page. Pictures are where lazy loaders keep them.
    """
    return [item for item, _ in _items(page) if not item.pop("@inner")]


def loose_properties(page: Page) -> Item:
    """Properties that stand in no item: shops forget to open it."""
    found: Item = {}
    for number, owner, names in _properties(page):
        if owner is None:
            for name in names:
                found.setdefault(name, []).append(_value(page, number, None, names))
    return found


def _items(page: Page) -> list[tuple[Item, int]]:
    items = {n: _item(page, n) for n, tag in enumerate(page.tags) if "itemscope" in tag.attrs}
    for number, owner, names in _properties(page):
        own = items.get(number)
        value = _value(page, number, own, names)
        if own is not None and (owner is not None or names):
            own["@inner"] = owner is not None
        if owner is not None:
            for name in names:
                items[owner].setdefault(name, []).append(value)
    _add_references(page, items)
    return [(item, number) for number, item in items.items()]


def _item(page: Page, number: int) -> Item:
    kind = str(page.tags[number].get("itemtype", "")).split()
    return {"@type": kind, "@number": number, "@inner": False}


def _properties(page: Page) -> list[tuple[int, int | None, list[str]]]:
    """(tag, the item's tag around it, names) of everything with an itemprop, in order."""
    found: list[tuple[int, int | None, list[str]]] = []
    around: list[int] = []
    for number, tag in enumerate(page.tags):
        while around and page.ends[around[-1]] < number:
            around.pop()
        if names := str(tag.get("itemprop", "")).lower().split()[:5]:
            found.append((number, around[-1] if around else None, names))
        if "itemscope" in tag.attrs:
            around.append(number)
    return found


def _add_references(page: Page, items: dict[int, Item]) -> None:
    """`itemref`: properties of an item that stand elsewhere; one step, a few of them."""
    wanted = {n: str(page.tags[n].get("itemref", "")).split() for n in items}
    if not any(wanted.values()):
        return
    ids = {str(tag["id"]): number for number, tag in enumerate(page.tags) if tag.get("id")}
    for number, names in wanted.items():
        for name in names[:MAX_REFERENCES]:
            start = ids.get(name)
            if start is None or start <= number <= page.ends[start]:
                continue
            for inner in range(start, min(page.ends[start] + 1, start + 200)):
                for prop in str(page.tags[inner].get("itemprop", "")).lower().split()[:5]:
                    value = _value(page, inner, items.get(inner), [prop])
                    items[number].setdefault(prop, []).append(value)


def _value(page: Page, number: int, own: Item | None, names: list[str]) -> Any:
    tag = page.tags[number]
    if own is not None:
        return own
    if tag.name == "img":
        return picture_of(page, number)
    for name in ("content", "href", "src", "data", "datetime", "value"):
        if (
            name in ("content", "datetime") or tag.name in _LINKED.get(name, ())
        ) and name in tag.attrs:
            return str(tag[name])
    # The cents may stand in a tag of their own.
    return tight(page, number) if _PRICES & set(names) else page.text(number)


_PRICES = {"price", "lowprice", "highprice"}
_LINKED = {
    "href": ("a", "link", "area"),
    "src": ("source", "iframe", "embed", "video", "audio"),
    "data": ("object",),
    "value": ("data", "meter", "input"),
}
