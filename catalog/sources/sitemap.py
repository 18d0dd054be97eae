"""A shop's sitemap: the pages of its products, visited one after another.

Where some sitemaps are named for products, or some addresses look like a product's, only those are
visited.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from catalog.hosts import same_site
from catalog.reading.page import UnreadablePage
from catalog.reading.values import PRODUCT_PAGE
from catalog.records import ProductRecord, Record, SourceError, Unreadable
from catalog.sources.category import visit_product
from catalog.sources.described import web_address
from catalog.sources.documents import UnreadableDocument, charset_of, fetched
from catalog.sources.place import Place
from catalog.sources.sitemap_entries import Entry, entries_of, is_text_sitemap
from catalog.visiting.fetching import FetchError
from catalog.visiting.pages import PageFetcher

MAX_SITEMAPS = 1000
MAX_LEVELS = 3
_PRODUCTS = re.compile(r"produ|artikel|(?:^|[/_.-])(?:items?|pdps?)(?=[/_.\d-])", re.IGNORECASE)


def begins_at(place: Place) -> str:
    """The sitemap asked for; or the shop asked for, if its sitemap names products."""
    if place.path:
        return ""
    if place.root in ("urlset", "sitemapindex") or _is_plain(place):
        return place.asked
    try:
        return place.address if place.is_root and names_products(place.address, place.pages) else ""
    except SourceError:
        return ""


def _is_plain(place: Place) -> bool:
    """Whether it is a sitemap as text, or as RSS or Atom: a feed without products' pictures."""
    if place.root in ("rss", "feed", "rdf"):
        return not place.mentions("image_link", "base.google.com")
    is_text = place.name.endswith(".txt") or place.kind == "text/plain"
    return is_text and is_text_sitemap(place.body, place.asked)


def walk_sitemap(url: str, pages: PageFetcher) -> Iterator[Record]:
    """Every product whose page the sitemap, or those within it, names.

    Of a shop's first page, the sitemaps that its robots.txt names, else /sitemap.xml. Raises
    SourceError when it cannot be had, or when no page describes a product.
    """
    found = False
    for entry in _product_pages(url, pages):
        for record in _visited(entry, pages):
            found = True
            yield record
    if not found:
        raise SourceError(f"{url}: no page of this sitemap describes a product")


def names_products(url: str, pages: PageFetcher) -> bool:
    """Whether a sitemap names pages or sitemaps that look like products'. Raises SourceError."""
    return any(
        (_PRODUCTS if entry.is_sitemap else PRODUCT_PAGE).search(urlsplit(entry.address).path)
        for sitemap in _sitemaps(url, pages)
        for entry in _entries(sitemap, pages)
    )


def _sitemaps(url: str, pages: PageFetcher) -> list[str]:
    """The address itself; of a shop's first page, where its sitemaps are."""
    if urlsplit(url).path not in ("", "/"):
        return [url]
    try:
        named = pages.sitemaps(url)
    except FetchError as error:
        raise SourceError(str(error)) from error
    return list(dict.fromkeys(filter(None, (web_address(link, url) for link in named)))) or [
        urljoin(url, "/sitemap.xml")
    ]


def _product_pages(url: str, pages: PageFetcher) -> Iterator[Entry]:
    """The pages that sitemaps name, level by level, each once.

    A sitemap that cannot be read, or not to its end, is told of at the end: raises SourceError.
    """
    level = _sitemaps(url, pages)
    known = {url, *level}
    failures: list[SourceError] = []
    for _ in range(MAX_LEVELS):
        further: list[Entry] = []
        if len(level) > MAX_SITEMAPS:
            failures.append(SourceError(f"{url}: more than {MAX_SITEMAPS} sitemaps on one level"))
        for address in level[:MAX_SITEMAPS]:
            entries = _whole_entries(address, pages, failures)
            named = [e for e in entries if same_site(e.address, url) and e.address not in known]
            further += [entry for entry in named if entry.is_sitemap]
            wanted = _preferred([entry for entry in named if not entry.is_sitemap], PRODUCT_PAGE)
            known.update(entry.address for entry in wanted)
            yield from wanted
        level = [entry.address for entry in _preferred(further, _PRODUCTS)]
        known.update(level[:MAX_SITEMAPS])
    if level:
        failures.append(SourceError(f"{url}: sitemaps more than {MAX_LEVELS} levels deep"))
    if failures:
        raise failures[0]


def _whole_entries(address: str, pages: PageFetcher, failures: list[SourceError]) -> list[Entry]:
    """What a sitemap names; why it names no more goes to the failures."""
    entries: list[Entry] = []
    try:
        entries.extend(_entries(address, pages))
    except SourceError as error:
        failures.append(error)
    return entries


def _preferred(entries: list[Entry], pattern: re.Pattern[str]) -> list[Entry]:
    """Those whose path looks like a product's; all, where none does. Each once."""
    entries = list({entry.address: entry for entry in entries}.values())
    return [e for e in entries if pattern.search(urlsplit(e.address).path)] or entries


def _entries(url: str, pages: PageFetcher) -> Iterator[Entry]:
    answer = fetched(url, pages)
    try:
        yield from entries_of(answer.body, url, charset_of(answer))
    except UnreadableDocument as error:
        raise SourceError(f"{url}: {error}") from error


def _visited(entry: Entry, pages: PageFetcher) -> Iterator[Record]:
    """The product of a page; nothing, where it is not even called like a product's."""
    try:
        record = visit_product(entry.address, pages)
    except (FetchError, UnreadablePage) as error:
        yield Unreadable(entry.address, str(error))
        return
    if record:
        yield _with_pictures(record, entry)
    elif PRODUCT_PAGE.search(urlsplit(entry.address).path):
        yield Unreadable(entry.address, "its page does not describe a product")


def _with_pictures(record: ProductRecord, entry: Entry) -> ProductRecord:
    """The record under the sitemap's address, with the sitemap's pictures behind its own."""
    own = record.image_urls or ((record.image_url,) if record.image_url else ())
    images = tuple(dict.fromkeys(own + entry.images))
    first = images[0] if images else ""
    return replace(record, product_url=entry.address, image_url=first, image_urls=images)
