import gzip
import socket
import time
import zlib

import pytest

from catalog.visiting import fetching
from catalog.visiting.addresses import may_visit
from catalog.visiting.fetching import MAX_BYTES, Fetcher, FetchError, Refused
from tests.shops import Shop


@pytest.fixture
def naps():
    return []


@pytest.fixture
def fetcher(naps):
    return Fetcher("Test/1.0 (tests)", pause=0, allow_loopback=True, sleep=naps.append)


def refusing(resolver):
    """A fetcher that must not connect: its connector only notes that it was asked."""
    asked = []

    def connector(address, *_args):
        asked.append(address)
        raise OSError("the test connects to nothing")

    fetcher = Fetcher(
        "Test/1.0", pause=0, resolver=resolver, connector=connector, sleep=lambda _seconds: None
    )
    return fetcher, asked


def test_a_page_is_fetched_under_our_name(fetcher):
    seen = []
    with Shop(
        {"/a": lambda headers: (seen.append(headers["User-Agent"]), b"")[1] or b"hello"}
    ) as shop:
        assert fetcher.get(f"{shop.url}/a").body == b"hello"
    assert seen == ["Test/1.0 (tests)"]


def test_conditions_are_sent_and_304_has_no_body(fetcher):
    def page(headers):
        return (304, {}, b"") if headers["If-None-Match"] == '"1"' else b"new"

    with Shop({"/a": page}) as shop:
        assert fetcher.get(f"{shop.url}/a", etag='"1"').status == 304
        assert fetcher.get(f"{shop.url}/a", etag='"2"').body == b"new"


def test_what_robots_txt_forbids_is_not_asked_for(fetcher):
    with Shop({"/robots.txt": "User-agent: *\nDisallow: /private", "/private/a": b"x"}) as shop:
        with pytest.raises(FetchError, match=r"robots\.txt"):
            fetcher.get(f"{shop.url}/private/a")
        assert shop.requests == ["/robots.txt"]


def test_a_robots_txt_that_fails_forbids_all(fetcher):
    with Shop({"/robots.txt": (500, {}, b""), "/a": b"x"}) as shop, pytest.raises(FetchError):
        fetcher.get(f"{shop.url}/a")


def test_the_pause_is_the_longer_of_ours_and_the_shops(naps):
    fetcher = Fetcher("Test/1.0", pause=1, allow_loopback=True, sleep=naps.append)
    with Shop({"/robots.txt": "User-agent: *\nCrawl-delay: 7", "/a": b"x"}) as shop:
        fetcher.get(f"{shop.url}/a")
    assert [round(nap) for nap in naps] == [7]


@pytest.mark.parametrize(
    ("header", "nap"), [("3", 3), ("", 1), ("Wed, 01 Jan 2020 00:00:00 GMT", 0)]
)
def test_a_busy_shop_is_asked_again_when_it_says(fetcher, naps, header, nap):
    answers = [(503, {"Retry-After": header}, b""), (200, {}, b"at last")]
    with Shop({"/a": lambda _headers: answers.pop(0)}) as shop:
        assert fetcher.get(f"{shop.url}/a").body == b"at last"
    assert len(naps) == 1
    assert nap <= naps[0] <= 1.5 * nap


def test_a_shop_that_stays_busy_is_given_up(fetcher, naps):
    with Shop({"/a": (429, {}, b"")}) as shop, pytest.raises(FetchError, match="429"):
        fetcher.get(f"{shop.url}/a")
    assert [int(nap / 1.5) <= 2**n <= nap for n, nap in enumerate(naps)] == [True] * 3


def test_redirects_are_followed_and_loops_are_not(fetcher):
    answers = {
        "/a": (302, {"Location": "/b"}, b""),
        "/b": b"here",
        "/c": (301, {"Location": "/c"}, b""),
    }
    with Shop(answers) as shop:
        assert fetcher.get(f"{shop.url}/a").body == b"here"
        with pytest.raises(FetchError, match="redirects"):
            fetcher.get(f"{shop.url}/c")


def packed(body, bits, end=zlib.Z_FINISH):
    packer = zlib.compressobj(wbits=bits)
    return packer.compress(body) + packer.flush(end)


