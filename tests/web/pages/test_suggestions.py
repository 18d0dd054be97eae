"""/suggestions/: what the search offers while one types."""

import pytest
from lxml import html

from catalog.models import Product

pytestmark = pytest.mark.django_db


def options(client, typed):
    response = client.get("/suggestions/", {"q": typed})
    assert response.status_code == 200
    return html.fromstring(f"<div>{response.content.decode()}</div>").xpath("//*[@role='option']")


def test_categories_and_products_are_links(client, live):
    found = options(client, "hat")
    assert [one.get("href") for one in found] == [
        "/browse/?category=hats", "/products/1/", "/products/3/", "/products/5/",
    ]  # fmt: skip
    assert "3 products" in found[0].text_content()
    assert len({one.get("id") for one in found}) == 4


def test_of_nothing_typed_and_nothing_found_there_is_nothing(client, live):
    for typed in ("", " ", "xyz"):
        response = client.get("/suggestions/", {"q": typed})
        assert (response.status_code, response.content.strip()) == (200, b"")


def test_what_is_hidden_is_gone_from_it_at_once(client, live):
    assert len(options(client, "hat")) == 4
    Product.objects.filter(item_id="3").update(hidden=True)
    assert "/products/3/" not in [one.get("href") for one in options(client, "hat")]


def test_what_a_shop_writes_is_no_markup(client, live):
    product = Product.objects.get(item_id="1")
    product.title = "<script>hat</script>"
    product.save()
    assert "<script>" not in client.get("/suggestions/?q=hat").content.decode()


def test_too_many_words_are_refused_in_a_sentence(client, live):
    response = client.get("/suggestions/", {"q": "a " * 9})
    assert response.status_code == 400
    assert response.content.decode().startswith('<p class="refused"')
    assert "At most 8 words" in response.content.decode()
    assert client.get("/suggestions/?q=a&q=b").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_what_was_asked_once_costs_no_search(client, live, django_assert_num_queries):
    client.get("/suggestions/?q=hat")
    with django_assert_num_queries(1):  # whether the catalogue is what it was
        client.get("/suggestions/?q=hat")
    with django_assert_num_queries(3):  # the answer's, this page's, and the products
        client.get("/suggestions/?q=shirt")
