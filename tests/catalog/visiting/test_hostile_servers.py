"""Servers that answer slowly, endlessly, brokenly: each costs its own address and no more."""

import gzip
import itertools
import time
from typing import Any

import pytest

from catalog.visiting import fetching
from catalog.visiting.fetching import Fetcher, FetchError
from tests.catalog.visiting.raw import RawServer
from tests.shops import Shop

HERE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere"


def fetcher() -> Fetcher:
    return Fetcher("Test/1.0", pause=0, allow_loopback=True, sleep=lambda _seconds: None)


@pytest.fixture
def short_time(monkeypatch):
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.4)


def slowly(data: bytes, pause: float = 0.05):
    for number in range(400):
        time.sleep(pause)
        yield data[number : number + 1] or b"."


def refused_within(seconds: float, url: str, reason: str) -> None:
    began = time.monotonic()
    with pytest.raises(FetchError, match=reason):
        fetcher().get(url)
    assert time.monotonic() - began < seconds


# Time and bytes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 302 Found\r\nLocation: /b\r\nX-Slow: ",
        b"HTTP/1.",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;",
    ],
    ids=["headers", "a redirect's headers", "the status line", "a chunk's size"],
)
def test_what_trickles_is_given_up_in_time(short_time, start):
    with RawServer(itertools.chain([start], slowly(b""))) as server:
        refused_within(5, f"{server.url}/a", "not complete after")


def test_interim_answers_without_end_are_given_up_in_time(short_time):
    interim = itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 50, 40_000)
    with RawServer(interim) as server:
        refused_within(8, f"{server.url}/a", "not complete after|larger than")


def test_interim_answers_count_towards_the_bytes(monkeypatch):
    monkeypatch.setattr(fetching, "MAX_BYTES", 100_000)
    interim = itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 50, 4_000)
    with RawServer(interim) as server:
        refused_within(8, f"{server.url}/a", "larger than 0.1 MB")
        assert server.sent[0] < 5_000_000


def test_redirects_share_the_time_of_one_exchange(short_time):
    def late_redirect():
        time.sleep(0.25)
        yield b"HTTP/1.1 302 Found\r\nLocation: /again\r\nConnection: close\r\n\r\n"

    with RawServer(late_redirect(), late_redirect(), late_redirect(), late_redirect()) as server:
        refused_within(5, f"{server.url}/a", "not complete after")


def test_the_body_of_a_redirect_is_never_read():
    bomb = gzip.compress(b"\0" * 40_000_000)
    head = (
        b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Encoding: gzip\r\nContent-Length: 99999999"
    )
    endless = itertools.chain([head + b"\r\n\r\n", bomb], itertools.repeat(b"\0" * 65536, 2_000))
    with RawServer(endless, [HERE]) as server:
        assert fetcher().get(f"{server.url}/a").body == b"here"
        assert server.sent[0] < 10_000_000  # what fits into buffers on the way


# Another try -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        [],
        [b"HTTP/1.1 200 OK\r\nContent-"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"],
        [b"what is this\r\n\r\n"],
    ],
    ids=["no answer", "half a header", "a short body", "a short chunk", "no HTTP"],
)
def test_a_connection_that_breaks_off_is_tried_again(broken):
    with RawServer(broken, broken, [HERE]) as server:
        assert fetcher().get(f"{server.url}/a").body == b"here"
        assert len(server.heard) == 3


def test_a_shop_that_always_breaks_off_is_given_up():
    with RawServer([]) as server:
        refused_within(5, f"{server.url}/a", "/a: ")
        assert len(server.heard) == 4


@pytest.mark.parametrize(
    "header",
    ["Fri, 31 Dec 99999999999 23:59:59 GMT", "9" * 5000, "-1", "soon", "\xff\xfe", "1e9", "inf"],
)
def test_a_retry_after_that_makes_no_sense_is_waited_for_as_if_it_were_not_there(header):
    naps: list[float] = []
    fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True, sleep=naps.append)
    busy = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\nRetry-After: "
    with RawServer([busy + header.encode("latin-1") + b"\r\n\r\n"], [HERE]) as server:
        assert fetcher.get(f"{server.url}/a").body == b"here"
    assert len(naps) == 1
    assert 0 <= naps[0] <= 120


# Odd answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "location",
    [
        b"http://[",
        b"http://a:b:c/",
        b"http://x:99999999/",
        b"file:///etc/passwd",
    ],
)
def test_a_redirect_to_nowhere_is_that_address_s_failure(location):
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: "
    with RawServer([head + location + b"\r\n\r\n"]) as server:
        refused_within(5, f"{server.url}/a", "is no address|only http")
        assert len(server.heard) == 1


def test_a_redirect_written_in_utf_8_is_followed():
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: "
    with RawServer([head + "/été".encode() + b"\r\n\r\n"], [HERE]) as server:
        assert fetcher().get(f"{server.url}/a").body == b"here"
        assert server.heard[1].startswith(b"GET /%C3%A9t%C3%A9 ")


def test_headers_that_are_no_utf_8_do_no_harm():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n"
    odd = b'ETag: "\xff\xfe"\r\nX-\xe9: \x80\r\nSet-Cookie: \xff=\xff\r\n\r\nhere'
    with RawServer([head + odd]) as server:
        response = fetcher().get(f"{server.url}/a")
        assert response.body == b"here"
        assert fetcher().get(f"{server.url}/a", etag=response.etag).body == b"here"


# Between hosts -----------------------------------------------------------------------------------


