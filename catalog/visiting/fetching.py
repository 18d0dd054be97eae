"""Polite and safe HTTP: the only way in which this program visits a shop."""

import random
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, quote_from_bytes, urljoin, urlsplit

import requests
import urllib3
from protego import Protego
from urllib3.util.connection import create_connection

from catalog.visiting.addresses import ForbiddenAddress, Resolver, resolve
from catalog.visiting.connections import Budget, CheckedAdapter, Connector, OverBudget
from catalog.visiting.failures import sentence
from catalog.visiting.retrying import LATER, TRIES, wait_before
from catalog.visiting.robots import parse_nothing, parse_robots, parse_stay_out
from catalog.visiting.unpacking import Unpacker

# What one exchange may take, its redirects included: as it comes, and unpacked.
MAX_BYTES = 20_000_000
MAX_SECONDS = 60.0
# Seconds of silence: before a connection stands, and while one waits for bytes.
TIMEOUT = (10, 20)
MAX_REDIRECTS = 5
# More than any shop needs; with them the headers grow until the shop refuses all that we ask.
MAX_COOKIES = 50
PACKED = {"gzip", "x-gzip", "deflate", "identity"}
LONGEST_PAUSE = 120.0
CHUNK = 65_536
# The rules of a host whose robots.txt cannot be had for now: that it forbids is not for ever.
_STAY_OUT = parse_stay_out()


class FetchError(Exception):
    """An address could not be fetched; the message says why."""


class Refused(FetchError):
    """What no later try will change: nothing is there, or it may not be visited."""


class NoSuchAddress(Refused):
    """The shop says that there is nothing at the address."""


class _Dropped(FetchError):
    """The connection failed or broke off, which another try may not."""


@dataclass(frozen=True)
class Response:
    """What came from `url`. A 304 ("not modified") has no body. `headers` ignores case.

    `own` tells whether it came from the origin that was asked, and not from where that sent us.
    """

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str]
    own: bool = True

    @property
    def etag(self) -> str:
        return self._validator("ETag")

    @property
    def last_modified(self) -> str:
        return self._validator("Last-Modified")

    def _validator(self, name: str) -> str:
        """What may be sent back to the origin that was asked: its own, and fit for a header."""
        value = self.headers.get(name, "").strip()
        return value if self.own and value.isascii() and value.isprintable() else ""

    @property
    def redirect(self) -> str:
        """The address that this answer sends to, or nothing."""
        if self.status not in (301, 302, 303, 307, 308):
            return ""
        target = _as_sent(self.headers.get("Location", ""))
        try:
            return urljoin(self.url, target)
        except ValueError:
            return target  # refused, with its name, where it is followed


