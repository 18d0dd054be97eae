"""The pages of a shop as a source reads them: counted, and up to a number."""

from typing import Protocol

from catalog.records import SourceError
from catalog.visiting.fetching import Fetcher, Response


class PageFetcher(Protocol):
    """What a source asks for pages: a Fetcher, or a count of what it fetches."""

    def get(self, url: str, *, max_bytes: int | None = None) -> Response: ...

    def sitemaps(self, url: str) -> list[str]: ...


class CountedPages:
    """Pages through a fetcher, `most` of them; `fetched` is how many there were.

    What is got while `looking` (for the source that fits) is kept, and not fetched again by it.
    """

    def __init__(self, fetcher: Fetcher, most: int) -> None:
        self.fetcher = fetcher
        self.most = most
        self.fetched = 0
        self.looking = False
        self._kept: dict[str, Response] = {}

    def get(
        self, url: str, *, etag: str = "", last_modified: str = "", max_bytes: int | None = None
    ) -> Response:
        """The content of an address. Raises FetchError; SourceError when it would be too many."""
        if url in self._kept:
            return self._kept[url] if self.looking else self._kept.pop(url)
        if self.fetched >= self.most:
            raise SourceError(f"stopped after {self.most} pages, as SCRAPE_MAX_PAGES asks")
        self.fetched += 1
        answer = self.fetcher.get(url, etag=etag, last_modified=last_modified, max_bytes=max_bytes)
        if self.looking:
            self._kept[url] = answer
        return answer

    def sitemaps(self, url: str) -> list[str]:
        """The sitemaps that the shop's robots.txt names. Raises FetchError."""
        return self.fetcher.sitemaps(url)
