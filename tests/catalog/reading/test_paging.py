import pytest

from catalog.hosts import same_site
from catalog.reading.page import Page
from catalog.reading.paging import following, page_number

URL = "https://shop.example/tees"


def addresses(html, url=URL):
    return [one.url.removeprefix("https://shop.example") for one in following(Page(html, url))]


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="next" href="/tees?page=2">',
        '<a rel="nofollow next" href="?page=2">2</a>',
        '<ul class="pagination"><li><a href="?page=2">›</a></li></ul>',
        '<div class="pages"><a href="?page=2" title="Next"><i></i></a></div>',
        '<a class="next page-numbers" href="?page=2"><svg></svg></a>',
        '<nav>1 <a href="?page=2">2</a></nav>',
        '<a href="?page=2">Weiter</a>',
        '<button class="load-more" data-next-url="/tees?page=2">Load more</button>',
        '<a href="/tees?page=2">Show more</a>',
    ],
)
def test_the_next_page_is_found_however_it_is_said(html):
    assert addresses(html)[:1] == ["/tees?page=2"]


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (
            '<a href="/tees">1</a> <a href="?page=1">2</a> <a href="?page=2">3</a>',
            ["?page=1", "?page=2"],
        ),
        ('<a href="?page=1">1</a> <a href="?page=2">2</a>', ["?page=2"]),
        ('<a href="?start=24">2</a> <a href="?start=48">3</a>', ["?start=24", "?start=48"]),
    ],
)
def test_pages_are_counted_from_nought_from_one_or_by_products(links, expected):
    assert addresses(f"<nav class=pager>{links}</nav>") == [f"/tees{end}" for end in expected]


@pytest.mark.parametrize(
    "key", ["PAGEN_1", "sayfa", "strana", "side", "skip", "page_index", "list", "blatt", "n", "product-page"]
)  # fmt: skip
def test_numbers_in_a_query_lead_on_without_rel_or_class(key):
    links = "".join(f'<a href="?{key}={n}">{n}</a>' for n in (2, 3, 4))
    assert addresses(f"<p>1 {links}</p>") == [f"/tees?{key}={n}" for n in (2, 3, 4)]


@pytest.mark.parametrize(
    "links",
    ['<a href="?year=2026">26</a><a href="?year=2025">25</a>', '<a href="?size=38">38</a>',
     '<a href="?rating=4">4 stars</a>', '<a href="/p/tee?variant=2">M</a>'],
)  # fmt: skip
def test_numbers_that_choose_or_filter_are_no_pages(links):
    assert addresses(f"<p>{links}</p>") == []


def test_pages_in_the_path_lead_on_from_where_one_is():
    links = "".join(f'<a href="/tees/page/{n}/">{n}</a>' for n in range(1, 6))
    found = addresses(links, "https://shop.example/tees/page/3/")
    assert found == ["/tees/page/4/", "/tees/page/5/"]


@pytest.mark.parametrize(
    "html",
    [
        '<a rel="next" href="#">2</a>', '<a rel="next" href="javascript:next()">2</a>',
        '<link rel="next" href="http://[">', '<a href="https://other.example/tees?page=2">2</a>',
        f'<a href="?page={"9" * 5000}">2</a>', '<a href="/p/42">42</a>',
        '<div class=toolbar><a href="?limit=48">48</a></div>', '<a href="?size=38">38</a>',
    ],
)  # fmt: skip
def test_what_is_no_next_page_is_not_taken_for_one(html):
    assert addresses(html) == []


def test_another_spelling_of_the_host_is_the_same_site():
    assert same_site("http://WWW.shop.example/a", "https://shop.example:443/b")
    assert not same_site("https://shop.example:8443/", "https://shop.example/")
    assert page_number("https://shop.example/?page=" + "9" * 5000) is None
