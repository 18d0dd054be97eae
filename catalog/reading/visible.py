"""A product as a visitor sees it on its own page: name, price, stock, id, main picture."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from catalog.reading.cards import repeated
from catalog.reading.facts import Facts
from catalog.reading.identifiers import address_parts, identifiers
from catalog.reading.images import is_small, is_stand_in, picture_of, source_of
from catalog.reading.metas import meta, title
from catalog.reading.page import Page
from catalog.reading.prices import PriceCandidate, lower_beside, names_of, own_names, prices_seen
from catalog.reading.values import (
    PRODUCT_PAGE,
    letters,
    offers_to_buy,
    plain,
    said_of_stock,
    same_words,
)
from catalog.reading.words import BUY, OF_A_PART

_NAME_CLASS = re.compile(
    r"(?:product|item|prd|pdp|prod|goods|artikel|deal|listing)[\w -]*(?:name|title|head)|"
    r"title|name|pagehead"
)
_STOCK_CLASS = re.compile(
    r"stock|availab|inventory|verfueg|verfügb|lieferstatus|disponib|nalichi|sklad"
)
_MAIN_PICTURE = re.compile(
    r"main|zoom|gallery|primary|hero|large|big|product-?(?:image|img|photo|picture)|detail|landing|"
    r"featured|carousel|photo|viewer|slide|pdp"
)
_NO_PICTURE_OF_IT = re.compile(
    r"logo|icon|badge|banner|sprite|avatar|flag|payment|star|rating|brand|social|thumb|swatch|advert|promo"
)
_PART = re.compile(r"\s+[|–—·•»:]\s+|\s+-\s+|\s*[|｜]\s*")
# Around what is said of one store, one size or colour, another product, or to nobody.
_PART_CLASS = re.compile(
    r"pick-?up|(?<![a-z])(?:in-?)?stores?(?![a-z])|fulfil+ment|branch|filial|and-?collect|"
    r"variant|swatch|(?:size|colou?r)s?-?(?:list|option|picker|select|chart)|"
    r"(?:^| )(?:size|colou?r)s?(?:$| )|modal|popup|pop-up|tooltip|dialog|"
    r"(?<![a-z])hidden(?![a-z])|d-none|sr-only|review|comment|question|(?<![a-z])faqs?(?![a-z])|"
    r"related|recommend|up-?sell|cross-?sell|similar|also-|recently|sellers?(?![a-z])|bundle"
)
_SELLS = re.compile(r"add-?_?to-?_?(?:cart|basket|bag)(?![a-z])|single_add_to_cart|buy-?now")
_BUTTON_CLASS = re.compile(r"btn|button|cart|basket|buy|order")
FAR = 400


@dataclass(frozen=True)
class VisibleProduct:
    """Facts as seen, and how much speaks for the page's being that product's own.

    `sure`: something does that no list has: a buy button, an id of its address, "sold out".
    """

    facts: Facts
    points: int
    sure: bool


@lru_cache(maxsize=2)
def heading(page: Page) -> int:
    """The number of the tag with the name of what the page is about; -1 if there is none."""
    told = f"{meta(page, 'og:title', 'twitter:title')} {title(page)}"
    best, most = -1, 0.0
    for number in page.named("h1", "h2", "h3", "h4", "div", "span", "p", "strong", "td", "a", "b"):
        tag = page.tags[number]
        if tag.name != "h1" and not (
            tag.name[0] == "h" or _NAME_CLASS.search(own_names(page, number))
        ):
            continue
        words = page.text(number, 400)
        if not 2 <= len(words) <= 350:
            continue
        points = _likeness(words, told) + (0.5 if tag.name == "h1" else 0.0)
        points += 0.1 if _NAME_CLASS.search(own_names(page, number)) else 0.0
        if points > most and (tag.name == "h1" or points >= 0.6):
            best, most = number, points
    return best


def _likeness(words: str, told: str) -> float:
    """How much of a title's words are these words, 0 to 1; nothing if they are not in it."""
    own, all_of = letters(words), letters(told)
    if not own or not all_of:
        return 0.0
    if own in all_of:
        return min(1.0, len(own) / 20)
    parts = set(re.findall(r"\w+", words.casefold()))
    shared = parts & set(re.findall(r"\w+", told.casefold()))
    return 0.8 * len(shared) / max(len(parts), 3)


