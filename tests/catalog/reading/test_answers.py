"""What "load more" answers in JSON."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.answers import answer_of
from catalog.reading.page import UnreadablePage

URL = "https://shop.example/api/list?page=2"
BASE = "https://shop.example/tees/"
TEE = {"name": "Blue tee", "price": "5", "url": "p/7"}


def answer(value, content_type="application/json", url=URL):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return answer_of(body, url, content_type, BASE)


def following(value):
    return [one.url.removeprefix("https://shop.example") for one in answer(value).following]


def test_html_in_a_field_is_a_page_whose_links_start_where_it_is_put():
    page = answer({"html": "<li><a href=p/7>Tee</a></li>", "count": 1}).page
    assert page.link(str(page.tags[page.by_name["a"][0]]["href"])) == BASE + "p/7"


def test_objects_are_products_the_longest_list_of_them():
    value = {
        "filters": [{"name": "Men", "url": "/men"}],
        "data": {"items": [TEE, TEE | {"url": "p/8"}]},
    }
    assert [facts.url for facts in answer(value).products] == [BASE + "p/7", BASE + "p/8"]


@pytest.mark.parametrize(
    "body",
    [
        b'[{"name": "T", "price": 5, "url": "p/7"}]',
        b'callback([{"name": "T", "price": 5, "url": "p/7"}]);',
        b'/**/window.shop.more([{"name": "T", "price": 5, "url": "p/7"}])',
        b')]}\',\n[{"name": "T", "price": 5, "url": "p/7"}]',
        b'while(1);[{"name": "T", "price": 5, "url": "p/7"}]',
        b'\xef\xbb\xbf [{"name": "T", "price": 5, "url": "p/7"}]',
        '[{"name": "T", "price": 5, "url": "p/7"}]'.encode("utf-16"),
    ],
)
def test_what_is_put_around_json_is_taken_off(body):
    assert len(answer(body).products) == 1


def test_json_is_known_by_its_bytes_whatever_it_is_called():
    assert answer(b'{"items": []}', "text/html") is not None
    assert answer(b"<p>page</p>", "text/html") is None
    assert answer(b"more", "text/html") is None
    assert answer(b"", "text/html") is None


@pytest.mark.parametrize("body", [b"", b"{", b"<p>", b"[" * 100_000, b"\xff\xfe\xff"])
def test_what_calls_itself_json_and_is_none_is_told(body):
    with pytest.raises(UnreadablePage, match="its JSON cannot be read"):
        answer(body)


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ({"next": "/api/list?page=3"}, ["/api/list?page=3"]),
        ({"links": {"next": {"href": "?page=3"}}}, ["/api/list?page=3"]),
        ({"nextPage": 3}, ["/api/list?page=3"]),
        ({"next_page_url": "https://shop.example/x?page=3"}, ["/x?page=3"]),
        ({"next": "https://elsewhere.example/?page=3"}, []),
        ({"next": "javascript:x/"}, []),
        ({"next": "abc"}, []),  # a word, no address
        ({"next": True}, []),
        ({"next": URL}, []),  # itself
        ({"a": {"b": {"c": {"d": {"e": {"next": "/deep?page=3"}}}}}}, []),
        ({}, []),
    ],
)
def test_what_follows_is_an_address_of_the_same_shop(value, addresses):
    assert following(value) == addresses


@pytest.mark.parametrize(
    ("value", "goes_on"),
    [
        ({"hasMore": True}, True),
        ({"has_next_page": False}, False),
        ({"isLastPage": True}, False),
        ({"nextCursor": "abc"}, True),
        ({"next": None}, False),
        ({"totalPages": 2}, False),  # this is the second
        ({"totalPages": 3}, True),
        ({"totalPages": "3"}, True),
        ({"totalPages": True}, None),
        ({"hasMore": True, "isLastPage": True}, True),
        ({"items": [1]}, None),
    ],
)
def test_an_answer_says_whether_more_follows(value, goes_on):
    assert answer(value).goes_on is goes_on


@pytest.mark.parametrize(
    ("value", "empty"),
    [
        ([], True),
        ({}, True),
        ({"items": []}, True),
        ({"html": "  "}, False),
        ({"html": ""}, True),
        (None, False),
        ({"items": [], "error": "busy"}, False),
        ({"success": False, "items": []}, False),
        ({"html": "<li>Tee</li>", "items": []}, False),
        ([TEE], False),
    ],
)
def test_nothing_is_told_from_a_failure(value, empty):
    assert answer(value).empty is empty


KEYS = st.sampled_from(
    ["next", "hasMore", "pages", "items", "html", "name", "url", "price", "error", "node"]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=6)
    | st.just("<li><a href=/p/1>x</a></li>"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)


@given(JSON)
def test_any_json_is_an_answer(value):
    found = answer(value)
    assert all(one.url.startswith("https://shop.example") for one in found.following)
    assert found.goes_on in (True, False, None)


@given(
    st.binary(max_size=60),
    st.sampled_from(["application/json", "text/html", "text/html; charset=x"]),
)
def test_any_bytes_are_an_answer_none_or_our_error(body, content_type):
    with suppress(UnreadablePage):
        found = answer(body, content_type)
        assert found is None or found.page.url == URL
