"""Servers that answer slowly, endlessly, brokenly: each costs its own address and no more."""

import gzip
import itertools
import time

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
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.4)


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
    monkeypatch.setattr(fetching, "MOST_BYTES", 100_000)
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
    naps = []
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