class _Session(requests.Session):
    """Follows no redirect, and reads no byte that it is not asked for."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class Fetcher:
    """Fetches what robots.txt allows, one request at a time, with a pause before each.

    user_agent names the visitor and how to reach them; pause is in seconds, per host, and a
    robots.txt may ask for a longer one. An exchange takes `most_seconds`, or MAX_SECONDS. One that
    is not `patient`, since somebody waits for the answer, neither pauses nor asks again. `sleep`,
    `resolver` and `connector` are there for tests.
    """

    def __init__(
        self,
        user_agent: str,
        pause: float = 0.5,
        *,
        allow_loopback: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        resolver: Resolver = resolve,
        connector: Connector = create_connection,
        max_seconds: float | None = None,
        patient: bool = True,
    ) -> None:
        self.user_agent = user_agent
        self.pause = pause
        self._most_seconds = max_seconds
        self.patient = patient
        self.sleep = sleep
        self._adapter = CheckedAdapter(allow_loopback, resolver, connector)
        self._sessions: dict[str, requests.Session] = {}
        self._robots: dict[str, Protego | FetchError] = {}  # or why it cannot be had
        self._last_visit: dict[str, float] = {}

    def get(
        self, url: str, *, etag: str = "", last_modified: str = "", max_bytes: int | None = None
    ) -> Response:
        """The content of an address; with `etag` or `last_modified`, only if it has changed.

        A shop that is busy or breaks off is asked again a few times. Raises FetchError.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        response = self._patiently(lambda: self._follow(url, headers, max_bytes or MAX_BYTES))
        if response.status == 200 or (response.status == 304 and headers):
            return response
        kind = NoSuchAddress if response.status in (404, 410) else FetchError
        raise kind(f"{url}: HTTP status {response.status}")

    def sitemaps(self, url: str) -> list[str]:
        """The sitemaps that the robots.txt of an address's host names. Raises FetchError."""
        return list(self._rules(_parts_of(url)).sitemaps)

    def _follow(self, url: str, headers: dict[str, str], max_bytes: int) -> Response:
        """The answer behind all redirects, each of them allowed, within one budget."""
        origin = _origin(_parts_of(url))
        budget = Budget(self._most_seconds or MAX_SECONDS, max_bytes)
        for _ in range(MAX_REDIRECTS + 1):
            parts = _parts_of(url)
            began = time.monotonic()
            rules = self._rules(parts)
            budget.ends += time.monotonic() - began  # robots.txt has a budget of its own
            if not rules.can_fetch(url, self.user_agent):
                kind = FetchError if rules is _STAY_OUT else Refused
                raise kind(f"{url}: the shop's robots.txt asks not to fetch it")
            # What tells an old copy from a new one is not for another host to know.
            response = self._once(url, headers if _origin(parts) == origin else {}, budget)
            if not response.redirect:
                return replace(response, own=_origin(parts) == origin)
            url = response.redirect
        raise FetchError(f"{url}: more than {MAX_REDIRECTS} redirects")

    def _rules(self, parts: SplitResult) -> Protego:
        origin = _origin(parts)
        if origin not in self._robots:
            try:
                self._robots[origin] = self._fetched_rules(f"{origin}/robots.txt")
            except FetchError as error:  # once is enough: a shop's every picture would ask again
                kind = Refused if isinstance(error, Refused) else FetchError
                self._robots[origin] = kind(str(error))
        rules = self._robots[origin]
        if isinstance(rules, Refused):  # as anything else there is
            reason = str(rules).removeprefix(f"{origin}/robots.txt: ")
            raise Refused(f"{parts.geturl()}: {reason}")
        if isinstance(rules, FetchError):
            raise FetchError(str(rules))
        return rules

    def _fetched_rules(self, url: str) -> Protego:
        """The host's robots.txt; none is as an empty one, one that cannot be had forbids all."""
        response = self._patiently(lambda: self._robots_answer(url))
        if response.status >= 500 or response.status == 429:
            return _STAY_OUT
        return parse_robots(response.body) if response.status == 200 else parse_nothing()

    def _robots_answer(self, url: str) -> Response:
        budget = Budget(self._most_seconds or MAX_SECONDS, MAX_BYTES)
        for _ in range(MAX_REDIRECTS + 1):
            response = self._once(url, {}, budget)
            if not response.redirect:
                break
            url = response.redirect
        return response

    def _patiently(self, ask: Callable[[], Response]) -> Response:
        """The answer. A shop that is busy or breaks off is asked again a few times."""
        for attempt in range(TRIES - 1 if self.patient else 0):
            asked_to_wait = ""
            with suppress(_Dropped):
                response = ask()
                if response.status not in LATER:
                    return response
                asked_to_wait = response.headers.get("Retry-After", "")
            self.sleep(wait_before(attempt, asked_to_wait, random.random()))
        return ask()

    def _wait_for_turn(self, parts: SplitResult, budget: Budget) -> None:
        if not self.patient:
            return
        rules = self._robots.get(_origin(parts))
        asked = rules.crawl_delay(self.user_agent) if isinstance(rules, Protego) else None
        pause = max(self.pause, min(float(asked or 0), LONGEST_PAUSE))
        since = time.monotonic() - self._last_visit.get(_host(parts), float("-inf"))
        if since < pause:
            self.sleep(pause - since)
            budget.ends += pause - since  # waiting one's turn is no part of the exchange
        self._last_visit[_host(parts)] = time.monotonic()

    def _once(self, url: str, headers: dict[str, str], budget: Budget) -> Response:
        parts = _parts_of(url)
        self._wait_for_turn(parts, budget)
        self._adapter.budget = budget
        session = self._session(parts)
        try:
            with session.get(
                url, headers=headers, timeout=TIMEOUT, stream=True, allow_redirects=False
            ) as answer:
                body = _body(answer, budget.size) if answer.status_code == 200 else b""
                if not body and answer.status_code == 200 and not _says_its_length(answer):
                    raise _Dropped(f"{url}: the answer ended before it began")
                return Response(url, answer.status_code, body, answer.headers)
        except ForbiddenAddress as error:
            raise Refused(f"{url}: {error}") from error
        except OverBudget as error:
            raise FetchError(f"{url}: {error}") from error
        except requests.exceptions.SSLError as error:
            raise FetchError(f"{url}: {sentence(error, url)}") from error
        except (OSError, requests.Timeout, urllib3.exceptions.ProtocolError) as error:
            raise _Dropped(f"{url}: {sentence(error, url)}") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            session.cookies.clear()  # one that fits no header would break every request to come
            raise FetchError(f"{url}: {sentence(error, url)}") from error
        finally:
            if len(session.cookies) > MAX_COOKIES:
                session.cookies.clear()

    def _session(self, parts: SplitResult) -> requests.Session:
        """A session for each origin, so that its cookies stay where they were set."""
        origin = _origin(parts)
        if origin not in self._sessions:
            session = _Session()
            session.trust_env = False  # a proxy would connect where we must not
            session.headers["User-Agent"] = self.user_agent
            session.headers["Accept-Encoding"] = "gzip, deflate"
            session.mount("http://", self._adapter)
            session.mount("https://", self._adapter)
            self._sessions[origin] = session
        return self._sessions[origin]


