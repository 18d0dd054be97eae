"""The shelf: what an address says stands on it, where it leads, and what is refused."""

import pytest
from lxml import html

from catalog.models import Product

pytestmark = pytest.mark.django_db
SHELF = "/shelf/?liked=1&liked=2&disliked=3"


def tree(client, address=SHELF, status=200):
    response = client.get(address)
    assert response.status_code == status
    return html.fromstring(response.content)


def links(page, text):
    return page.xpath(f"//main//a[normalize-space()='{text}']/@href")


def test_it_lists_what_its_address_says(client, live):
    page = tree(client)
    liked, disliked = page.xpath("//main//ul")
    assert liked.xpath(".//a[@data-item]/@data-item") == ["1", "2"]
    assert disliked.xpath(".//a[@data-item]/@data-item") == ["3"]
    assert page.xpath("//input[@readonly]/@value") == [f"http://testserver{SHELF}"]


def test_more_like_these_leads_to_what_looks_like_all_of_them(client, live):
    (more,) = links(tree(client), "More like these")
    assert more == "/products/1/?liked=2&disliked=3"
    shown = tree(client, more).xpath("//ol[contains(@class, 'looks')]//a/@data-item")
    assert set(shown) == {"0", "4", "5"}
    assert links(tree(client, "/shelf/?liked=1"), "More like these") == ["/products/1/"]
    assert links(tree(client, "/shelf/?disliked=1"), "More like these") == []


def test_each_can_be_removed_or_turned_by_a_plain_link(client, live):
    page = tree(client)
    assert links(page, "Remove") == [
        "/shelf/?liked=2&disliked=3", "/shelf/?liked=1&disliked=3", "/shelf/?liked=1&liked=2",
    ]  # fmt: skip
    assert links(page, "Not like this") == [
        "/shelf/?liked=2&disliked=3&disliked=1", "/shelf/?liked=1&disliked=3&disliked=2",
    ]  # fmt: skip
    assert links(page, "Like this after all") == ["/shelf/?liked=1&liked=2&liked=3"]
    last = links(tree(client, "/shelf/?liked=1"), "Remove")
    assert last == ["/shelf/"]
    assert "Nothing is on your shelf." in tree(client, last[0]).text_content()


def test_a_product_s_page_puts_all_that_it_asks_about_there(client, live):
    (put,) = links(tree(client, "/products/1/?liked=2&disliked=3"), "Put on your shelf")
    assert put == SHELF
    assert links(tree(client, "/products/1/"), "Put on your shelf") == ["/shelf/?liked=1"]


def test_ids_with_strange_letters_go_there_and_back(client, live):
    Product.objects.filter(item_id="1").update(item_id="a&b=ü/1")
    (put,) = links(tree(client, "/products/a&b=ü/1/"), "Put on your shelf")
    page = tree(client, put)
    assert page.xpath("//main//a/@data-item") == ["a&b=ü/1"]
    assert links(page, "Remove") == ["/shelf/"]


def test_what_has_left_the_shop_is_left_out_and_told(client, live):
    Product.objects.filter(item_id="2").update(hidden=True)
    page = tree(client, SHELF + "&liked=nobody")
    assert page.xpath("//main//a/@data-item") == ["1", "3"]
    assert "2 products of this shelf are no longer in the shop." in page.text_content()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/shelf/?liked=1&disliked=1", "cannot be liked and disliked at once"),
        ("/shelf/?" + "&".join(f"liked={n}" for n in range(21)), "At most 20 products"),
        ("/shelf/?wanted=1", "There is no parameter “wanted”"),
    ],
)
def test_what_cannot_be_meant_is_refused(client, live, address, sentence):
    assert sentence in tree(client, address, status=400).text_content()


def test_every_page_leads_there_and_no_crawler_goes_on(client, live):
    assert "/shelf/" in tree(client, "/browse/").xpath("//footer//a/@href")
    assert tree(client).xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert "Disallow: /shelf/?" in client.get("/robots.txt").content.decode()


def test_it_costs_one_query_and_is_kept(client, live, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        first = client.get(SHELF)
    with django_assert_max_num_queries(1):
        assert client.get(SHELF).content == first.content
    assert not first.cookies
