"""Every source is a guest: it keeps robots.txt, and goes nowhere that it must not."""

import socket
from typing import Any

import pytest

from catalog.records import SourceError
from catalog.registry import SOURCE_TYPES, Hints
from catalog.visiting.fetching import Fetcher
from catalog.visiting.pages import CountedPages
from tests.shops import Shop

ADDRESSED = [way for way in SOURCE_TYPES if way.name != "folder"]


def name_of(way):
    return way.name


@pytest.mark.parametrize("way", ADDRESSED, ids=name_of)
def test_what_robots_txt_forbids_is_not_fetched(way, fetcher):
    with Shop({"/robots.txt": "User-agent: *\nDisallow: /"}) as shop:
        with pytest.raises(SourceError, match=r"robots\.txt asks not to fetch it"):
            list(way.walk(f"{shop.url}/all.xml", CountedPages(fetcher, 9), Hints()))
        assert shop.requests == ["/robots.txt"]


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1"])
@pytest.mark.parametrize("way", ADDRESSED, ids=name_of)
def test_no_connection_to_a_private_address_is_even_tried(way, address):
    tried: list[Any] = []

    def connector(*to: Any) -> socket.socket:
        tried.append(to)
        raise OSError

    fetcher = Fetcher("Test/1.0", pause=0, resolver=lambda *_: [address], connector=connector)
    with pytest.raises(SourceError, match="a private address"):
        list(way.walk("http://shop.example/all.xml", CountedPages(fetcher, 9), Hints()))
    assert tried == []


@pytest.mark.parametrize("way", ADDRESSED, ids=name_of)
def test_a_number_of_pages_is_not_exceeded(way, fetcher):
    with Shop({"/all.xml": "x"}) as shop:
        with pytest.raises(SourceError, match="stopped after 0 pages"):
            list(way.walk(f"{shop.url}/all.xml", CountedPages(fetcher, 0), Hints()))
        assert shop.requests == []
