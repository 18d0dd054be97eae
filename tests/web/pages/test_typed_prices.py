"""A price typed as the visitor's language writes it, on every page that asks for one."""

import re

import pytest

from catalog.models import Product

pytestmark = pytest.mark.django_db
ROUBLES = "1\u00a0236,50 ₽"


@pytest.fixture
def priced(live):
    for number, product in enumerate(Product.objects.order_by("item_id")):
        Product.objects.filter(pk=product.pk).update(price=f"{1234.5 + number:.2f}")


def shown(page) -> set[str]:
    return set(re.findall(r'data-item="(\d)"', page))


@pytest.mark.parametrize("typed", ["1236,5", "1 236,50", ROUBLES, "1236.5", "1,236.50"])
@pytest.mark.parametrize("language", ["en", "de", "es", "ja", "ru"])
def test_the_grid_and_the_neighbours_take_it(client, priced, language, typed):
    asked = {"price_from": typed, "headers": {"Accept-Language": language}}
    headers = asked.pop("headers")
    for path, found in (("/browse/", {"2", "3", "4", "5"}), ("/products/0/", {"2", "3", "4", "5"})):
        response = client.get(path, asked, headers=headers)
        page = response.content.decode()
        assert response.status_code == 200, typed
        assert shown(page) == found
        assert f'name="price_from" value="{typed}"' in page, "as it was typed"


def test_shares_of_the_same_form_are_read_so_too(client, priced):
    page = client.get("/products/0/?diversity=0,5&colour=0,3&min_score=12,5").content.decode()
    assert 'name="diversity" min="0" max="1" step="0.1" value="0.5"' in page
    assert 'name="colour" min="0" max="1" step="0.1" value="0.3"' in page


def test_a_picture_is_narrowed_by_it(client, priced, folder):
    with (folder / "hats" / "3.jpg").open("rb") as file:
        asked = {"picture": file, "price_to": "1235,5"}
        page = client.post("/picture/", asked).content.decode()
    assert shown(page) == {"0", "1"}
    assert 'name="price_to" value="1235,5"' in page


def test_what_is_no_price_is_refused(client, priced):
    for typed in ("abc", "12abc", "1.236", "1,2,3"):
        response = client.get("/browse/", {"price_from": typed})
        assert response.status_code == 400, typed
        assert "Price from: " in response.content.decode()
    both = client.get("/browse/", {"price_from": "9", "price_to": "8,5"}).content.decode()
    assert "Price from: This is higher than the other price." in both


def test_programs_keep_to_the_dot(client, priced):
    assert client.get("/api/v1/products/", {"price_from": "1236.5"}).json()["count"] == 4
    assert client.get("/api/v1/products/", {"price_from": "1236,5"}).status_code == 400


def test_the_page_of_a_picture_is_there_whatever_a_client_says_it_sends(client, priced):
    for kind in ("text/plain", "application/json", ""):
        response = client.get("/picture/", {"price_from": "1236,5"}, CONTENT_TYPE=kind)
        assert response.status_code == 200, kind
