"""Repeated product cards: a picture, a link and mostly a price, over and over in one shape."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from catalog.reading.page import Page, words_of
from catalog.reading.prices import own_names, prices_seen
from catalog.reading.values import address_key

FEWEST = 2
MAX_TEXTS = 50
# A list without prices needs addresses or classes that say "product".
_PRODUCT_ADDRESS = re.compile(
    r"/(?:products?|produkte?|produits?|producto|prodotti?|items?|artikel|dp|p|shop|goods|detail)/[^/]"
    r"|[-_/]p-?\d+",
    re.IGNORECASE,
)
_PRODUCT_CLASS = re.compile(r"product|produkt|produit|producto|prodotto|item-?card|goods")
_NO_PRODUCT_LINK = re.compile(
    r"^(?:#|javascript:|mailto:|tel:|data:)|[?&](?:add[-_]to[-_]cart|action|add)=|"
    r"/(?:cart|wishlist|compare|login|account|checkout|basket)(?:/|$)",
    re.IGNORECASE,
)
# Where scripts find the picture behind a card's part.
_BACKGROUNDS = ("data-bg", "data-background", "data-background-image", "data-bg-src")
NAME_CLASS = re.compile(r"name|title|titel|caption|heading|descr?(?:iption)?-?link|product-?link")


@dataclass(frozen=True)
class Card:
    """One card: the number of its tag, and the address of its product."""

    number: int
    url: str


class _Counts:
    """How many pictures, links and prices there are within any tag, in constant time."""

    def __init__(self, page: Page) -> None:
        self._ends = page.ends
        size = len(page.tags)
        pictures, links = self._sums(size, _pictures(page)), self._sums(size, _links(page))
        self._prices = self._sums(size, [seen.number for seen in prices_seen(page)])
        # The tags with a picture and a link in them.
        self.likely = [
            n
            for n, end in enumerate(page.ends)
            if pictures[end + 1] > pictures[n] and links[end + 1] > links[n]
        ]

    def _sums(self, size: int, numbers: list[int]) -> list[int]:
        ones = [0] * (size + 1)
        for number in numbers:
            ones[number + 1] += 1
        return list(accumulate(ones))

    def priced(self, number: int) -> bool:
        """Whether there is a price within a tag."""
        return self._prices[self._ends[number] + 1] > self._prices[number]


@lru_cache(maxsize=2)
def _counts(page: Page) -> _Counts:
    return _Counts(page)


def _pictures(page: Page) -> list[int]:
    return [
        number
        for number, tag in enumerate(page.tags)
        if tag.name == "img"
        or "url(" in str(tag.get("style", ""))
        or any(tag.get(name) for name in _BACKGROUNDS)
    ]


def _links(page: Page) -> list[int]:
    return [
        number
        for number in page.by_name.get("a", [])
        if (href := page.tags[number].get("href"))
        and not _NO_PRODUCT_LINK.search(str(href).strip())
    ]


@lru_cache(maxsize=2)
def cards(page: Page) -> tuple[Card, ...]:
    """The cards of the page's main list, in order; none where nothing repeats."""
    priced = _largest(page, with_prices=True)
    return tuple(priced if len(priced) >= FEWEST else _largest(page, with_prices=False))


def _largest(page: Page, *, with_prices: bool) -> list[Card]:
    """The group of like tags that holds most products; the outermost of several."""
    return max(
        _alike(page, with_prices),
        key=lambda found: (len(found), -len(page.ancestors(found[0].number))),
        default=[],
    )


@lru_cache(maxsize=4)
def _alike(page: Page, with_prices: bool) -> list[list[Card]]:
    """Every group of like tags with one product each."""
    groups = [(group, _cards_of(page, group)) for group in _groups(page, with_prices)]
    # Else there are several tags a product, or several products a tag.
    return [f for group, f in groups if len(f) >= FEWEST and len(f) >= 0.7 * len(group)]


