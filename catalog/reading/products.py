"""The products of a page: its own, if it is one product's page, else those that it lists.

Each field is taken from the first place that tells it: JSON-LD, microdata, the head's meta tags,
the state that scripts carry, and last what a visitor sees.
"""

from dataclasses import dataclass, replace

from catalog.reading.cards import Look, cards, main_link
from catalog.reading.embedded import embedded
from catalog.reading.facts import Facts
from catalog.reading.jsonld import json_ld
from catalog.reading.listed import listed
from catalog.reading.metas import about, canonical, is_of_a_product, meta, title
from catalog.reading.microdata import loose_properties, microdata
from catalog.reading.page import Page
from catalog.reading.prices import prices_seen
from catalog.reading.structured import MarkupProduct, described, facts_of
from catalog.reading.values import address_key, letters, same_words
from catalog.reading.visible import heading, visible_product

# This many points of what is seen make a product's page where no markup says so.
ENOUGH = 5
FEW_CARDS = 4


@dataclass(frozen=True)
class Reading:
    """What a page has: products in its order, and whether it is the one product's own page."""

    products: tuple[Facts, ...]
    own: bool = False


def read_products(page: Page) -> Reading:
    """All products of a page, each once; addresses are absolute. Raises UnreadablePage."""
    named = _markup_products(page)
    own = _own(page, named)
    if own is not None:
        return Reading((own,), own=True)
    return Reading(tuple(_of_list(page, named)))


def read_list(page: Page, look: Look | None = None) -> Reading:
    """The products of a page that is known to be a list. Raises UnreadablePage.

    `look` is how the cards of the list's page before look.
    """
    return Reading(tuple(_of_list(page, _markup_products(page), look)))


def _markup_products(page: Page) -> list[MarkupProduct]:
    return [*described(json_ld(page), page), *described(microdata(page), page)]


def _own(page: Page, named: list[MarkupProduct]) -> Facts | None:
    """The product that the page is about; None if it is a list, or about nothing for sale."""
    about_it = [one for one in named if _is_about(page, one)]
    if len(_keys(named)) > 1 and not about_it:
        return None
    points = visible_product(page).points + _points_of_state(page)
    many = len(cards(page)) >= FEW_CARDS
    alone = len(named) == len(about_it) == 1 and not named[0].ranged
    if about_it and (not many or points >= 3 or alone):
        return _completed(page, about_it)
    if is_of_a_product(page) and (not many or points >= 3) and len(_keys(named)) < 2:
        return _completed(page, [one for one in named if not one.listed])
    if len(_keys(named)) > 1 or (named and points < ENOUGH):
        return None
    # Without markup, all must be told: a list's heading beside a price is no product.
    if points < ENOUGH or (many and not (visible_product(page).sure and points > ENOUGH)):
        return None
    found = _completed(page, [])
    is_offered = found.price is not None or found.in_stock is not None
    return found if found.title and is_offered else None


def _points_of_state(page: Page) -> int:
    """Whether the scripts' state has a product with a price that is called as the page is."""
    view = visible_product(page)
    return 3 if view.facts.title and embedded(page, view.facts.title).price else 0


def _keys(named: list[MarkupProduct]) -> set[str]:
    return {one.facts.url or one.facts.key for one in named}


def _is_about(page: Page, one: MarkupProduct) -> bool:
    """Whether a product in the markup is the page's own: by its address, else by its name."""
    if one.listed:
        return False
    here = {address_key(page.url), address_key(canonical(page) or page.url)}
    if one.facts.url and address_key(one.facts.url) in here:
        return True
    paths = {key.partition("?")[0] for key in here}
    if one.facts.url and address_key(one.facts.url).partition("?")[0] in paths and one.facts.title:
        return True
    if not one.facts.url and not one.facts.title:
        return False
    number = heading(page)
    names = [page.text(number, 400) if number >= 0 else "", meta(page, "og:title"), title(page)]
    return any(same_words(one.facts.title, name) for name in names if name) or (
        len(letters(one.facts.title)) > 7 and letters(one.facts.title) in letters(names[2])
    )


