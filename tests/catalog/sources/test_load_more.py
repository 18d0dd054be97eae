"""Lists whose further pages come as "load more" gets them: in JSON, or as a bare fragment."""

import json

import pytest

from catalog.models import Product
from catalog.records import SourceError
from catalog.registry import scrape
from catalog.sources.category import walk_category
from catalog.visiting.fetching import Fetcher
from tests.conftest import picture_bytes
from tests.shops import Shop

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


def card(n):
    return (
        f'<li class="product"><a href="/p/{n}"><img src="/i/{n}.jpg" alt="Tee {n}"><h3>Tee {n}</h3>'
        f'</a><span class="price">{n}.90 EUR</span></li>'
    )


def cards(*numbers):
    return "".join(map(card, numbers))


def first(button='<button class="load-more" data-url="/more?page=2">Load more</button>'):
    return f'<h1>Tees</h1><ul class="products">{cards(11, 12)}</ul>{button}'


def objects(*numbers, **names):
    keys = {"name": "name", "url": "url", "image": "image", "price": "price", "id": "id"} | names
    return [
        {keys["id"]: n, keys["name"]: f"Tee {n}", keys["url"]: f"/p/{n}",
         keys["image"]: f"/i/{n}.jpg", keys["price"]: f"{n}.90"}
        for n in numbers
    ]  # fmt: skip


def titles(answers, fetcher):
    with Shop({"/tees": first()} | answers) as shop:
        return sorted(record.title for record in walk_category(f"{shop.url}/tees", fetcher))


def answer(value, headers=JSON):
    return 200, headers, value.encode() if isinstance(value, str) else json.dumps(value).encode()


ALL = ["Tee 11", "Tee 12", "Tee 13", "Tee 14", "Tee 15"]
NEXT = "/more?page=3"
LAST = {"html": cards(15), "next": None}
SECOND = {
    "HTML in a field": {"html": cards(13, 14), "next": NEXT},
    "HTML deep within": {"data": {"view": {"content": cards(13, 14)}}, "paging": {"next": NEXT}},
    "a card a string": {"items": [card(13), card(14)], "nextUrl": NEXT},
    "a card an object": {"items": [{"html": card(13)}, {"html": card(14)}], "next_url": NEXT},
    "HTML without an address of what follows": {"html": cards(13, 14), "has_more": True},
    "a number of the next page": {"html": cards(13, 14), "nextPage": 3},
    "a number in words": {"html": cards(13, 14), "next_page": "3"},
    "how many pages there are": {"html": cards(13, 14), "page": 2, "total_pages": 3},
    "links as in HAL": {"content": cards(13, 14), "_links": {"next": {"href": NEXT}}},
    "a next button in the HTML": {
        "html": cards(13, 14) + f'<button class="load-more" data-url="{NEXT}">Load more</button>'
    },
    "products as objects": {"products": objects(13, 14), "next": NEXT},
    "a bare list": objects(13, 14),
    "objects in camel case": {
        "results": objects(13, 14, name="productName", url="productUrl", image="imageUrl",
                           price="salePrice", id="productId"), "hasNextPage": True},
    "objects within objects": {
        "data": {"edges": [{"node": node} for node in objects(13, 14)]}, "next": NEXT},
    "pictures as objects": {
        "products": [node | {"image": {"src": node["image"]}} for node in objects(13, 14)],
        "next": NEXT},
    "prices as objects": {
        "products": [node | {"price": {"amount": node["price"], "currency": "EUR"}}
                     for node in objects(13, 14)], "next": NEXT},
}  # fmt: skip


@pytest.mark.parametrize("headers", [JSON, HTML, {}])
@pytest.mark.parametrize("form", SECOND)
def test_what_load_more_answers_is_read(form, headers, fetcher):
    told = SECOND[form]
    rest = {} if form == "a bare list" else {"/more?page=3": answer(LAST, headers)}
    found = titles({"/more?page=2": answer(told, headers), **rest}, fetcher)
    assert found == (ALL[:4] if form == "a bare list" else ALL)


