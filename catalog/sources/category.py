"""A shop's category page, and those after it; or the page of one product.

A product page is visited only where the list does not tell a product's title, price and picture.
Pages follow each other by rel=next, "next" and page links, or "load more" addresses.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from catalog.reading.answers import Answer, answer_of
from catalog.reading.cards import Look, cards, look_of
from catalog.reading.facts import Facts
from catalog.reading.page import Page, UnreadablePage
from catalog.reading.paging import NextPage, following, unread_more
from catalog.reading.products import Reading, read_list, read_products
from catalog.reading.selectors import Selectors, selected, selected_next
from catalog.reading.values import address_key, id_from_url
from catalog.records import ProductRecord, Record, SourceError, Unreadable
from catalog.sources.failing import each, only
from catalog.visiting.fetching import FetchError
from catalog.visiting.pages import PageFetcher

MAX_PAGES = 2000
# So many pages in a row without a new product end the walk, though there are more.
MAX_BARREN = 3
log = logging.getLogger(__name__)


def walk_category(
    url: str, fetcher: PageFetcher, selectors: Selectors | None = None
) -> Iterator[Record]:
    """Every product of a category, each once; the one product where `url` is its own page.

    Raises SourceError when a page cannot be had (at the end, what came before is yielded), or no
    page names a product. A product whose own page cannot be fetched is yielded as Unreadable.
    """
    return _Walk(fetcher, selectors).records(url)


def visit_product(url: str, fetcher: PageFetcher) -> ProductRecord | None:
    """What a product's own page says of it; None if it describes none.

    Raises FetchError, UnreadablePage.
    """
    with only(url):
        page = _page(url, fetcher)
        own = _own(page)
        return own.record(page.url) if own else None


@dataclass
class _Walk:
    fetcher: PageFetcher
    selectors: Selectors | None
    seen: dict[str, str] = field(default_factory=dict)  # key or item_id -> address
    visited: set[str] = field(default_factory=set)
    ahead: dict[str, NextPage] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    look: Look | None = None
    began: str = ""

    def records(self, url: str) -> Iterator[Record]:
        asked, barren = url, 0
        while url and len(self.visited) < MAX_PAGES and barren < MAX_BARREN:
            first = not self.visited
            self.visited.add(address_key(url))
            before = len(self.seen)
            found: list[NextPage] = []
            try:
                with only(url):
                    page, reading, found = self._visit(url, first)
                yield from self._new(reading, page)
                self._require_all(page, reading, found)
            except (FetchError, UnreadablePage) as error:
                self.failures.append(str(error))
            barren = 0 if len(self.seen) > before else barren + 1
            url = self._next(found)
        self._end(asked, url)

    def _end(self, asked: str, left: str) -> None:
        """Raises SourceError for what could not be had. `left` is a page that was not visited."""
        if left and len(self.visited) >= MAX_PAGES:
            self.failures.append(f"{left}: the walk stopped here, after {MAX_PAGES} pages")
        elif left:
            log.warning("%s: the walk ended here, after %s pages", left, len(self.visited))
        if self.failures:
            raise SourceError("; ".join(self.failures[:5]))
        if not self.seen:
            raise SourceError(f"{asked}: no products found on this page")

    def _visit(self, url: str, first: bool) -> tuple[Page, Reading, list[NextPage]]:
        """A page of the list, its products, and the pages that it leads to."""
        response = self.fetcher.get(url)
        self.visited.add(address_key(response.url))
        kind = response.headers.get("Content-Type", "")
        self.began = self.began or response.url
        if answer := answer_of(response.body, response.url, kind, self.began):
            return self._answered(answer)
        page = Page.of(response.body, response.url, kind)
        reading = self._read(page, first)
        return page, reading, [] if reading.own else self._following(page)

    def _answered(self, answer: Answer) -> tuple[Page, Reading, list[NextPage]]:
        page = answer.page
        reading = self._read(page, first=False)
        if not reading.products:
            reading = Reading(answer.products)
        if not reading.products and not answer.ended:
            raise UnreadablePage(f"{page.url}: no product could be read in this answer (JSON)")
        if answer.lost:
            self.failures.append(f"{page.url}: it does not say where the products after it are")
        return page, reading, [*answer.following, *self._following(page)]

    def _read(self, page: Page, first: bool) -> Reading:
        if self.selectors:
            return Reading(tuple(selected(page, self.selectors)))
        # Only where the walk begins may a page be a product's own.
        reading = read_products(page) if first else read_list(page, self.look)
        self.look = self.look or look_of(page)
        return reading

    def _require_all(self, page: Page, reading: Reading, found: list[NextPage]) -> None:
        """Tells of a button that loads more, where nothing says from where."""
        shown = () if reading.own or found or self.selectors else cards(page)
        if shown and (words := unread_more(page, page.ends[shown[-1].number])):
            told = f"what “{words[:40]}” would load cannot be read; these are not all products"
            self.failures.append(f"{page.url}: {told}")

    def _following(self, page: Page) -> list[NextPage]:
        if self.selectors and self.selectors.next:
            return [NextPage(link) for link in selected_next(page, self.selectors)]
        return following(page)

    def _next(self, found: list[NextPage]) -> str:
        """The page after this one; else the first of those that earlier pages named."""
        for one in found:
            self.ahead.setdefault(address_key(one.url), one)
        for key in self.visited:
            self.ahead.pop(key, None)
        for one in found:
            if address_key(one.url) in self.ahead:
                return one.url
        left = sorted(self.ahead.values(), key=lambda one: one.number or 0)
        return left[0].url if left else ""

    def _new(self, reading: Reading, page: Page) -> Iterator[Record]:
        """The records of what no page before has named."""

        def read(_: str, facts: Facts) -> Iterator[Record]:
            record: Record = facts.record(page.url)
            if not reading.own:
                record = _complete(facts, page, self.fetcher)
            yield self._with_own_id(record)

        return each(self._fresh(reading), read)

    def _fresh(self, reading: Reading) -> Iterator[tuple[str, Facts]]:
        for facts in reading.products:
            key = facts.key or facts.title
            if key not in self.seen:
                self.seen[key] = facts.url
                yield facts.url or key, facts

    def _with_own_id(self, record: Record) -> Record:
        """With the whole address as its id where an id made of it names another product too."""
        if isinstance(record, Unreadable):
            return record
        place = address_key(record.product_url)
        path = place.partition("/")[2].rstrip("?")
        known = self.seen.setdefault(f"id {record.item_id}", place)
        return record if known == place else replace(record, item_id=path[-300:])


def _page(url: str, fetcher: PageFetcher) -> Page:
    response = fetcher.get(url)
    return Page.of(response.body, response.url, response.headers.get("Content-Type", ""))


def _complete(listed: Facts, page: Page, fetcher: PageFetcher) -> Record:
    """The record, with what the list lacks taken from the product's own page."""
    record = listed.record(page.url)
    enough = bool(listed.title and listed.images)
    bearable = bool(listed.title and record.image_url)
    if (enough and listed.price is not None) or not listed.url or listed.url == page.url:
        return record
    try:
        with only(listed.url):
            own = _own(_page(listed.url, fetcher))
    except (FetchError, UnreadablePage) as error:
        return record if bearable else Unreadable(listed.item_id or listed.url, str(error))
    if own is None:
        reason = f"{listed.url}: its page does not describe it"
        return record if bearable else Unreadable(listed.item_id or listed.url, reason)
    return _joined(listed, own).record(page.url)


def _own(page: Page) -> Facts | None:
    """What a product's page says of it: its own product, never a neighbour's."""
    reading = read_products(page)
    here = address_key(page.url)
    same = [facts for facts in reading.products if facts.url and address_key(facts.url) == here]
    if reading.own or len(reading.products) == 1:
        same = list(reading.products)
    return same[0] if same else None


def _joined(listed: Facts, own: Facts) -> Facts:
    """What the product's page says, and where it is silent, what the list said."""
    ids = listed.ids or own.ids or {"identifier": id_from_url(own.url or listed.url)}
    return replace(own.completed(listed), ids=ids, url=listed.url or own.url)
