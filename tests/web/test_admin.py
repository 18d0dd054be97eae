"""What the owner sees and does in Django's admin."""

import re

import pytest

from catalog.models import Product
from catalog.registry import import_folder
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db
PRODUCTS = "/admin/lookalike_catalog/product/"


@pytest.fixture
def owner(admin_user, client):
    client.force_login(admin_user)
    return client


def html(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def page_of(item_id: str) -> str:
    return f"{PRODUCTS}{Product.objects.get(item_id=item_id).pk}/change/"


def test_the_admin_bears_the_sites_name_and_colours(owner, live):
    page = html(owner.get("/admin/"))
    assert "Django administration" not in page
    assert "Lookalike" in page
    assert "css/site_admin.css" in page
    assert "Lookalike" in html(owner.get("/admin/login/", follow=True))


def test_the_first_page_tells_the_state_of_the_index(owner, live):
    page = html(owner.get("/admin/"))
    assert re.search(r"fake, 6 products, built (now|.+ ago) \(", page)
    assert "Up to date." in page


def test_the_first_page_names_what_the_index_lacks_and_the_command(owner, live, folder):
    (folder / "new.jpg").write_bytes(picture_bytes("red"))
    list(import_folder(folder))
    Product.objects.filter(item_id="2").update(hidden=True)
    page = html(owner.get("/admin/"))
    assert 'missing=1">1 product</a> not in the index yet' in page
    assert "1 in the index that is hidden or gone" in page
    assert "manage.py build_index" in page
    listed = html(owner.get(PRODUCTS, {"missing": "1"}))
    assert "1 product" in listed
    assert page_of("new") in listed
    assert page_of("0") not in listed


def test_without_an_index_the_first_page_says_what_to_do(owner, catalogue):
    page = html(owner.get("/admin/"))
    assert "There is no index" in page
    assert "6 products</a> not in the index yet" in page
    assert "manage.py build_index" in page


def test_products_are_listed_with_their_thumbnails(owner, catalogue):
    page = html(owner.get(PRODUCTS))
    for product in Product.objects.all():
        assert product.thumbnail_url in page


def test_a_search_in_the_admin_folds_case(owner, catalogue):
    product = Product.objects.get(item_id="3")
    product.title = "Футболка ÉTÉ"
    product.save()
    page = html(owner.get(PRODUCTS, {"q": "ФУТБОЛКА été"}))
    assert page_of("3") in page
    assert page_of("2") not in page


def test_a_product_can_be_hidden_and_nothing_else_be_changed(owner, live, client):
    before = Product.objects.get(item_id="3")
    answer = owner.post(page_of("3"), {"hidden": "on", "title": "Mine", "price": "1"})
    assert answer.status_code == 302
    after = Product.objects.get(item_id="3")
    assert (after.hidden, after.title, after.price) == (True, before.title, before.price)
    assert client.get("/products/3/").status_code == 404
    page = html(owner.get(page_of("3")))
    assert after.picture_url in page
    assert "40×30" in page


def test_many_are_hidden_and_shown_at_once_and_stay_so_over_an_import(owner, live, folder):
    keys = list(Product.objects.filter(item_id__in="01").values_list("pk", flat=True))
    owner.post(PRODUCTS, {"action": "hide", "_selected_action": keys})
    list(import_folder(folder))
    assert list(Product.shown.values_list("item_id", flat=True)) == list("2345")
    owner.post(PRODUCTS, {"action": "show", "_selected_action": keys})
    assert Product.shown.count() == 6


def test_products_are_neither_made_nor_deleted_by_hand(owner, catalogue):
    assert owner.get(f"{PRODUCTS}add/").status_code == 403
    assert owner.get(page_of("3").replace("change", "delete")).status_code == 403


def test_a_visitor_sees_nothing_of_it(client, live):
    assert client.get("/admin/").status_code == 302
    assert client.get(PRODUCTS).status_code == 302