@pytest.mark.parametrize(
    "written",
    ["\ufeff{}", ")]}}',\n{}", "while(1);{}", "  \n{}"],
)
def test_json_may_have_something_before_it(written, fetcher):
    body = json.dumps({"html": cards(13, 14), "next": None})
    text = written.replace("{}", "%s").replace("}}", "}") % body
    assert titles({"/more?page=2": answer(text)}, fetcher) == ALL[:4]


@pytest.mark.parametrize("last", [cards(13), cards(13, 14)])
def test_a_bare_fragment_is_a_page_be_it_of_one_card(last, fetcher):
    assert titles({"/more?page=2": answer(last, HTML)}, fetcher) == ALL[: 2 + last.count("<li")]


def test_one_card_on_the_last_page_is_not_lost_to_other_cards_there(fetcher):
    others = "".join(
        f'<div class="seen"><a href="/p/{n}"><img src="/i/{n}.jpg">Seen {n}</a><b>9.90 EUR</b></div>'
        for n in (11, 12, 31)
    )
    assert titles({"/more?page=2": answer(cards(13) + others, HTML)}, fetcher) == ALL[:3]


@pytest.mark.parametrize(
    "button",
    ['<a class="more" href="/more?page=2">Show more</a>',
     '<div class="infinite-scroll" data-next-page-url="/more?page=2"></div>',
     '<div hx-get="/more?page=2" hx-trigger="revealed"></div>',
     '<button class="load-more" data-url="/more" data-page="2">Load more</button>',
     '<button data-endpoint="/more?page=2">Mehr laden</button>',
     '<button class="x" data-href="/more" data-page="2">Weitere Produkte laden</button>',
     '<input type="button" class="load-more" value="More" data-url="/more?page=2">',
     '<input type="button" value="Load more" data-url="/more?page=2">',
     '<button class="load-more" data-action="/more?page=2">Load more</button>',
     '<button class="load-more" data-ajax="/more?page=2">Load more</button>',
     '<button data-load-more="/more?page=2">Load more products</button>',
     '<button data-src="/more?page=2">Load more products</button>',
     '<form action="/more"><input type="hidden" name="page" value="2">'
     '<button>Load more</button></form>'],
)  # fmt: skip
def test_the_address_stands_in_many_attributes(button, fetcher):
    with Shop({"/tees": first(button), "/more?page=2": answer(LAST)}) as shop:
        found = [record.title for record in walk_category(f"{shop.url}/tees", fetcher)]
    assert found == ["Tee 11", "Tee 12", "Tee 15"]


SILENT = {
    "a bare fragment": lambda *numbers: answer(cards(*numbers), HTML),
    "a list of HTML": lambda *numbers: answer([card(n) for n in numbers]),
    "a list of products": lambda *numbers: answer(objects(*numbers)),
    "HTML and how many there are": lambda *numbers: answer({"html": cards(*numbers), "total": 5}),
    "a mark of what follows": lambda *numbers: answer(
        {"html": cards(*numbers), "next_cursor": None if 15 in numbers else "c3"}
    ),
    "whether it is the last": lambda *numbers: answer(
        {"fragments": {"div.products": cards(*numbers)}, "is_last": 15 in numbers}
    ),
}
AT_THE_END = {
    "no such page": (404, {}, b""),
    "an empty page": answer("", HTML),
    "an empty list": answer([]),
    "the last page again": None,
    "a word": answer({"html": "<p>No more products</p>"}),
}


@pytest.mark.parametrize("end", AT_THE_END)
@pytest.mark.parametrize("form", SILENT)
def test_where_it_names_no_next_page_the_next_number_is_asked_for(form, end, fetcher):
    told = SILENT[form]
    answers = {"/more?page=2": told(13, 14), "/more?page=3": told(15)}
    assert titles(answers | {"/more?page=4": AT_THE_END[end] or told(15)}, fetcher) == ALL


def test_a_number_of_products_goes_on_by_as_many_as_came(fetcher):
    button = '<button class="load-more" data-url="/more?offset=2">Load more</button>'
    answers = {
        "/tees": first(button),
        "/more?offset=2": answer(cards(13, 14), HTML),
        "/more?offset=4": answer(cards(15), HTML),
    }
    assert titles(answers, fetcher) == ALL


