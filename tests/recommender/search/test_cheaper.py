"""Similar for less: what costs less than the product that is asked about."""

from decimal import Decimal

import pytest
from lxml import html

from catalog.filters import Filters
from catalog.models import Product
from recommender.search.answering import answer
from recommender.search.errors import BadQuery
from recommender.search.query import Query

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def priced(live):
    """Products 0 to 4 cost 10 to 50; nobody knows what 5 costs."""
    for number in range(5):
        price = Decimal(10 * (number + 1))
        Product.objects.filter(item_id=str(number)).update(price=price)


def ids(*liked, **more):
    matches = answer(Query(liked=liked, cheaper=True, **more)).looks.matches
    return {match.product.item_id for match in matches}


def test_only_what_costs_less_is_answered():
    assert ids("2") == {"0", "1"}
    assert ids("0") == set()


def test_the_same_price_is_not_less_and_a_cent_is():
    Product.objects.filter(item_id="0").update(price=Decimal("30.00"))
    Product.objects.filter(item_id="1").update(price=Decimal("29.99"))
    assert ids("2") == {"1"}


def test_of_several_it_is_less_than_each():
    assert ids("3", "1") == {"0"}


def test_other_filters_hold_beside_it():
    assert ids("4", filters=Filters.of(price_to=Decimal(25))) == {"0", "1"}
    assert ids("4", filters=Filters.of(price_from=Decimal(25))) == {"2", "3"}


def test_without_a_price_or_a_product_nothing_can_be_cheaper(client):
    with pytest.raises(BadQuery, match="“5” has no price"):
        ids("5")
    with pytest.raises(BadQuery, match="Name a product that the others should be cheaper than"):
        Query(picture=b"", cheaper=True)
    response = client.get("/api/v1/products/5/similar/?cheaper=on")
    assert (response.status_code, "has no price" in response.json()["error"]) == (400, True)


def test_page_and_api_answer_it_and_links_go_on_without_it(client):
    found = client.get("/api/v1/products/2/similar/?cheaper=on").json()["neighbours"]
    assert {one["item_id"] for one in found} == {"0", "1"}
    page = html.fromstring(client.get("/products/2/?cheaper=on").content)
    links = {link.get("data-item"): link.get("href") for link in page.xpath("//a[@data-item]")}
    assert {"0", "1"} == links.keys() - {"2"}
    assert not any("cheaper" in address for address in links.values())
