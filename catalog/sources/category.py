"""A shop's category page, and those after it.

Products are taken from what the pages say in JSON-LD, microdata or OpenGraph. A product page is
visited only where the list does not tell a product's title, price and picture. Pages follow each
other by rel=next, or by a link whose address differs in the page number only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import Message
from urllib.parse import urldefrag, urlsplit

from bs4 import BeautifulSoup, Tag

from catalog.reading.structured import absolute, products_in
from catalog.records import ProductRecord, Record, SourceError, Unreadable
from catalog.visiting.fetching import Fetcher, FetchError, Response

MOST_PAGES = 2000
_PAGE_NUMBER = re.compile(r"(?<=[?&]page=)\d+|(?<=[?&]p=)\d+|(?<=/page/)\d+")


@dataclass(frozen=True)
class _Page:
    """A page, where it was found in the end, and the address its relative links start from."""

    html: BeautifulSoup
    url: str
    base: str

    def products(self) -> list[ProductRecord]:
        return products_in(str(self.html), self.base)


def walk_category(url: str, fetcher: Fetcher) -> Iterator[Record]:
    """Every product of a category, each once.

    Raises SourceError when a category page cannot be fetched or the first names no product.
    A product whose own page cannot be fetched is yielded as Unreadable.
    """
    seen: set[str] = set()
    address, visited = url, set[str]()
    while address and address not in visited and len(visited) < MOST_PAGES:
        visited.add(address)
        page = _page(address, fetcher)
        records = [record for record in page.products() if record.key not in seen]
        if not records and address == url:
            raise SourceError(f"{url}: no products found on this page")
        for record in records:
            seen.add(record.key)
            yield _complete(record, page.url, fetcher)
        address = _next_page(page) if records else ""


def _page(url: str, fetcher: Fetcher) -> _Page:
    try:
        return _parsed(fetcher.get(url))
    except FetchError as error:
        raise SourceError(str(error)) from error


def _parsed(response: Response) -> _Page:
    html = BeautifulSoup(response.body, "lxml", from_encoding=_charset(response))
    base = html.find("base", href=True)
    link = str(base["href"]) if isinstance(base, Tag) else ""
    return _Page(html, response.url, absolute(response.url, link) or response.url)


def _charset(response: Response) -> str | None:
    """The encoding that the answer's header names; None leaves it to the page."""
    header = Message()
    header["Content-Type"] = response.headers.get("Content-Type", "")
    return header.get_content_charset()


def _complete(record: ProductRecord, page: str, fetcher: Fetcher) -> Record:
    """The record, with what the list lacks taken from the product's own page."""
    lacking = not record.title or record.price is None or not record.image_url
    if not lacking or not record.product_url or record.product_url == page:
        return record
    try:
        own = _parsed(fetcher.get(record.product_url)).products()
    except FetchError as error:
        return Unreadable(record.key, str(error))
    if not own:
        return Unreadable(record.key, f"{record.product_url}: its page does not describe it")
    return _joined(record, own[0])


def _joined(listed: ProductRecord, own: ProductRecord) -> ProductRecord:
    """What the product's page says, and where it is silent, what the list said."""
    return replace(
        own,
        item_id=listed.item_id or own.item_id,
        title=own.title or listed.title,
        price=listed.price if own.price is None else own.price,
        currency=own.currency or listed.currency,
        category=own.category or listed.category,
        product_url=listed.product_url,
        image_url=own.image_url or listed.image_url,
        in_stock=listed.in_stock if own.in_stock is None else own.in_stock,
    )


def _next_page(page: _Page) -> str:
    link = page.html.select_one("link[rel~=next][href], a[rel~=next][href]")
    if link:
        return _same_site(absolute(page.base, str(link["href"])), page.url)
    number = _PAGE_NUMBER.search(page.url)
    following = int(number.group()) + 1 if number else 2
    for anchor in page.html.select("a[href]"):
        target = _same_site(absolute(page.base, str(anchor["href"])), page.url)
        found = _PAGE_NUMBER.search(target)
        if (
            found
            and int(found.group()) == following
            and urlsplit(target).path.startswith(urlsplit(page.url).path.split("/page/")[0])
        ):
            return target
    return ""


def _same_site(url: str, page: str) -> str:
    """The address without its fragment, if it is on the page's own host; else nothing."""
    address = urldefrag(url).url
    return address if urlsplit(address).netloc == urlsplit(page).netloc else ""