@lru_cache(maxsize=2)
def visible_product(page: Page) -> VisibleProduct:
    """What the page shows of its own product, other products' cards left out."""
    number = heading(page)
    start = page.first_text[number] if number >= 0 else 0
    apart = _others(page, number)
    price = _price(page, start, apart)
    buys = _buy_button(page, apart)
    stock = _stock(page, start, apart, buys)
    ids = identifiers(page, start, apart)
    picture, alike = _picture(page, number, start, apart)
    facts = Facts(
        title=_title(page, number),
        price=price.price.amount if price else None,
        currency=price.price.currency if price else "",
        in_stock=stock,
        images=(picture,) if picture else (),
        ids=ids,
    )
    near = price is not None and abs(price.place - start) < FAR
    addressed = any(ident.casefold() in address_parts(page.url) for ident in ids.values())
    points = 3 * near + 3 * buys + 3 * (stock is False) + 2 * (stock is True) + alike
    points += 3 if addressed else bool(ids)
    sure = buys or addressed or stock is False
    if near and PRODUCT_PAGE.search(urlsplit(page.url).path):
        points, sure = points + 2, True
    return VisibleProduct(facts, points if facts.title else 0, sure)


def _others(page: Page, heading: int) -> bytearray:
    """1 for every tag that is in another product's card."""
    apart = bytearray(len(page.tags))
    for first, last in repeated(page):
        if not first <= heading <= last:
            apart[first : last + 1] = b"\1" * (last + 1 - first)
    return apart


def _title(page: Page, number: int) -> str:
    told = meta(page, "og:title", "twitter:title")
    if number >= 0:
        return plain(page.text(number, 400))
    # "Blue tee | Shop": the longest part, as shops have short names.
    return told or max(_PART.split(title(page)), key=len, default="")


def _price(page: Page, start: int, apart: bytearray) -> PriceCandidate | None:
    """The price that speaks most for itself, near the name; none where all speak against it."""
    prices = [s for s in prices_seen(page) if not apart[s.number]]
    amounts = [s.price.amount for s in prices]

    def points(one: PriceCandidate) -> float:
        far = one.place - start
        near = 5 if 0 <= far < 40 else 3 if 0 <= far < 150 else 1 if -20 < far < 200 else 0
        often = 1 if amounts.count(one.price.amount) > 1 else 0
        return one.points + near + often + (0 if one.price.amount else -5)

    best = max(prices, key=lambda one: (points(one), -abs(one.place - start)), default=None)
    if best is None or points(best) < 1:
        return None
    return lower_beside(best, [one for one in prices if points(one) == points(best)])


def _buy_button(page: Page, apart: bytearray) -> bool:
    """Whether a button of this product's own puts it into the basket."""
    for number in page.named("button", "input", "a", "span", "div"):
        words = _words_on(page, number)
        if (
            not (offers_to_buy(words) or _sells_by_name(page, number, words))
            or "disabled" in page.tags[number].attrs
        ):
            continue
        if page.is_aside(number) or apart[number]:
            continue
        if not _turned_off(page, number):
            return True
    return False


def _sells_by_name(page: Page, number: int, words: str) -> bool:
    """Whether a button is called so by its label or its class, and its words say no other."""
    tag = page.tags[number]
    if tag.name != "button":
        return False
    if offers_to_buy(str(tag.get("aria-label", ""))):
        return True
    return bool(_SELLS.search(own_names(page, number))) and said_of_stock(words) is not False


