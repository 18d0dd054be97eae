"""Polite and safe HTTP: the only way in which this program visits a shop."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from protego import Protego

from catalog.visiting.addresses import (
    Connector,
    ForbiddenAddress,
    Resolver,
    checked_adapter,
    resolve,
)

MOST_BYTES = 20_000_000
MOST_SECONDS = 60.0
TIMEOUT = (10, 20)
MOST_REDIRECTS = 5
# Answers that ask to come again later, and how often that is done.
LATER = (429, 502, 503, 504)
TRIES = 4
LONGEST_WAIT = 120.0


class FetchError(Exception):
    """An address could not be fetched; the message says why."""


@dataclass(frozen=True)
class Response:
    """What came. A 304 ("not modified") has no body. `headers` ignores upper and lower case."""

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def etag(self) -> str:
        return self.headers.get("ETag", "")

    @property
    def last_modified(self) -> str:
        return self.headers.get("Last-Modified", "")

    @property
    def redirect(self) -> str:
        """The address that this answer sends to, or nothing."""
        if self.status not in (301, 302, 303, 307, 308):
            return ""
        target = self.headers.get("Location", "")
        try:
            return urljoin(self.url, target)
        except ValueError:
            return target  # refused, with its name, where it is followed


class Fetcher:
    """Fetches what robots.txt allows, one request at a time, with a pause before each.

    user_agent names the visitor and how to reach them; pause is in seconds, per host, and a
    robots.txt may ask for a longer one. `sleep`, `resolver` and `connector` are there for tests.
    """

    def __init__(
        self,
        user_agent: str,
        pause: float = 0.5,
        *,
        allow_loopback: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        resolver: Resolver = resolve,
        connector: Connector = urllib3.util.connection.create_connection,
    ) -> None:
        self.user_agent = user_agent
        self.pause = pause
        self.sleep = sleep
        self.session = requests.Session()
        self.session.trust_env = False  # a proxy would connect where we must not
        self.session.headers["User-Agent"] = user_agent
        adapter = checked_adapter(allow_loopback, resolver, connector)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)
        self._robots: dict[str, Protego] = {}
        self._last_visit: dict[str, float] = {}

    def get(self, url: str, *, etag: str = "", last_modified: str = "") -> Response:
        """The content of an address; with `etag` or `last_modified`, only if it has changed.

        Raises FetchError.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        for _ in range(MOST_REDIRECTS + 1):
            self._require_allowed(url)
            response = self._patiently(url, headers)
            if response.status == 200 or (response.status == 304 and headers):
                return response
            if not response.redirect:
                raise FetchError(f"{url}: HTTP status {response.status}")
            url = response.redirect
        raise FetchError(f"{url}: more than {MOST_REDIRECTS} redirects")

    def _require_allowed(self, url: str) -> None:
        try:
            url.encode()
            parts = urlsplit(url)
        except ValueError as error:
            raise FetchError(f"{url!r} is no address: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FetchError(f"{url}: only http and https addresses are visited")
        if not self._rules(url).can_fetch(url, self.user_agent):
            raise FetchError(f"{url}: the shop's robots.txt asks not to fetch it")

    def _rules(self, url: str) -> Protego:
        """The host's robots.txt; none is as an empty one, one that cannot be had forbids all."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = Protego.parse(self._robots_text(f"{origin}/robots.txt"))
        return self._robots[origin]

    def _robots_text(self, url: str) -> str:
        for _ in range(MOST_REDIRECTS + 1):
            response = self._once(url, {})
            if not response.redirect:
                break
            url = response.redirect
        if response.status >= 500:
            return "User-agent: *\nDisallow: /"
        return response.body.decode(errors="replace") if response.status == 200 else ""

    def _wait_for_turn(self, url: str) -> None:
        parts = urlsplit(url)
        rules = self._robots.get(f"{parts.scheme}://{parts.netloc}")
        asked = rules.crawl_delay(self.user_agent) if rules else None
        pause = max(self.pause, min(float(asked or 0), LONGEST_WAIT))
        since = time.monotonic() - self._last_visit.get(parts.netloc, float("-inf"))
        if since < pause:
            self.sleep(pause - since)
        self._last_visit[parts.netloc] = time.monotonic()

    def _patiently(self, url: str, headers: dict[str, str]) -> Response:
        """The answer; when the shop asks to come again later, that is done a few times."""
        response = self._once(url, headers)
        for attempt in range(TRIES - 1):
            if response.status not in LATER:
                break
            self.sleep(_wait(response.headers.get("Retry-After", ""), attempt))
            response = self._once(url, headers)
        if response.status >= 400:
            raise FetchError(f"{url}: HTTP status {response.status}")
        return response

    def _once(self, url: str, headers: dict[str, str]) -> Response:
        self._wait_for_turn(url)
        try:
            with self.session.get(
                url, headers=headers, timeout=TIMEOUT, stream=True, allow_redirects=False
            ) as answer:
                body = _body(answer) if answer.status_code == 200 else b""
                return Response(url, answer.status_code, body, answer.headers)
        except FetchError:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise FetchError(f"{url}: {error}") from error
        except ForbiddenAddress as error:
            raise FetchError(f"{url}: {error}") from error


def _body(answer: requests.Response) -> bytes:
    """The body, unpacked, up to a size and a time: neither a bomb nor a trickle gets past."""
    deadline = time.monotonic() + MOST_SECONDS
    chunks, size = [], 0
    # read1 gives what has come; iter_content would wait for a full chunk, however slow.
    while chunk := answer.raw.read1(65536, decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if size > MOST_BYTES:
            raise FetchError(f"{answer.url}: larger than {MOST_BYTES // 1_000_000} MB")
        if time.monotonic() > deadline:
            raise FetchError(f"{answer.url}: not complete after {MOST_SECONDS:.0f} seconds")
    return b"".join(chunks)


def _wait(retry_after: str, attempt: int) -> float:
    """Seconds to wait: what Retry-After says (seconds, or a date), else 1, 2, 4 …"""
    if retry_after.strip().isdecimal():
        return min(float(retry_after), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(retry_after).timestamp() - time.time()
        return min(max(until, 0.0), LONGEST_WAIT)
    except (TypeError, ValueError):
        return 2.0**attempt
