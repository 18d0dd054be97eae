"""The prices that a visitor sees on a page, each with the reasons for and against it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from catalog.reading.money import (
    Price,
    hundredths,
    money,
    normal,
    place_of,
    placed_prices,
    prices_in,
)
from catalog.reading.page import Page
from catalog.reading.words import BEFORE_OLD_PRICE, BEFORE_OTHER_PRICE

MAX_PRICES = 3000
# In a class or an id around it.
_A_PRICE = re.compile(r"price|preis|prix|prezzo|precio|preco|cena|amount|kaina|fiyat|tsena|hinta")
_NOW = re.compile(
    r"sale|special|final|current|now|actual|our|offer|reduced|promo|deal|sell|today|main|buying|"
    r"salesprice|neupreis|angebot|price-?new|new-?price"
)
_BEFORE = re.compile(
    r"old|was|(?<!with-)(?<!has-)list-?price|rrp|msrp|uvp|before|strike|crossed|compare|original|previous|regular|"
    r"retail|saving|save|you-?save|discount-?(?:amount|value)|instead|statt|barr|ancien|lineth|"
    r"vecchio|anterior|line-?through"
)
_NO_PRICE_OF_IT = re.compile(
    r"shipping|delivery|versand|livraison|install?ment|month|financ|unit-?price|price-?unit|per-?unit|"
    r"base-?price|grundpreis|ppu|(?:price|ex|excl)-?tax|tax-?ex|voucher|coupon|points|mini-?cart|(?:cart|basket|order)-?total|"
    r"\btotals?\b|site-?header|filter|facet|warrant|insurance|gift-?wrap|trade-?in|loyalty|member"
)
_AFTER_WORDS = re.compile(
    r"^\W*(?:/|per\b|pro\b|je\b|pour\b)?\s*(?:\d+\s*)?(?:kg|g|l|ml|litre|liter|100\s*(?:g|ml)|oz|"
    r"ounce|count|stück|unit|unité|month|mo\b|monat|mois|mese|mes\b|shipping|delivery|postage|"
    r"versand|livraison|off\b|korting|rabatt|excl?\.?\s?(?:vat|tax|btw|mwst|gst)|ex\.?\s?(?:vat|gst)|"
    r"zzgl|netto\b|h\.?t\b\.?|hors tax)",
    re.IGNORECASE,
)
_INSTALMENT = re.compile(r"\d+\s?[x×]\s?(?:de|à|of)?\s*$", re.IGNORECASE)
# Between an old price and the one now; a range goes on.
_FEW_WORDS = re.compile(r"(?!\s*(?:[-–—~]|to|bis|à|a)\s*$)\W*(?:\w+\W+){0,2}", re.IGNORECASE)
_TWO_NUMBERS = re.compile(r"\d[\d.,' ]*[^\d.,' ]\D*\d")
_A_LETTER = re.compile(r"[^\W\d_]")
_A_NUMBER = re.compile(r"^[^\w]*\d[\d.,' ]*[^\w]*$")
_A_PRICE_NEXT = re.compile(r"^\W*[^\w\s/(]\s?\d|^\d")
_HAS_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class PriceCandidate:
    """A price on the page, the tag it stands in, and how much speaks for its being the one."""

    number: int
    price: Price
    place: int  # among the page's texts
    points: int


@lru_cache(maxsize=2)
def prices_seen(page: Page) -> tuple[PriceCandidate, ...]:
    """Every price that is shown, in the page's order."""
    found: dict[int, PriceCandidate] = {}
    place = place_of(page.url, page.language)
    for index, (number, words) in enumerate(page.texts):
        if len(words) > 160 or not _HAS_DIGIT.search(words):
            continue
        if len(found) >= MAX_PRICES:
            break
        if index % 100 == 0:
            page.check_deadline()
        words = _of_now(words, place)
        around, price = _price_around(page, number, words, place)
        if price is not None and around not in found:
            found[around] = PriceCandidate(
                around, price, index, _points(page, around, index, words)
            )
    return tuple(found.values())


def _of_now(words: str, place: str) -> str:
    """The words from the price now on, where one text tells the old one or an instalment first."""
    if not _TWO_NUMBERS.search(words):
        return words
    plain, cut = normal(words), 0
    for begin, end, _ in placed_prices(plain, "", place):
        before = plain[cut:begin]
        if not (BEFORE_OLD_PRICE.search(before) or _INSTALMENT.search(before)):
            is_other = BEFORE_OTHER_PRICE.search(before) or _AFTER_WORDS.search(plain[end:])
            return plain[cut:] if cut and _FEW_WORDS.fullmatch(before) and not is_other else words
        cut = end
    return words


def lower_beside(best: PriceCandidate, alike: list[PriceCandidate]) -> PriceCandidate:
    """Of two prices side by side for which as much speaks, the lower: the other is the old one."""
    for other in alike:
        near = 0 < other.place - best.place <= 2
        if near and best.price.amount * 3 / 10 < other.price.amount < best.price.amount:
            return other
    return best


def names_of(page: Page, number: int, levels: int = 1) -> str:
    """The class, id and itemprop of a tag and of some around it, in small letters."""
    words = []
    for _ in range(levels):
        if number < 0:
            break
        words.append(own_names(page, number))
        number = page.parents[number]
    return " ".join(words)