@pytest.mark.parametrize(("name", "bits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_an_answer_counts_only_if_all_that_was_packed_came(fetcher, name, bits):
    told, lines = {"Content-Encoding": name}, b"1,Tee\n2,Hat\n"
    with Shop({"/a": (200, told, packed(lines, bits))}) as shop:
        assert fetcher.get(f"{shop.url}/a").body == lines
        for part in (packed(lines, bits, zlib.Z_FULL_FLUSH), packed(lines, bits)[:1]):
            shop.answers["/a"] = (200, told, part)
            with pytest.raises(FetchError, match="ended too early"):
                Fetcher("T/1", 0, allow_loopback=True, patient=False).get(f"{shop.url}/a")


def test_all_members_of_a_packed_answer_and_what_follows_them_are_read(fetcher):
    body = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0 rubbish"
    with Shop({"/a": (200, {"Content-Encoding": "gzip"}, body)}) as shop:
        assert fetcher.get(f"{shop.url}/a").body == b"one two"
        shop.answers["/a"] = (200, {"Content-Encoding": "gzip"}, b"")
        assert fetcher.get(f"{shop.url}/a").body == b""


def test_a_gzip_bomb_stops_at_the_limit(fetcher):
    bomb = gzip.compress(b"\0" * (MAX_BYTES + 1), 9)
    with Shop({"/a": (200, {"Content-Encoding": "gzip"}, bomb)}) as shop:
        with pytest.raises(FetchError, match="larger than 20 MB"):
            fetcher.get(f"{shop.url}/a")


def test_a_trickle_is_given_up_in_time(fetcher, monkeypatch):
    """A byte now and then keeps every time limit of the socket, and would go on for days."""
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.3)

    def trickle():
        for _ in range(400):
            time.sleep(0.05)
            yield b"."

    with Shop({"/a": (200, {}, trickle())}) as shop:
        started = time.monotonic()
        with pytest.raises(FetchError, match="not complete after"):
            fetcher.get(f"{shop.url}/a")
        assert time.monotonic() - started < 10  # all of it takes 20 seconds


def test_an_unasked_not_modified_is_an_error(fetcher):
    with Shop({"/a": (304, {}, b"")}) as shop, pytest.raises(FetchError, match="304"):
        fetcher.get(f"{shop.url}/a")


@pytest.mark.parametrize(
    "url", ["http://[bad", "http://a..b/x", "http://\ud800/", "http://x:99999/"]
)
def test_what_is_no_address_is_an_error_of_that_address(url):
    fetcher = Fetcher("T", 0, resolver=lambda host, port: [str(host.encode("idna")) and "10.0.0.1"])
    with pytest.raises(FetchError):
        fetcher.get(url)


@pytest.mark.parametrize(
    "url", ["ftp://shop.example/a", "file:///etc/passwd", "javascript:1", "//x"]
)
def test_only_http_is_spoken(url):
    fetcher, asked = refusing(lambda host, port: ["93.184.215.14"])
    with pytest.raises(FetchError, match="only http"):
        fetcher.get(url)
    assert asked == []


PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "::7f00:1",
    "2002:7f00:1::", "2002:a00:1::", "fec0::1", "::ffff:93.184.215.14", "::ffff:0:10.0.0.1",
    "64:ff9b:1::a9fe:a9fe", "3fff::1", "5f00::1", "2001::1", "2001:db8::1", "192.88.99.1",
    "2606:4700::5efe:a00:1", "2606:4700::200:5efe:a00:1", "192.0.2.1", "198.18.0.1", "240.0.0.1",
    "100::1", "4000::1", "fe80::1%eth0",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_never_connected_to(address):
    fetcher, asked = refusing(lambda host, port: [address])
    with pytest.raises(FetchError, match="private address"):
        fetcher.get("http://shop.example/a")
    assert asked == []


def test_a_refused_shop_on_this_machine_is_told_the_setting_that_allows_it():
    fetcher, _asked = refusing(lambda host, port: ["127.0.0.1"])
    with pytest.raises(FetchError, match="SCRAPE_ALLOW_LOOPBACK=True"):
        fetcher.get("http://localhost/a")


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    fetcher, asked = refusing(lambda host, port: ["93.184.215.14", "10.0.0.1"])
    with pytest.raises(FetchError, match="private address"):
        fetcher.get("https://shop.example/a")
    assert asked == []


def test_the_connection_goes_to_the_address_that_was_checked():
    """The next connection asks the resolver anew, and what it says then is judged anew."""
    answers = [["93.184.215.14"], ["10.0.0.1"]]
    fetcher, asked = refusing(lambda host, port: answers.pop(0))
    with pytest.raises(FetchError, match=r"10\.0\.0\.1, a private address"):
        fetcher.get("http://shop.example/a")
    assert asked == [("93.184.215.14", 80)]


def test_a_private_address_is_told_by_what_was_asked_for():
    with pytest.raises(Refused) as error:
        Fetcher("T", 0).get("http://10.0.0.7/a.jpg")
    assert str(error.value) == "http://10.0.0.7/a.jpg: 10.0.0.7 is a private address"


def test_a_redirect_to_a_private_address_is_refused(fetcher):
    def resolver(host, port):
        return ["127.0.0.1"] if host == "127.0.0.1" else ["169.254.169.254"]

    asked = []

    def connector(address, *args):
        asked.append(address[0])
        return socket.create_connection(address, *args)

    fetcher = Fetcher("T", 0, allow_loopback=True, resolver=resolver, connector=connector)
    target = "http://metadata.example/latest"
    with Shop({"/a": (302, {"Location": target}, b"")}) as shop:
        with pytest.raises(FetchError, match=r"169\.254\.169\.254, a private address"):
            fetcher.get(f"{shop.url}/a")
    assert set(asked) == {"127.0.0.1"}


def test_public_addresses_may_be_visited_and_loopback_only_when_allowed():
    assert may_visit("93.184.215.14", allow_loopback=False)
    assert may_visit("2606:4700::1111", allow_loopback=False)
    assert may_visit("64:ff9b::5db8:d70e", allow_loopback=False)  # 93.184.215.14 through NAT64
    assert may_visit("127.0.0.1", allow_loopback=True)
    assert not may_visit("10.0.0.1", allow_loopback=True)
