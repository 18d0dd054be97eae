"""A shop's category page, and those after it; or the page of one product.

A product page is visited only where the list does not tell a product's title, price and picture.
Pages follow each other by rel=next, "next" and page links, or "load more" addresses. What "load
more" answers may not name what follows: then the page with the next number is asked for.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from catalog.reading.answers import Answer, answer_of
from catalog.reading.cards import Look, cards, look_of
from catalog.reading.facts import Facts
from catalog.reading.page import Page, UnreadablePage
from catalog.reading.paging import NextPage, after, following, page_number, unread_more
from catalog.reading.products import Reading, read_list, read_products
from catalog.reading.selectors import Selectors, selected, selected_next
from catalog.reading.values import address_key, id_from_url
from catalog.records import ProductRecord, Record, SourceError, Unreadable
from catalog.sources.failing import each, only
from catalog.visiting.fetching import FetchError, NoSuchAddress
from catalog.visiting.pages import PageFetcher

MAX_PAGES = 2000
# So many pages in a row without a new product end the walk, though there are more.
MAX_BARREN = 3
# What a whole page has, and no part of one that a script puts into it.
_WHOLE_PAGE = re.compile(rb"<(?:!doctype|html|head|body|title|h1)\b", re.IGNORECASE)
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


@dataclass(frozen=True)
class _Visit:
    """A page of the list, its products, and the pages that it leads to.

    `goes_on`: whether more follows; None where a part of a page does not say.
    """

    page: Page
    reading: Reading
    found: list[NextPage]
    goes_on: bool | None = False


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
    currency: str = ""  # that of the list, for objects that do not say theirs
    loaded: set[str] = field(default_factory=set)  # what buttons named that load more
    guessed: str = ""  # the page that was asked for by its number alone
    doubt: str = ""  # what is to be told if nothing is there

    def records(self, url: str) -> Iterator[Record]:
        asked, barren = url, 0
        while url and len(self.visited) < MAX_PAGES and barren < MAX_BARREN:
            first = not self.visited
            self.visited.add(address_key(url))
            before = len(self.seen)
            found: list[NextPage] = []
            try:
                with only(url):
                    visit = self._visit(url, first)
                yield from self._new(visit.reading, visit.page)
                self._require_all(visit)
                found = visit.found or self._by_number(visit, len(self.seen) > before)
            except (FetchError, UnreadablePage) as error:
                self._fail(url, error)
            barren = 0 if len(self.seen) > before else barren + 1
            url = self._next(found)
        self._end(asked, url)

    def _fail(self, url: str, error: Exception) -> None:
        """Keeps a failure; that there is no page of a number which nobody named is none."""
        is_end = url == self.guessed and isinstance(error, NoSuchAddress)
        if not is_end or self.doubt:
            self.failures += [failure for failure in (str(error), self.doubt) if failure]
        self.doubt = ""

    def _by_number(self, visit: _Visit, fresh: bool) -> list[NextPage]:
        """The page with the next number, behind a part of a page that does not say what follows.

        What brought nothing new is the last.
        """
        doubt, self.doubt = self.doubt, ""
        if visit.goes_on is False or self._unvisited():
            return []
        url = after(visit.page.url, len(visit.reading.products))
        if fresh and url:
            doubt = f"{visit.page.url}: it does not say where the products after it are"
            self.guessed, self.doubt = url, doubt if visit.goes_on else ""
            return [NextPage(url, page_number(url), loads=True)]
        if not url:
            doubt = f"{visit.page.url}: it does not say where the products after it are"
        self.failures += [doubt] if doubt else []
        return []

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

    def _visit(self, url: str, first: bool) -> _Visit:
        response = self.fetcher.get(url)
        self.visited.add(address_key(response.url))
        kind = response.headers.get("Content-Type", "")
        self.began = self.began or response.url
        if answer := answer_of(response.body, response.url, kind, self.began):
            return self._answered(answer)
        page = Page.of(response.body, response.url, kind)
        reading = self._reading_of(page, first)
        is_part = url in self.loaded and not _WHOLE_PAGE.search(response.body)
        found = [] if reading.own else self._following(page)
        return _Visit(page, reading, found, None if is_part else False)

    def _answered(self, answer: Answer) -> _Visit:
        page = answer.page
        reading = self._reading_of(page, first=False)
        if not reading.products:
            reading = Reading(tuple(self._in_currency(facts) for facts in answer.products))
        if not reading.products and not answer.empty and not self._is_behind_the_last(answer):
            raise UnreadablePage(f"{page.url}: no product could be read in this answer (JSON)")
        found = [*answer.following, *self._following(page)]
        return _Visit(page, reading, found, answer.goes_on)

    def _is_behind_the_last(self, answer: Answer) -> bool:
        """Whether a page that nobody named shows nothing, be it a word about that."""
        return answer.page.url == self.guessed and not answer.page.named("img", "a")

    def _in_currency(self, facts: Facts) -> Facts:
        """With the list's currency, where an object names none."""
        bare = facts.price is not None and not facts.currency
        return replace(facts, currency=self.currency) if bare else facts

    def _reading_of(self, page: Page, first: bool) -> Reading:
        if self.selectors:
            return Reading(tuple(selected(page, self.selectors)))
        # Only where the walk begins may a page be a product's own.
        reading = read_products(page) if first else read_list(page, self.look)
        self.look = self.look or look_of(page)
        self.currency = self.currency or next((f.currency for f in reading.products), "")
        return reading

    def _require_all(self, visit: _Visit) -> None:
        """Tells of a button that loads more, where nothing says from where."""
        page = visit.page
        shown = () if visit.reading.own or visit.found or self.selectors else cards(page)
        if shown and (words := unread_more(page, page.ends[shown[-1].number])):
            problem = f"what “{words[:40]}” would load cannot be read; these are not all products"
            self.failures.append(f"{page.url}: {problem}")

    def _following(self, page: Page) -> list[NextPage]:
        if self.selectors and self.selectors.next:
            return [NextPage(link) for link in selected_next(page, self.selectors)]
        return following(page)

    def _next(self, found: list[NextPage]) -> str:
        """The page after this one; else the first of those that earlier pages named."""
        for one in found:
            self.ahead.setdefault(address_key(one.url), one)
            self.loaded |= {one.url} if one.loads else set()
        left = self._unvisited()
        for one in found:
            if address_key(one.url) in self.ahead:
                return one.url
        return left[0].url if left else ""

    def _unvisited(self) -> list[NextPage]:
        """What earlier pages named and nobody has visited, in order."""
        for key in self.visited:
            self.ahead.pop(key, None)
        return sorted(self.ahead.values(), key=lambda one: one.number or 0)

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
    return _merged(listed, own).record(page.url)


def _own(page: Page) -> Facts | None:
    """What a product's page says of it: its own product, never a neighbour's."""
    reading = read_products(page)
    here = address_key(page.url)
    same = [facts for facts in reading.products if facts.url and address_key(facts.url) == here]
    if reading.own or len(reading.products) == 1:
        same = list(reading.products)
    return same[0] if same else None


def _merged(listed: Facts, own: Facts) -> Facts:
    """What the product's page says, and where it is silent, what the list said."""
    ids = listed.ids or own.ids or {"identifier": id_from_url(own.url or listed.url)}
    return replace(own.completed(listed), ids=ids, url=listed.url or own.url)
