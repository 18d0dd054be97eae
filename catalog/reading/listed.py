"""What the cards of a list say of their products: name, price, stock, pictures, ids."""

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from decimal import Decimal

from catalog.reading.cards import NAME_CLASS, Card, Look, cards, cards_like, classes_of
from catalog.reading.facts import Facts
from catalog.reading.images import pictures_within
from catalog.reading.money import money, prices_in
from catalog.reading.page import Page
from catalog.reading.prices import PriceCandidate, lower_beside, own_names, prices_seen
from catalog.reading.values import letters, plain, said_of_stock

# So many products of a list do not have the same picture.
SHARED = 3
# A price stands so few texts behind its card.
FAR_BEHIND = 6
# Where a card has its price for programs only.
_PRICE_ATTRIBUTES = ("data-price", "data-price-amount", "data-product-price", "data-final-price")
_NO_NAME = re.compile(
    r"^(?:quick ?view|view|details?|more|buy|add to .*|sale!?|new!?|wishlist|compare|read more|"
    r"select options|in den warenkorb|zum produkt|mehr|details ansehen|shop now|learn more|"
    r"view details|choose options|\W*|[-–]?\d+\s*%.*|sold out|out of stock|unavailable)$",
    re.IGNORECASE,
)


def listed(page: Page, look: Look | None = None) -> list[Facts]:
    """What the cards of a page say, in order. `look` is that of the list's page before."""
    prices = sorted(prices_seen(page), key=lambda seen: seen.number)
    found = list(cards(page))
    if look and not any(look.classes <= classes_of(page, card.number) for card in found):
        found = cards_like(page, look) or found
    facts = [_facts(page, card, prices) for card in found]
    if facts and not any(one.price for one in facts):
        facts = _with_prices_behind(page, found, facts, prices)
    return _with_own_pictures(facts)


def _with_prices_behind(
    page: Page, found: list[Card], all_of: list[Facts], prices: list[PriceCandidate]
) -> list[Facts]:
    """Where no card holds a price: the one that stands behind each, if one does behind most."""
    ends = [card.number for card in found[1:]] + [len(page.tags)]
    behind = []
    for card, end in zip(found, ends, strict=True):
        near = page.first_text[card.number] + len(page.texts_within(card.number)) + FAR_BEHIND
        own = [s for s in prices if page.ends[card.number] < s.number < end and s.place < near]
        behind.append(_best(own))
    if sum(seen is not None for seen in behind) < 0.6 * len(found):
        return all_of
    return [
        replace(one, price=seen.price.amount, currency=seen.price.currency) if seen else one
        for one, seen in zip(all_of, behind, strict=True)
    ]


def _with_own_pictures(found: list[Facts]) -> list[Facts]:
    """A picture that several products of the list have is none of theirs: a script changes it."""
    counts = Counter(image for facts in found for image in facts.images)
    shared = {image for image, count in counts.items() if count >= SHARED}
    if not shared:
        return found
    return [
        replace(
            facts,
            images=tuple(image for image in facts.images if image not in shared),
            stand_ins=tuple(image for image in facts.images if image in shared),
        )
        for facts in found
    ]


def _facts(page: Page, card: Card, prices: list[PriceCandidate]) -> Facts:
    page.check_deadline()
    first = bisect_left(prices, card.number, key=lambda s: s.number)
    last = bisect_left(prices, page.ends[card.number] + 1, key=lambda s: s.number)
    seen = _best(prices[first:last])
    words = page.text(card.number, 600)
    return Facts(
        title=_name(page, card),
        price=seen.price.amount if seen else _unseen_price(page, card.number),
        currency=seen.price.currency if seen else "",
        in_stock=False if said_of_stock(words) is False else None,
        url=card.url,
        images=tuple(pictures_within(page, card.number)[:10]),
        ids=_data_ids(page, card.number),
    )


def _unseen_price(page: Page, number: int) -> Decimal | None:
    """The price in a card's attributes."""
    for inner in range(number, page.ends[number] + 1):
        tag = page.tags[inner]
        values = [tag.get(key) for key in _PRICE_ATTRIBUTES]
        values += [tag.get("content")] if tag.get("itemprop") == "price" else []
        for value in values:
            if value and len(str(value)) < 20 and (amount := money(str(value))):
                return amount
    return None


def _best(prices: list[PriceCandidate]) -> PriceCandidate | None:
    """The price for which most speaks; the lower of two side by side, as the other is the old."""
    best = max(prices, key=lambda s: (s.points, -s.place), default=None)
    if best is None:
        return None
    return lower_beside(best, [one for one in prices if one.points == best.points])


def _name(page: Page, card: Card) -> str:
    """A heading, a name by its class, the link's text or title, the picture's alt: so ordered."""
    numbers = range(card.number, page.ends[card.number] + 1)
    headings, classed, linked, titled, alts = [], [], [], [], []
    for number in numbers:
        tag = page.tags[number]
        if re.fullmatch(r"h[1-6]", tag.name):
            headings.append(page.text(number, 300))
        elif tag.name not in ("img", "form", "input", "button") and NAME_CLASS.search(
            own_names(page, number)
        ):
            classed.append(page.text(number, 300))
        if tag.name == "a" and page.link(str(tag.get("href", ""))).split("#")[0] == card.url:
            linked.append(page.text(number, 300))
            titled.append(str(tag.get("title", "")) or str(tag.get("aria-label", "")))
        elif tag.name == "img":
            alts.append(str(tag.get("alt", "")) or str(tag.get("title", "")))
    # A link around the whole card says its price as well; its picture's text is the name alone.
    whole = letters(" ".join(linked))
    short = [alt for alt in alts if prices_in(" ".join(linked)) and 3 < len(letters(alt)) < 300]
    named = [alt for alt in short if letters(alt) in whole]
    for options in (headings, classed, named, linked, titled, alts):
        for name in options:
            if (words := plain(name)) and len(words) <= 300 and not _NO_NAME.match(words):
                return words
    return ""


def _data_ids(page: Page, number: int) -> dict[str, str]:
    """An id that a card's attributes name."""
    for inner in range(number, page.ends[number] + 1):
        attributes = page.tags[inner].attrs
        for key in ("data-product_sku", "data-product-sku", "data-sku"):
            value = str(attributes.get(key, "")).strip()
            if value and len(value) < 80:
                return {"sku": value}
    return {}