def test_cookies_stay_with_the_origin_that_set_them():
    seen = []

    def note(headers):
        seen.append(headers.get("Cookie"))
        return b"here"

    with Shop({"/b": note}) as other, Shop({"/b": note}) as shop:
        shop.answers["/a"] = (200, {"Set-Cookie": "visitor=1"}, b"")
        visitor = fetcher()
        visitor.get(f"{shop.url}/a")
        visitor.get(f"{shop.url}/b")
        visitor.get(f"{other.url}/b")
    assert seen == ["visitor=1", None]


def test_what_tells_an_old_copy_from_a_new_one_is_not_sent_to_another_host():
    seen = []

    def note(headers):
        seen.append((headers.get("If-None-Match"), headers.get("If-Modified-Since")))
        return b"here"

    with Shop({"/b": note}) as other, Shop({"/c": note}) as shop:
        shop.answers["/a"] = (302, {"Location": f"{other.url}/b"}, b"")
        shop.answers["/d"] = (302, {"Location": "/c"}, b"")
        for path in ("/a", "/d"):
            fetcher().get(f"{shop.url}{path}", etag='"1"', last_modified="Mon, 01 Jan 2024")
    assert seen == [(None, None), ('"1"', "Mon, 01 Jan 2024")]


def test_what_another_host_sent_is_not_kept_to_be_asked_for():
    """Sent with the next visit, it would tell the first host what the second one said."""
    with Shop() as other, Shop() as shop:
        other.answers["/b"] = (200, {"ETag": '"theirs"', "Last-Modified": "Mon"}, b"here")
        shop.answers["/a"] = (302, {"Location": f"{other.url}/b"}, b"")
        shop.answers["/c"] = (200, {"ETag": '"ours"'}, b"here")
        response = fetcher().get(f"{shop.url}/a")
        assert (response.etag, response.last_modified) == ("", "")
        assert fetcher().get(f"{shop.url}/c").etag == '"ours"'


@pytest.mark.parametrize("etag", [b'"\xff"', b'"a\x01b"', b'"\x85"'])
def test_a_validator_that_fits_no_header_is_not_sent_back(etag):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\nETag: "
    with RawServer([head + etag + b"\r\n\r\nhere"]) as server:
        response = fetcher().get(f"{server.url}/a")
        assert response.etag == ""
        assert fetcher().get(f"{server.url}/a", etag=response.etag).body == b"here"


def test_a_redirect_in_another_encoding_is_followed_byte_by_byte():
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: "
    with RawServer([head + b"/\xe9t\xe9\r\n\r\n"], [HERE]) as server:
        assert fetcher().get(f"{server.url}/a").body == b"here"
        assert server.heard[1].startswith(b"GET /%E9t%E9 ")


def test_cookies_do_not_pile_up_until_the_shop_refuses_us():
    visits = itertools.count()
    sent = []

    def answer(headers):
        sent.append(len(headers.get("Cookie", "")))
        return 200, {"Set-Cookie": f"visit{next(visits)}={'x' * 400}"}, b"here"

    with Shop({"/a": answer}) as shop:
        visitor = fetcher()
        for _ in range(120):
            visitor.get(f"{shop.url}/a")
    assert max(sent) < 25_000


def test_a_body_packed_in_a_way_that_was_not_asked_for_is_refused():
    with Shop({"/a": (200, {"Content-Encoding": "br"}, b"\x1b\x03")}) as shop:
        refused_within(5, f"{shop.url}/a", "packed in a way that was not asked for: 'br'")


# robots.txt --------------------------------------------------------------------------------------


def test_a_robots_txt_that_is_busy_at_first_is_asked_for_again():
    answers: list[Any] = [(503, {}, b""), (200, {}, b"User-agent: *\nDisallow: /private")]
    with Shop({"/robots.txt": lambda _headers: answers.pop(0), "/a": b"here"}) as shop:
        visitor = fetcher()
        assert visitor.get(f"{shop.url}/a").body == b"here"
        with pytest.raises(FetchError, match="asks not to fetch"):
            visitor.get(f"{shop.url}/private/a")


def test_a_robots_txt_that_cannot_be_had_is_asked_for_once_and_not_for_every_picture():
    endless = (200, {"Content-Encoding": "gzip"}, b"this is no gzip")
    with Shop({"/robots.txt": endless, "/a": b"here"}) as shop:
        visitor = fetcher()
        for _ in range(3):
            with pytest.raises(FetchError, match=r"robots\.txt"):
                visitor.get(f"{shop.url}/a")
        assert shop.requests == ["/robots.txt"]


def test_the_pause_holds_for_every_spelling_of_a_host():
    naps: list[float] = []
    fetcher = Fetcher("Test/1.0", pause=5, allow_loopback=True, sleep=naps.append,
                      resolver=lambda host, port: ["127.0.0.1"])  # fmt: skip
    with Shop({"/a": b"here"}) as shop:
        port = shop.url.rsplit(":", 1)[1]
        for host in ("shop.example", "SHOP.example", "me@shop.example"):
            fetcher.get(f"http://{host}:{port}/a")
        assert shop.requests == ["/robots.txt", "/a", "/a", "/a"]
    assert [round(nap) for nap in naps] == [5, 5, 5]


# TLS ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [b"\x16\x03\x03\x40\x00", b""], ids=["a trickle", "silence"])
def test_a_handshake_without_end_is_given_up_in_time(short_time, start):
    """Its socket is made anew from the connector's, and must not forget the time limit."""

    def hello():
        yield start
        yield from slowly(b"") if start else iter(lambda: time.sleep(0.05) or b"", None)

    with RawServer(*[hello() for _ in range(8)]) as server:
        server.greets = True
        refused_within(8, f"{server.url.replace('http:', 'https:')}/a", r"robots\.txt")