def _words_on(page: Page, number: int) -> str:
    """The words on what may be a button, or nothing if it can be none."""
    tag = page.tags[number]
    if tag.name == "input":
        if str(tag.get("type", "")) not in ("submit", "button", "image"):
            return ""
        return next((str(tag[name]) for name in ("value", "alt", "title") if tag.get(name)), "")
    if tag.name != "button" and page.ends[number] - number > 6:
        return ""
    words = page.text(number, 80)
    if not words and tag.name in ("a", "button"):
        words = " ".join(str(page.tags[n].get("alt", "")) for n in page.inside(number, "img"))
    if tag.name in ("span", "div") and not _BUTTON_CLASS.search(own_names(page, number)):
        return words if BUY.fullmatch(words) else ""
    return words


def _turned_off(page: Page, number: int) -> bool:
    return bool(re.search(r"disabled|hidden|sold-?out|out-?of-?stock", names_of(page, number, 2)))


def _stock(page: Page, start: int, apart: bytearray, buys: bool) -> bool | None:
    """Whether it can be had: a button that sells it says more than any words.

    Else what is said of the product as a whole near its name, first in a place for it.
    """
    if buys:
        return True
    said: bool | None = None
    around = range(max(start - FAR // 2, 0), min(start + FAR, len(page.texts)))
    for place in sorted(around, key=lambda place: abs(place - start)):
        number, words = page.texts[place]
        named = _STOCK_CLASS.search(names_of(page, number, 3))
        if len(words) > (150 if named else 60) or apart[number]:
            continue
        answer = said_of_stock(words)
        if answer is None or (answer is False and not _of_the_whole(page, place)):
            continue
        if named:
            return answer
        said = answer if said is None else said
    return said


def _of_the_whole(page: Page, place: int) -> bool:
    """Whether a text about stock is of the product, not of a store, a size or a neighbour."""
    number, words = page.texts[place]
    above = [number, *page.ancestors(number)[:4]]
    if any(page.tags[n].name in ("option", "select", "label", "fieldset", "aside") for n in above):
        return False
    if OF_A_PART.search(words) or _PART_CLASS.search(" ".join(own_names(page, n) for n in above)):
        return False
    before = page.texts[place - 1] if place else (0, "")
    near = len(before[1]) < 40 and page.parents[number] in (before[0], page.parents[before[0]])
    return not (near and OF_A_PART.search(before[1]))


def _picture(page: Page, number: int, start: int, apart: bytearray) -> tuple[str, int]:
    """The main picture, and 1 if its text is the product's name."""
    name = page.text(number, 400) if number >= 0 else title(page)
    best, most, like = "", 1.0, 0
    for image in page.by_name.get("img", []):
        stands_in = is_stand_in(page, image)
        link = source_of(page, image) if stands_in else picture_of(page, image)
        if not link or apart[image] or is_small(page.tags[image]):
            continue
        points, alike = _picture_points(page, image, name, link)
        points += 1.5 if abs(page.first_text[image] - start) < 60 else 0
        if points > most:
            best, most, like = link, points, int(alike)
    return best, like


def _picture_points(page: Page, number: int, name: str, link: str) -> tuple[float, bool]:
    tag = page.tags[number]
    names = names_of(page, number, 4)
    words = str(tag.get("alt", "") or tag.get("title", ""))
    alike = same_words(words, name)
    points = 3.0 * alike + (2 if _MAIN_PICTURE.search(names) else 0)
    points += 2 if "image" in str(tag.get("itemprop", "")) else 0
    points -= 3 if _NO_PICTURE_OF_IT.search(f"{names_of(page, number, 2)} {link.lower()}") else 0
    points -= 4 if page.is_aside(number) else 0
    size = re.match(r"\d{3,4}", str(tag.get("width", "")) or str(tag.get("height", "")))
    points += 1.5 if size and int(size[0]) >= 200 else 0
    points += 0.5 if re.search(r"\.(?:jpe?g|webp|png|avif)", link.lower()) else 0
    return points, alike