def own_names(page: Page, number: int) -> str:
    """The class, id, itemprop and the like of one tag, in small letters."""
    if number not in page.names:
        page.names[number] = _names(page.tags[number].attrs)
    return page.names[number]


def _names(attributes: Mapping[str, object]) -> str:
    words = []
    for key in ("class", "id", "itemprop", "data-testid", "data-test", "data-hook", "data-auto"):
        if value := attributes.get(key):
            words.append(" ".join(value) if isinstance(value, list) else str(value))
    return " ".join(words).lower()[:300]


def _price_around(page: Page, number: int, words: str, place: str) -> tuple[int, Price | None]:
    """The price that a text is of or is a part of: sign, number and cents may be in tags each."""
    price = next(iter(prices_in(words, "", place)), None)
    if price is None and hundredths(words) is None and _A_LETTER.search(words):
        return number, None  # "3 sold" is no part of a price
    best = (number, price)
    for around in [number, *page.ancestors(number)[:2]]:
        # The whole number in one tag, the cents in another beside it.
        if price is not None and (price.amount % 1 or _joined_length(page, around) > 40):
            break
        joined = tight(page, around)
        if len(joined) > 48:
            break
        if joined == words:  # a tag around this text alone makes no more of it
            continue
        inner = prices_in(joined, "", place)
        if len(inner) == 1 and (price is None or int(inner[0].amount) == int(price.amount)):
            best, price = (around, inner[0]), inner[0]
    if best[1] is None and (amount := hundredths(words)):
        return number, Price(amount, "")
    if best[1] is None and len(words) < 24 and _A_PRICE.search(names_of(page, number, 2)):
        amount = money(words) if _A_NUMBER.match(normal(words)) else None
        return number, Price(amount) if amount else None
    return best


def _joined_length(page: Page, number: int) -> int:
    return len(page.text(number, 60))


def tight(page: Page, number: int) -> str:
    """The text of a tag with the parts of a number put together: "$", "34", ".", "98"."""
    joined = ""
    for _, words in page.texts_within(number)[:12]:
        if not joined:
            joined = words
        elif joined[-1].isdigit() and re.fullmatch(r"\d\d", words):
            joined += ("" if re.search(r"[.,]\d*$", joined) else ".") + words
        elif joined[-1] in ".,$€£" or words[0] in ".,":
            joined += words
        else:
            joined += " " + words
        if len(joined) > 60:
            break
    return joined


def _points(page: Page, number: int, index: int, words: str) -> int:
    points = _points_of_names(*(names_of(page, number, levels) for levels in (2, 3, 5)))
    names = {page.tags[n].name for n in [number, *page.ancestors(number)[:4]]}
    points -= 6 if names & {"del", "s", "strike"} or _struck(page, number) else 0
    points -= 4 if names & {"option", "select"} else 0
    points -= 4 if page.is_aside(number) else 0
    before = _words_before(page, index, words)
    points -= 5 if BEFORE_OLD_PRICE.search(before) else 0
    points -= 6 if BEFORE_OTHER_PRICE.search(before) else 0
    points -= 4 if _AFTER_WORDS.search(_words_after(page, index, words)) else 0
    return points - (3 if len(words) > 50 else 0)


@lru_cache(maxsize=1024)
def _points_of_names(near: str, around: str, far: str) -> int:
    """What the classes of the tag and of those around it say; alike in every card of a list."""
    points = 4 if _A_PRICE.search(near) else 2 if _A_PRICE.search(far) else 0
    points += 2 if _NOW.search(near) else 0
    points -= 5 if _BEFORE.search(near) else 2 if _BEFORE.search(far) else 0
    return points - (6 if _NO_PRICE_OF_IT.search(around) else 0)


def _struck(page: Page, number: int) -> bool:
    return "line-through" in str(page.tags[number].get("style", ""))


def _words_before(page: Page, index: int, words: str) -> str:
    """What stands before the price: in its own text, else the text before it."""
    digit = _HAS_DIGIT.search(words)
    own = re.sub(r"[^\w\s:.]+\s*$", "", words[: digit.start()]) if digit else ""
    if re.search(r"\w{2}", own) or not index:
        return own
    before = page.texts[index - 1][1]
    if index > 1 and _ends_another(page, index - 1):
        return ""
    return before[-60:] if not _HAS_DIGIT.search(before) else ""


def _ends_another(page: Page, index: int) -> bool:
    """Whether a text stands behind the price before it, and not before the one after it."""
    (earlier, words), (number, _), (later, _) = page.texts[index - 1 : index + 2]
    around = page.parents[number]
    behind = around in (earlier, page.parents[earlier]) and _HAS_DIGIT.search(words) is not None
    return behind and around not in (later, page.parents[later])


def _words_after(page: Page, index: int, words: str) -> str:
    rest = re.sub(r"^.*\d[^\w/(]*", "", words)
    if rest or index + 1 >= len(page.texts):
        return rest
    following = page.texts[index + 1][1][:40]
    return "" if _A_PRICE_NEXT.search(following) else following