def _completed(page: Page, named: list[MarkupProduct]) -> Facts:
    """The page's own product, all that it says of it put together."""
    facts = _of_those_shown(page, _merged(named), named)
    head = about(page)
    visible = visible_product(page).facts
    facts = facts.completed(_loose(page)).completed(replace(head, title="", url=""))
    state = embedded(page, facts.title or visible.title or head.title)
    if visible.in_stock and state.in_stock is False:  # of one size, where the page sells others
        state = replace(state, in_stock=None)
    if state.price and visible.price and state.price == 100 * visible.price:  # in cents
        state = replace(state, price=visible.price)
    if "variant" in facts.ids:  # the state's id is one of a size as well
        state = replace(state, ids={})
    facts = facts.completed(state).completed(visible).completed(head)
    # Others than the first are for when that turns out to be none.
    images = dict.fromkeys([*facts.images, *head.images[:2], *visible.images])
    return replace(_reduced(page, facts), url=_address(page, named), images=tuple(images))


def _merged(named: list[MarkupProduct]) -> Facts:
    """Several mentions of one product, or its sizes: one product, in stock if any of them is."""
    if not named:
        return Facts()
    all_of = [facts for one in named for facts in (one.facts, *one.variants)]
    facts = named[0].facts
    for other in all_of[1:]:
        facts = facts.completed(other)
    stocks = [one.in_stock for one in all_of if one.in_stock is not None]
    ids = [one.item_id for one in all_of if one.item_id]
    if len(named) > 2 and len(set(ids)) == len(ids) > 2:
        # Each size has an id of its own: none of them is the product's, but better than none.
        facts = replace(facts, ids={"variant": ids[0]}, group=facts.group)
    return replace(facts, in_stock=any(stocks) if stocks else None)


def _of_those_shown(page: Page, facts: Facts, named: list[MarkupProduct]) -> Facts:
    """With the price that is shown, where offers have several: of the size that is chosen."""
    shown = visible_product(page).facts.price
    amounts = sorted({amount for one in named for amount in one.amounts})
    if facts.price is None or shown is None or len(amounts) < 2:
        return facts
    return replace(facts, price=shown) if amounts[0] <= shown <= amounts[-1] else facts


def _loose(page: Page) -> Facts:
    """Properties in no item, where each stands once."""
    loose = {name: values for name, values in loose_properties(page).items() if len(values) == 1}
    loose.pop("name", None)
    return replace(facts_of(loose | {"offers": loose}, page), url="", title="")


def _reduced(page: Page, facts: Facts) -> Facts:
    """With the price of now, where the markup has one that the page shows only as struck out."""
    shown = visible_product(page).facts
    if facts.price is None or shown.price is None or not shown.price < facts.price:
        return facts
    points = [one.points for one in prices_seen(page) if one.price.amount == facts.price]
    if points and max(points) < 0:
        return replace(facts, price=shown.price, currency=shown.currency or facts.currency)
    return facts


def _address(page: Page, named: list[MarkupProduct]) -> str:
    """The product's address: what the page calls its own, if that is on the same host."""
    own = canonical(page) or next((one.facts.url for one in named if one.facts.url), "")
    host = address_key(page.url).partition("/")[0]
    root = address_key(own).partition("?")[0].count("/") == 0 if own else True
    return own if own and not root and address_key(own).startswith(host) else page.url


def _of_list(page: Page, named: list[MarkupProduct], look: Look | None = None) -> list[Facts]:
    """The products of a list: of its markup or of its cards, whichever has more of them."""
    marked = _marked(page, named)
    shown = listed(page, look)
    longer, other = (shown, marked) if len(shown) > len(marked) else (marked, shown)
    by_address = {address_key(one.url): one for one in other if one.url}
    by_name = {letters(one.title): one for one in other if one.title}
    found: list[Facts] = []
    for one in longer:
        match = by_address.get(address_key(one.url)) if one.url else by_name.get(letters(one.title))
        found.append(one.completed(match) if match else one)
    return found


def _marked(page: Page, named: list[MarkupProduct]) -> list[Facts]:
    """The products in the markup, each once; what is said twice completes each other."""
    found: dict[str, Facts] = {}
    for one in named:
        for facts in one.variants or (one.facts,):
            if one.place >= 0 and not facts.url:
                facts = replace(facts, url=main_link(page, one.place))
            key = facts.key if facts.ids or facts.url else letters(facts.title)
            if not facts.url and not facts.ids and len(named) > 1:
                # Without an address or an id, many would fold into one.
                facts = replace(facts, ids={"name": facts.title})
            if key:
                found[key] = found[key].completed(facts) if key in found else facts
    return _without_bare_addresses(list(found.values()))


def _without_bare_addresses(found: list[Facts]) -> list[Facts]:
    """Leaves out an address alone that a described product has too."""
    whole = {address_key(one.url) for one in found if one.url and (one.title or one.ids)}
    return [one for one in found if one.title or one.ids or address_key(one.url) not in whole]