def _parts_of(url: str) -> SplitResult:
    """The parts of an address that may be visited; raises FetchError."""
    try:
        url.encode()
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise Refused(f"{url!r} is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(f"{url}: only http and https addresses are visited")
    return parts


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{_host(parts)}"


def _host(parts: SplitResult) -> str:
    """The host and its port in one spelling: small letters, no user, no port that goes without."""
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{name}" if parts.port in (None, usual) else f"{name}:{parts.port}"


def _as_sent(header: str) -> str:
    """A header as its bytes in UTF-8 mean it, others escaped; http.client reads them as Latin-1."""
    sent = header.encode("latin-1", errors="replace")
    try:
        return sent.decode()
    except UnicodeError:
        return quote_from_bytes(sent, safe=bytes(range(128)))


def _says_its_length(answer: requests.Response) -> bool:
    return "Content-Length" in answer.headers or "Transfer-Encoding" in answer.headers


def _body(answer: requests.Response, max_bytes: int) -> bytes:
    """The body, unpacked, up to a size: a bomb does not get past."""
    packing = answer.headers.get("Content-Encoding", "").lower().replace(",", " ").split()
    if unknown := set(packing) - PACKED:
        raise ValueError(f"packed in a way that was not asked for: {unknown.pop()!r}")
    layers = [Unpacker(name) for name in reversed(packing) if name != "identity"]
    unpacked = bytearray()
    # read1 gives what has come; iter_content would wait for a full chunk, however slow.
    while chunk := answer.raw.read1(CHUNK, decode_content=False):
        unpacked += _unpacked(chunk, layers, max_bytes)
        if len(unpacked) > max_bytes:
            raise OverBudget(f"larger than {max_bytes / 1e6:g} MB")
    if not all(layer.is_whole for layer in layers):
        raise urllib3.exceptions.IncompleteRead(len(unpacked), None)  # type: ignore[arg-type]
    return bytes(unpacked)


def _unpacked(chunk: bytes, layers: list[Unpacker], most: int) -> bytes:
    try:
        for layer in layers:
            chunk = layer.feed(chunk, most)
    except zlib.error as error:
        raise urllib3.exceptions.DecodeError(str(error)) from error
    return chunk