@pytest.mark.parametrize("form", ["a bare fragment", "a list of HTML", "a list of products"])
def test_where_there_is_no_number_it_is_said_that_more_may_follow(form, fetcher):
    button = '<button class="load-more" data-url="/rest">Load more</button>'
    with pytest.raises(SourceError, match="does not say where"):
        titles({"/tees": first(button), "/rest": SILENT[form](13, 14)}, fetcher)


def test_a_guessed_page_that_fails_is_told(fetcher):
    with pytest.raises(SourceError, match="500"):
        titles({"/more?page=2": answer(cards(13), HTML), "/more?page=3": (500, {}, b"")}, fetcher)


def test_a_call_around_the_json_is_taken_off(fetcher):
    body = f"cb({json.dumps({'html': cards(13, 14), 'next': None})});"
    script = {"Content-Type": "application/javascript"}
    assert titles({"/more?page=2": answer(body, script)}, fetcher) == ALL[:4]


def test_objects_that_name_no_currency_have_that_of_the_list(fetcher):
    with Shop({"/tees": first(), "/more?page=2": answer(objects(13))}) as shop:
        found = [record.currency for record in walk_category(f"{shop.url}/tees", fetcher)]
    assert found == ["EUR"] * 3


@pytest.mark.parametrize(
    "end", [{"html": "", "next": None}, {"products": []}, [], {"html": None, "has_more": False}]
)
def test_an_answer_that_says_that_nothing_is_left_is_the_end(end, fetcher):
    assert titles({"/more?page=2": answer(end)}, fetcher) == ALL[:2]


UNREAD = {
    "no product in it": ({"error": "please log in"}, "no product could be read"),
    "a failure": ({"success": False, "data": None}, "no product could be read"),
    "products that nobody can read": ({"tiles": [{"a": 1}, {"a": 2}]}, "no product could be read"),
    "broken JSON": ('{"html": "<li', "JSON cannot be read"),
    "a mark instead of an address": (
        {"html": cards(13), "next": "b64cursor"},
        "does not say where",
    ),
}


@pytest.mark.parametrize("form", UNREAD)
def test_what_cannot_be_read_of_it_is_said(form, fetcher):
    body, reason = UNREAD[form]
    with pytest.raises(SourceError, match=reason):
        titles({"/more?page=2": answer(body)}, fetcher)


@pytest.mark.parametrize(
    "button",
    ["<button class='more' onclick='more()'>Load more</button>", "<a href='#'>Mehr laden</a>",
     "<div class='btn'>Show 24 more products</div>"],
)  # fmt: skip
def test_a_button_whose_pages_nobody_can_find_is_told(button, fetcher):
    with (
        Shop({"/tees": first(button)}) as shop,
        pytest.raises(SourceError, match="not all products"),
    ):
        list(walk_category(f"{shop.url}/tees", fetcher))


@pytest.mark.parametrize(
    "button",
    ["<button>Show more</button>", "<button disabled>Load more</button>",
     "<button style='display: none'>Load more</button>", "<button>Load more reviews</button>",
     "<footer><button>Load more</button></footer>", "<p>Click load more to see them all</p>"],
)  # fmt: skip
def test_what_loads_no_products_ends_a_list_in_peace(button, fetcher):
    with Shop({"/tees": first(button)}) as shop:
        assert len(list(walk_category(f"{shop.url}/tees", fetcher))) == 2


@pytest.mark.django_db
def test_nothing_is_gone_where_what_follows_cannot_be_read():
    def statuses():
        fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True)
        return [outcome.status.value for outcome in scrape(f"{shop.url}/tees", fetcher)]

    pictures = {f"/i/{n}.jpg": picture_bytes((n, 2 * n, 3 * n)) for n in range(11, 14)}
    with Shop({"/tees": first()} | pictures) as shop:
        shop.answers["/more?page=2"] = answer({"html": cards(13), "next": None})
        assert statuses() == ["new", "new", "new"]
        shop.answers["/more?page=2"] = answer({"tiles": [{"a": 1}]})
        assert statuses() == ["same", "same", "failed"]
    assert not Product.objects.exclude(gone_since=None).exists()
