"""/ says what this is; /random/ leads to any product."""

import gzip

import pytest
from django.utils import timezone
from lxml import html

from catalog.models import Product
from recommender.index.metrics import Metric

pytestmark = pytest.mark.django_db


def test_home_says_what_this_is_and_leads_to_all_there_is(client, live):
    response = client.get("/")
    page = html.fromstring(response.content)
    assert "see what looks like it" in page.xpath("string(//h1)")
    links = page.xpath("//main//a/@href")
    assert {"/browse/", "/random/", "/random/?measured=on"} <= {*links}
    assert page.xpath("//main//form[@action='/picture/']//input[@type='file']")
    assert page.xpath("//main//button[@popovertarget='search']")
    assert page.xpath("//form[@id='search'][@action='/browse/']")


def test_its_picture_is_products_each_beside_what_looks_like_it(client, live):
    page = html.fromstring(client.get("/").content)
    (row,) = page.xpath("//li[@class='mosaic']")
    first = row.get("data-item")
    links = row.xpath(".//a/@href")
    assert links[0] == f"/products/{first}/"
    assert links[1:] == client_answer(client, first)
    assert [image.get("alt") for image in row.xpath(".//img")] == row.xpath(".//a/@title")
    for link in links:
        assert client.get(link).status_code == 200


def client_answer(client, item_id) -> list[str]:
    told = client.get(f"/api/v1/products/{item_id}/similar/").json()["neighbours"]
    return [f"/products/{one['item_id']}/?trail={item_id}" for one in told]


def test_home_is_light_and_kept(client, photos, django_assert_max_num_queries):
    response = client.get("/")
    assert len(response.content) <= 60_000
    assert len(gzip.compress(response.content)) <= 18_000
    with django_assert_max_num_queries(1):
        assert client.get("/").content == response.content
    assert client.get("/", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_random_leads_on_to_a_random_product(client, live):
    response = client.get("/random/")
    assert response.status_code == 302
    assert response["Location"] in {f"/products/{number}/" for number in range(6)}
    assert "no-store" in response["Cache-Control"]
    page = client.get("/random/", follow=True).content.decode()
    for metric in Metric:
        assert f'data-metric="{metric}"' in page


def test_random_comes_to_every_product_in_the_end(client, live):
    assert len({client.get("/random/")["Location"] for _ in range(200)}) == 6


def test_random_leads_to_a_product_that_is_still_in_the_shop(client, live):
    Product.objects.exclude(item_id="4").update(gone_since=timezone.now())
    assert client.get("/random/")["Location"] == "/products/4/"


def test_the_tutorials_reader_is_on_his_page_with_one_click(client, live):
    response = client.get("/random/?measured=on")
    assert response["Location"].endswith("/?measured=on")
    page = html.fromstring(client.get(response["Location"]).content)
    assert page.xpath("//details[@class='measured']/@open")
    assert client.get("/random/?metric=euclidean")["Location"].endswith("/?metric=euclidean")


def test_a_setting_lets_home_be_the_tutorials(client, live, settings):
    settings.RANDOM_HOME = True
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"] in {f"/products/{number}/" for number in range(6)}
    assert "no-store" in response["Cache-Control"]
    assert b"<loc>http://testserver/</loc>" not in client.get("/sitemap.xml").content


def test_the_language_that_is_chosen_is_homes_too(client, live):
    assert '<html lang="ja"' in client.get("/", headers={"Accept-Language": "ja"}).content.decode()
