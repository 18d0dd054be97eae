import pytest

from catalog.reading.selectors import Selectors
from catalog.records import SourceError
from catalog.sources import category
from catalog.sources.category import walk_category
from catalog.visiting.fetching import Fetcher
from tests.catalog.reading.pages import OPENGRAPH, json_ld, product
from tests.shops import Shop


@pytest.fixture
def fetcher():
    return Fetcher("Test/1.0", pause=0, allow_loopback=True)


def paged(**pages):
    return {path.replace("_", "/"): text for path, text in pages.items()}


def ids(shop, fetcher, path="/1"):
    return [record.item_id for record in walk_category(f"{shop.url}{path}", fetcher)]


def test_rel_next_is_followed_to_the_end(fetcher):
    with Shop({
        "/1": json_ld([product("1")]) + '<link rel="next" href="/2">',
        "/2": json_ld([product("2")]) + '<a rel="next" href="/3">on</a>',
        "/3": json_ld([product("3")]),
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher) == ["1", "2", "3"]


def test_numbered_pages_are_followed_where_there_is_no_rel_next(fetcher):
    links = '<a href="/tees?page=2">2</a><a href="/tees?page=3">3</a>'
    with Shop({
        "/tees": json_ld(product("1")) + links,
        "/tees?page=2": json_ld(product("2")) + links,
        "/tees?page=3": json_ld(product("3")) + links,
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher, "/tees") == ["1", "2", "3"]


def test_a_loop_of_pages_ends(fetcher):
    with Shop({
        "/1": json_ld(product("1")) + '<link rel="next" href="/2">',
        "/2": json_ld(product("2")) + '<link rel="next" href="/1">',
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher) == ["1", "2"]


def test_pages_that_only_repeat_end_the_walk(fetcher):
    with Shop({
        f"/{n}": json_ld(product("1")) + f'<link rel="next" href="/{n + 1}">' for n in range(1, 99)
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher) == ["1"]
        assert len(shop.requests) == 5  # robots.txt, the first page, and three without news


def test_the_next_page_on_another_host_is_not_visited(fetcher):
    with Shop({
        "/1": json_ld(product("1")) + '<link rel="next" href="http://other.example/2">'
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher) == ["1"]


def test_a_product_page_is_visited_only_for_what_the_list_lacks(fetcher):
    bare = {"@context": "https://schema.org", "@type": "Product", "sku": "2", "url": "/p/2"}
    with Shop({
        "/1": json_ld([product("1"), bare]),
        "/p/2": json_ld(product("2")),
    }) as shop:  # fmt: skip
        records = list(walk_category(f"{shop.url}/1", fetcher))
        assert [(r.item_id, r.title) for r in records] == [("1", "Shirt 1"), ("2", "Shirt 2")]
        assert "/p/1" not in shop.requests


def test_a_list_of_addresses_leads_to_the_product_pages(fetcher):
    elements = [{"@type": "ListItem", "position": n, "url": f"/p/{n}"} for n in (1, 2)]
    listed = {"@context": "https://schema.org", "@type": "ItemList", "itemListElement": elements}
    with Shop({
        "/1": json_ld(listed), "/p/1": json_ld(product("a1")), "/p/2": OPENGRAPH,
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher) == ["a1", "2"]


def test_relative_addresses_start_from_the_base(fetcher):
    page = '<base href="/deep/"><link rel="next" href="2">' + json_ld(product("1", image="i.jpg"))
    with Shop({"/1": page, "/deep/2": json_ld(product("2"))}) as shop:
        records = list(walk_category(f"{shop.url}/1", fetcher))
        assert records[0].image_url == f"{shop.url}/deep/i.jpg"
        assert len(records) == 2


def test_a_product_whose_page_fails_is_a_problem_not_the_end(fetcher):
    bare = {"@context": "https://schema.org", "@type": "Product", "sku": "1", "url": "/gone"}
    with Shop({"/1": json_ld([bare, product("2")])}) as shop:
        first, second = walk_category(f"{shop.url}/1", fetcher)
        assert "404" in first.reason
        assert second.item_id == "2"


def test_a_page_without_products_and_one_that_fails_are_named(fetcher):
    with Shop({"/1": "<h1>nothing</h1>"}) as shop:
        with pytest.raises(SourceError, match="no products found"):
            ids(shop, fetcher)
        with pytest.raises(SourceError, match="404"):
            ids(shop, fetcher, "/2")


def test_the_walk_goes_on_where_a_redirect_has_led(fetcher):
    with Shop() as shop:
        other = shop.url.replace("127.0.0.1", "localhost")
        shop.answers = {
            "/1": (302, {"Location": f"{other}/c"}, b""),
            "/c": json_ld(product("1")) + '<link rel="next" href="/c2">',
            "/c2": json_ld(product("2")),
        }
        assert ids(shop, fetcher) == ["1", "2"]


def test_links_that_are_no_addresses_are_left_out(fetcher):
    page = json_ld(product("1")) + '<a href="http://[x">q</a><link rel="next" href="http://[bad">'
    with Shop({"/1": page}) as shop:
        assert ids(shop, fetcher) == ["1"]


def test_the_header_says_how_the_page_is_encoded(fetcher):
    page = json_ld(product("1")).replace("Shirt 1", "Футболка").encode("koi8-r")
    headers = {"Content-Type": "text/html; charset=koi8-r"}
    with Shop({"/1": (200, headers, page)}) as shop:
        [record] = walk_category(f"{shop.url}/1", fetcher)
        assert record.title == "Футболка"


@pytest.mark.parametrize("page", [b"", b"\xff\xfe\0\0", b"<", b"<!-- ", b"\x89PNG\r\n"])
def test_a_page_that_is_no_page_is_named(fetcher, page):
    with Shop({"/1": page}) as shop, pytest.raises(SourceError, match="no products found"):
        ids(shop, fetcher)


def paged_list(*numbers):
    """A page of products and links to all pages, the first of which is /c."""
    links = '<a href="/c">1</a> <a href="/c?page=1">2</a> <a href="/c?page=2">3</a>'
    return f"<nav>{links}</nav>" + json_ld([product(number) for number in numbers])


def test_pages_from_nought_are_all_walked(fetcher):
    with Shop({
        "/c": paged_list("1"), "/c?page=1": paged_list("2"), "/c?page=2": paged_list("3"),
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher, "/c") == ["1", "2", "3"]


@pytest.mark.parametrize("middle", [paged_list("1"), "<nav><a href='/c?page=2'>3</a></nav>"])
def test_a_page_without_a_new_product_does_not_end_the_walk(fetcher, middle):
    with Shop({
        "/c": paged_list("1"), "/c?page=1": middle, "/c?page=2": paged_list("3"),
    }) as shop:  # fmt: skip
        assert ids(shop, fetcher, "/c") == ["1", "3"]


def test_a_page_that_fails_is_said_after_the_others_were_walked(fetcher):
    with Shop({"/c": paged_list("1"), "/c?page=2": paged_list("3")}) as shop:
        walk = walk_category(f"{shop.url}/c", fetcher)
        assert [next(walk).item_id, next(walk).item_id] == ["1", "3"]
        with pytest.raises(SourceError, match="404"):
            next(walk)


def test_load_more_leads_on_and_a_link_to_nowhere_does_not(fetcher):
    more = '<a rel="next" href="#">next</a><button data-next-url="/more">Load more</button>'
    whole = f"<h1>Tees</h1>{json_ld(product('2'))}"
    with Shop({"/c": json_ld(product("1")) + more, "/more": whole}) as shop:
        assert ids(shop, fetcher, "/c") == ["1", "2"]


def test_a_products_own_page_gives_that_product_and_no_other(fetcher):
    others = [{"@type": "ListItem", "item": product(str(n))} for n in range(3)]
    page = json_ld({"@type": "ItemList", "itemListElement": others}) + json_ld(product("7"))
    with Shop({"/p/7": page + '<a href="/p/7?page=2">2</a>'}) as shop:
        assert ids(shop, fetcher, "/p/7") == ["7"]
        assert shop.requests == ["/robots.txt", "/p/7"]


def test_the_page_of_a_listed_product_gives_its_own_not_its_neighbours(fetcher):
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "url": "/p/7"}]}
    hat = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": product("9")}]}
    with Shop({"/c": json_ld(listed), "/p/7": json_ld(hat) + json_ld(product("7"))}) as shop:
        assert ids(shop, fetcher, "/c") == ["7"]


def test_a_list_that_tells_enough_is_kept_where_a_products_page_fails(fetcher):
    with Shop({"/c": json_ld([product("1", offers=None), product("2")])}) as shop:
        first, _second = walk_category(f"{shop.url}/c", fetcher)
        assert (first.item_id, first.title, first.price) == ("1", "Shirt 1", None)
        assert "/p/1" in shop.requests


def test_cards_of_one_address_ending_are_told_apart(fetcher):
    cards = "".join(
        f'<li><a href="/{place}/tee"><img src="/{place}.jpg"><h3>Tee</h3></a><b>$5</b></li>'
        for place in ("men", "women")
    )
    with Shop({"/c": f"<ul>{cards}</ul>"}) as shop:
        one, two = walk_category(f"{shop.url}/c", fetcher)
        assert (one.item_id, two.item_id) == ("tee", "women/tee")


def test_selectors_read_a_shop_that_fits_nothing(fetcher):
    card = "<i class=t data-to='/p/{0}'>T{0}</i>"
    with Shop({
        "/c": card.format(1) + "<u data-on='/d'></u>", "/d": card.format(2),
        "/p/1": json_ld(product("1")), "/p/2": json_ld(product("2")),
    }) as shop:  # fmt: skip
        selectors = Selectors(card="i.t", link="i.t@data-to", title="i.t", next="u@data-on")
        records = list(walk_category(f"{shop.url}/c", fetcher, selectors))
        assert [(r.title, r.image_url[-8:]) for r in records] == [
            ("Shirt 1", "/i/1.jpg"),
            ("Shirt 2", "/i/2.jpg"),
        ]


def test_a_page_that_takes_too_long_is_that_pages_failure(fetcher):
    deep = "<div>" * 5000
    with Shop({"/c": json_ld([product("1", image=""), product("2")]), "/p/1": deep}) as shop:
        first, second = walk_category(f"{shop.url}/c", fetcher)
        assert "nested" in first.reason
        assert second.item_id == "2"


def test_a_walk_that_stops_before_its_end_says_so(fetcher, monkeypatch):
    """Or what stands on the pages behind would be taken for gone."""
    monkeypatch.setattr(category, "MAX_PAGES", 2)
    with Shop({
        f"/{n}": json_ld(product(str(n))) + f'<link rel="next" href="/{n + 1}">' for n in range(1, 9)
    }) as shop:  # fmt: skip
        found = walk_category(f"{shop.url}/1", fetcher)
        assert [next(found).item_id for _ in range(2)] == ["1", "2"]
        with pytest.raises(SourceError, match="after 2 pages"):
            next(found)