@lru_cache(maxsize=2)
def repeated(page: Page) -> list[tuple[int, int]]:
    """(first, last tag) of everything on the page that is one card of several alike."""
    places = []
    for group in [*_alike(page, True), *_alike(page, False)]:
        sizes = sorted(_size(page, card) for card in group)
        most = min(MAX_TEXTS, 4 * sizes[len(sizes) // 2] + 4)
        kinds = Counter(name for card in group for name in _kind(page, card))
        for card in group:
            shared = [kinds[name] >= min(3, len(group)) for name in _kind(page, card)]
            if sum(shared) * 2 >= len(shared) and _size(page, card) <= most:
                places.append((card.number, page.ends[card.number]))
    return places


def _kind(page: Page, card: Card) -> set[str]:
    """What cards of one list have in common: most of their classes, else their parent."""
    names = {re.sub(r"\d+", "", name) for name in words_of(page.tags[card.number].get("class"))}
    return names or {str(page.parents[card.number])}


def _size(page: Page, card: Card) -> int:
    """How many texts a card has; what has far more than its like is no card."""
    return len(page.texts_within(card.number))


def _groups(page: Page, with_prices: bool) -> list[list[int]]:
    """Tags of one shape that hold what a card holds."""
    counts = _counts(page)
    groups: dict[int, list[int]] = {}
    for number in counts.likely:
        if counts.priced(number) if with_prices else _says_product(page, number):
            groups.setdefault(page.shapes[number], []).append(number)
    return [group for group in groups.values() if len(group) >= FEWEST]


def _says_product(page: Page, number: int) -> bool:
    if _PRODUCT_CLASS.search(own_names(page, number)):
        return True
    links = page.inside(number, "a") or ([number] if page.tags[number].name == "a" else [])
    return any(_PRODUCT_ADDRESS.search(str(page.tags[n].get("href", ""))) for n in links[:5])


def _cards_of(page: Page, group: list[int]) -> list[Card]:
    """The tags of a group with the address each is about; an address counts once."""
    found: dict[str, Card] = {}
    for number in group:
        if url := main_link(page, number):
            found.setdefault(address_key(url), Card(number, url))
    return list(found.values())


def main_link(page: Page, number: int) -> str:
    """The address that a card is about: the one around its picture, else that of its name."""
    if number not in page.links:
        page.links[number] = _main_link(page, number)
    return page.links[number]


def _main_link(page: Page, number: int) -> str:
    own = page.tags[number]
    anchors = [number] if own.name == "a" else page.inside(number, "a")
    if not anchors:
        around = next((n for n in page.ancestors(number)[:3] if page.tags[n].name == "a"), None)
        anchors = [around] if around is not None else []
    best, most = "", 0
    votes: Counter[str] = Counter()
    for anchor in anchors[:40]:
        href = str(page.tags[anchor].get("href", "")).strip()
        if not href or _NO_PRODUCT_LINK.search(href) or not (link := page.link(href)):
            continue
        points = 3 if page.inside(anchor, "img") or page.inside(anchor, "picture") else 0
        points += 2 if _is_name(page, anchor) else 1
        votes[link.split("#")[0]] += points
        if votes[link.split("#")[0]] > most:
            best, most = link.split("#")[0], votes[link.split("#")[0]]
    return "" if address_key(best) == address_key(page.url) else best


def _is_name(page: Page, anchor: int) -> bool:
    around = [anchor, *page.ancestors(anchor)[:2]]
    headings = any(re.fullmatch(r"h[1-6]", page.tags[n].name) for n in around)
    return headings or any(NAME_CLASS.search(own_names(page, n)) for n in around)


@dataclass(frozen=True)
class Look:
    """What a list's cards have in common: the name of their tag, and classes."""

    tag: str
    classes: frozenset[str]
    priced: bool


def look_of(page: Page) -> Look | None:
    """How the cards of a page look; None where it has none, or they have no class in common."""
    found = cards(page)
    if not found:
        return None
    shared = frozenset.intersection(*(classes_of(page, card.number) for card in found))
    priced = all(_counts(page).priced(card.number) for card in found)
    return Look(page.tags[found[0].number].name, shared, priced) if shared else None


def classes_of(page: Page, number: int) -> frozenset[str]:
    """The classes of a tag, in small letters."""
    return frozenset(words_of(page.tags[number].get("class")))


def cards_like(page: Page, look: Look) -> list[Card]:
    """The cards that look so, be it a single one."""
    numbers = [
        number
        for number in _counts(page).likely
        if page.tags[number].name == look.tag
        and look.classes <= classes_of(page, number)
        and (_counts(page).priced(number) or not look.priced)
    ]
    return _cards_of(page, numbers)
