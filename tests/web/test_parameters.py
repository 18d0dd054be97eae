"""An address takes the parameters that it has, passes over what others add, and refuses the rest."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import get_resolver, reverse

from web.parameters import unknown

pytestmark = pytest.mark.django_db
# What stands for the arguments of an address.
ARGUMENTS = {"item_id": "0", "kind": "thumbnails", "name": "0.jpg", "number": 1}
# Answers of others: Django's admin, and the page that finds the way of the API's documentation.
NOT_OURS = ("admin:",)


def addresses(resolver=None, space=""):
    """Every address of the site that has a name, as it is asked for."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            name = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern, space + name)
        elif pattern.name and not f"{space}{pattern.name}".startswith(NOT_OURS):
            wanted = pattern.pattern.converters
            arguments = {name: ARGUMENTS[name] for name in wanted}
            if pattern.name == "map-picture":
                arguments["name"] = "tile"
            yield reverse(f"{space}{pattern.name}", kwargs=arguments)


ALL = sorted(set(addresses()))


def test_all_addresses_are_found():
    assert {"/", "/products/0/", "/map/products.json", "/api/v1/products/", "/robots.txt"} <= {*ALL}


def test_what_an_address_does_not_have_is_refused_and_what_it_has_is_named(admin_client, live):
    for address in ALL:
        response = admin_client.get(address, {"sorting": "price"})
        assert response.status_code == 400, address
        in_json = address.startswith("/api/") or address.endswith(".json")
        sentence = response.json()["error"] if in_json else response.content.decode()
        assert "There is no parameter “sorting”" in sentence, address
        assert "there are: " in sentence or "this address takes none" in sentence, address


def test_what_others_add_to_links_changes_nothing(admin_client, live):
    added = {"utm_source": "mail", "fbclid": "x", "gclid": "y", "ref": "z", "_ga": "1"}
    for address in ALL:
        plain, followed = admin_client.get(address), admin_client.get(address, added)
        assert followed.status_code == plain.status_code, address
        told = b"".join(followed)
        assert b"There is no parameter" not in told, address
        assert b"utm_source" not in told, address


def test_an_answer_is_kept_once_for_all_links_and_none_carries_what_was_added(
    client, live, django_assert_max_num_queries
):
    first = client.get("/products/0/?k=7&utm_source=mail")
    assert b"utm_source" not in first.content
    with django_assert_max_num_queries(1):
        again = client.get("/products/0/?fbclid=abc&k=7")
    assert again.content == first.content


def test_a_project_without_the_middleware_passes_over_them_too():
    assert unknown(["k", "utm_campaign", "msclkid"], ["k"]) == ""
    assert "“K”" in unknown(["K"], ["k"])
    assert len(unknown(["x" * 5000], [])) < 200


def test_each_parameter_of_the_description_is_taken(client, live):
    described = client.get("/api/v1/openapi.json").json()
    for path, methods in described["paths"].items():
        for told in methods.get("get", {}).get("parameters", []):
            if told["in"] == "query":
                address = path.replace("{item_id}", "0")
                said = client.get(address, {told["name"]: ""}).content.decode()
                assert "There is no parameter" not in said, (path, told["name"])


def test_the_widget_sends_the_fields_that_the_api_has_and_no_others(client, live):
    script = Path(str(finders.find("js/widget.js"))).read_text()
    sent = json.loads(re.search(r"FIELDS = (\[[^]]*\])", script)[1])
    path = client.get("/api/v1/openapi.json").json()["paths"]
    told = path["/api/v1/products/{item_id}/similar/"]["get"]["parameters"]
    names = {p["name"] for p in told if p["in"] == "query"}
    assert sorted(sent) == sorted(names - {"counted"})  # which it always says
    assert 'set("counted", "on")' in script


@pytest.mark.parametrize("address", ["/browse/", "/api/v1/products/", "/api/v1/search/"])
def test_a_page_beyond_the_last_is_not_there(client, live, address):
    words = {"q": "0"} if "search" in address else {}
    assert client.get(address, {**words, "page": 1}).status_code == 200
    response = client.get(address, {**words, "page": 99})
    assert response.status_code == 404
    assert "There is no page 99; the last is 1." in response.content.decode()
    if "api" in address:
        assert response.json() == {"error": "There is no page 99; the last is 1."}


def test_of_nothing_found_the_first_page_is_there_and_no_other(client, live):
    assert client.get("/browse/?q=nothing").status_code == 200
    assert client.get("/browse/?q=nothing&page=2").status_code == 404
    assert client.get("/api/v1/products/?q=nothing").json()["count"] == 0


def test_pages_lead_on_and_back_to_the_ends(client, live):
    address, seen = "/api/v1/products/?per_page=4&order=title", []
    while address:
        told = client.get(address).json()
        seen += [product["item_id"] for product in told["products"]]
        assert (told["count"], told["pages"]) == (6, 2)
        last, address = told, told["next"]
    assert sorted(seen) == list("012345")
    assert client.get(last["previous"]).json()["previous"] is None


@pytest.mark.parametrize(
    ("order", "ids"), [("price", "2013"), ("-price", "3102"), ("title", "3012"), ("", "0123")]
)
def test_the_api_orders_as_browse_does(client, live, order, ids):
    from catalog.models import Product

    Product.objects.filter(item_id__in="45").update(hidden=True)
    facts = {"0": (2, "b"), "1": (3, "c"), "2": (1, "d"), "3": (4, "a")}
    for item_id, (price, title) in facts.items():
        Product.objects.filter(item_id=item_id).update(price=price, title=title)
    for name in ("order", "sort"):
        told = client.get("/api/v1/products/", {name: order}).json()["products"]
        assert [product["item_id"] for product in told] == list(ids)
        shown = client.get("/browse/", {name: order}).content.decode()
        places = [shown.index(f'data-item="{item_id}"') for item_id in ids]
        assert places == sorted(places)
    assert client.get("/api/v1/products/?order=best").status_code == 400


def test_the_description_names_the_site_and_tells_of_pages(client, live):
    described = client.get("/api/v1/openapi.json", headers={"host": "localhost"}).json()
    assert described["servers"] == [{"url": "http://localhost"}]
    assert "`next`" in described["info"]["description"]
    told = described["paths"]["/api/v1/products/"]["get"]["parameters"]
    assert {"page", "per_page", "order"} <= {parameter["name"] for parameter in told}
    page = described["components"]["schemas"]["ProductPage"]
    assert "`count`" in page["description"]


@pytest.mark.parametrize("address", ["/browse/?q=red&q=blue", "/products/0/?k=5&k=6"])
def test_a_page_takes_a_field_with_one_value_once(client, live, address):
    refused = client.get(address)
    assert refused.status_code == 400
    assert "is given more than once; give it once." in refused.content.decode()
    assert client.get("/own-picture/?like=a&like=b").status_code != 400
