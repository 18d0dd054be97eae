"""Products, search, status; what may be kept; who may ask; what OpenAPI says."""

import re

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from catalog import versioning
from catalog.models import Product
from recommender.building import build as building
from web.api.models import ApiKey

pytestmark = pytest.mark.django_db
SIMILAR = "/api/v1/products/0/similar/"


# Products ----------------------------------------------------------------------------------------


def test_products_come_page_by_page(client, catalogue):
    first = client.get("/api/v1/products/?per_page=4").json()
    assert (first["count"], first["page"], first["pages"], first["previous"]) == (6, 1, 2, None)
    assert [product["item_id"] for product in first["products"]] == ["0", "1", "2", "3"]
    second = client.get(first["next"]).json()
    assert [product["item_id"] for product in second["products"]] == ["4", "5"]
    assert (second["next"], client.get(second["previous"]).json()) == (None, first)


def test_products_are_narrowed_by_the_same_filters(client, catalogue):
    Product.objects.filter(item_id__in="24").update(in_stock=False, price=30)
    ids = [p["item_id"] for p in client.get("/api/v1/products/?category=shirts").json()["products"]]
    assert ids == ["0", "2", "4"]
    assert client.get("/api/v1/products/?category=shirts&in_stock=true").json()["count"] == 1
    assert client.get("/api/v1/products/?price_from=29.99").json()["count"] == 2


def test_search_needs_words(client, catalogue):
    assert client.get("/api/v1/search/?q=hats").json()["count"] == 3
    response = client.get("/api/v1/search/")
    assert (response.status_code, response.json()) == (400, {"error": "q: Say what to search for."})


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("per_page=101", "per_page"), ("per_page=0", "per_page"), ("page=0", "page"),
        ("page=x", "page"), ("in_stock=perhaps", "in_stock: Say true or false."),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_is_refused(client, catalogue, query, error):
    response = client.get(f"/api/v1/products/?{query}")
    assert response.status_code == 400
    assert response.json()["error"].startswith(error)


def test_one_product_is_told_whole(client, catalogue):
    product = client.get("/api/v1/products/3/").json()
    assert (product["item_id"], product["category"]) == ("3", "hats")
    assert client.get("/api/v1/products/nobody/").status_code == 404


def test_a_product_has_what_a_card_needs_to_draw_it(client, catalogue):
    Product.objects.filter(item_id="3").update(focus=85)
    product = client.get("/api/v1/products/3/").json()
    assert [tile["width"] for tile in product["tiles"]] == [160, 320, 500]
    assert product["tile_url"] == product["tiles"][1]["url"]
    assert {client.get(tile["url"]).status_code for tile in product["tiles"]} == {200}
    assert product["focus"] == 85
    assert client.get("/api/v1/products/1/").json()["focus"] is None
    described = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert {"tile_url", "tiles", "focus"} <= set(described["NeighbourFields"]["required"])


def test_status_tells_which_index_is_live(client, live):
    status = client.get("/api/v1/status/").json()
    assert status["products"] == status["index"]["count"] == 6
    assert (status["index"]["embedder"], status["index"]["list_method"]) == ("fake", "exact")


def test_without_an_index_there_is_still_a_status(client, catalogue):
    assert client.get("/api/v1/status/").json() == {"products": 6, "index": None}


# What may be kept --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", [SIMILAR, "/api/v1/products/", "/api/v1/status/", "/products/0/"]
)
def test_an_answer_is_not_sent_again_while_nothing_has_changed(client, live, address):
    first = client.get(address)
    assert "public" in first["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert client.get(address).content == first.content


def test_a_kept_answer_costs_one_query(client, live, django_assert_num_queries):
    client.get(SIMILAR)
    with django_assert_num_queries(1):
        client.get(SIMILAR)


CHANGES = {
    "a bulk update": lambda: Product.objects.filter(item_id="1").update(price=7),
    "a save": lambda: Product.objects.get(item_id="1").save(),
    "a removal": lambda: Product.objects.filter(item_id="1").delete(),
    "a new one": lambda: Product.objects.create(
        item_id="9", shop="s", source="s", first_seen="2026-01-01T00:00Z", last_seen="2026-01-01T00:00Z"
    ),
    "SQL by hand": lambda: connection.cursor().execute("UPDATE lookalike_catalog_product SET hidden = TRUE WHERE item_id = '1'"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_the_catalogue_changes_the_etag(client, live, change):
    first, before = client.get(SIMILAR)["ETag"], versioning.version()
    CHANGES[change]()
    assert versioning.version() > before
    answer = client.get(SIMILAR, headers={"If-None-Match": first})
    assert answer.status_code == 200
    assert answer["ETag"] != first


def test_a_new_index_changes_the_etag(client, live, fake_source):
    first = client.get(SIMILAR)["ETag"]
    Product.objects.filter(item_id="5").update(hidden=True)
    second = client.get(SIMILAR)["ETag"]
    plan = building.plan(fake_source)
    list(building.embed(plan))
    assert building.finish(plan)
    assert len({first, second, client.get(SIMILAR)["ETag"]}) == 3


@pytest.mark.parametrize(
    "address", ["/random/", "/api/v1/products/nobody/similar/", f"{SIMILAR}?k=0"]
)
def test_what_is_no_answer_or_another_each_time_is_not_kept(client, live, address):
    response = client.get(address)
    assert response.status_code != 200
    assert "ETag" not in response


def test_languages_and_parts_of_pages_are_kept_apart(client, live):
    whole = client.get("/products/0/")
    part = client.get("/products/0/", headers={"HX-Request": "true", "HX-Target": "rows"})
    assert (whole.status_code, part.status_code) == (200, 200)


@pytest.mark.parametrize("address", [SIMILAR, "/browse/", "/static/css/lookalike.css", "/healthz"])
def test_head_is_answered_without_a_body(client, live, address):
    head, whole = client.head(address), client.get(address)
    assert head.status_code == 200
    assert not head.getvalue()
    if not whole.streaming:
        assert head["Content-Length"] == str(len(whole.content))


# Who may ask -------------------------------------------------------------------------------------


def test_a_shop_on_the_list_may_ask_from_its_pages_and_no_other(client, live, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]
    for _ in range(2):  # the second answer is a kept one
        welcome = client.get(SIMILAR, headers={"Origin": "https://shop.example"})
        assert welcome["Access-Control-Allow-Origin"] == "https://shop.example"
        stranger = client.get(SIMILAR, headers={"Origin": "https://other.example"})
        assert "Access-Control-Allow-Origin" not in stranger
        assert "origin" in stranger["Vary"]
    page = client.get("/products/0/", headers={"Origin": "https://shop.example"})
    assert "Access-Control-Allow-Origin" not in page


def test_a_browser_may_ask_before_it_sends_a_picture(client, live, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]
    response = client.options(
        "/api/v1/similar/",
        headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"},
    )
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in response


# What OpenAPI says -------------------------------------------------------------------------------


def test_the_description_names_every_address_and_every_rule(client, db):
    described = client.get("/api/v1/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/v1/products/{item_id}/similar/", "/api/v1/similar/", "/api/v1/products/",
        "/api/v1/products/{item_id}/", "/api/v1/search/", "/api/v1/status/",
        "/api/v1/changes/{number}/", "/api/v1/clicks/", "/api/v1/webhooks/shopify/", "/api/v1/webhooks/woocommerce/",
    }  # fmt: skip
    similar = described["paths"]["/api/v1/products/{item_id}/similar/"]["get"]
    rules = {entry["name"]: entry["schema"] for entry in similar["parameters"]}
    assert rules["k"] == {"type": "integer", "minimum": 1, "maximum": 50, "default": 5}
    assert rules["metric"]["enum"] == ["cosine", "euclidean", "manhattan"]
    assert {"q", "category", "price_from", "diversity", "min_score"} < set(rules)
    assert {"200", "400", "404", "503"} <= set(similar["responses"])


def test_its_page_is_served_by_ourselves_alone(client, db):
    response = client.get("/api/v1/docs/")
    page = response.content.decode()
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sources
    assert all(source.startswith("/static/") for source in sources)
    assert "<script>" not in page
    assert "img-src 'self' data:" in response["Content-Security-Policy"]
    script = next(source for source in sources if source.endswith("bundle.js"))
    assert Client().get(script).status_code == 200


# Keys and limits ---------------------------------------------------------------------------------


def with_key(client, key, address=SIMILAR):
    return client.get(address, headers={"X-API-Key": key})


def test_where_keys_are_asked_for_nobody_gets_in_without_one(client, live, settings):
    settings.API_KEYS_REQUIRED = True
    key = ApiKey.make("shop")
    assert with_key(client, key).status_code == 200
    assert "private" in with_key(client, key)["Cache-Control"]
    for refused in (client.get(SIMILAR), with_key(client, "no key"), with_key(client, "é" * 3000)):
        assert refused.status_code == 401
        assert list(refused.json()) == ["error"]
    ApiKey.objects.update(active=False)
    assert with_key(client, key).status_code == 401
    assert client.get("/products/0/").status_code == 200


def test_a_key_is_kept_as_a_hash_alone(db):
    key = ApiKey.make("shop")
    assert len(key) > 40
    assert key not in str(ApiKey.objects.values())


def test_who_asks_too_often_is_told_when_to_come_back(client, live, settings):
    settings.API_RATE = 3
    cache.clear()
    statuses = [client.get(SIMILAR).status_code for _ in range(5)]
    assert statuses in ([200, 200, 200, 429, 429], [200] * 4 + [429], [200] * 5)  # a minute began
    if 429 in statuses:
        refused = client.get(SIMILAR)
        assert 1 <= int(refused["Retry-After"]) <= 60
        assert refused.json() == {"error": "At most 3 requests a minute. Please wait."}
        assert client.get(SIMILAR, REMOTE_ADDR="10.0.0.9").status_code == 200
    assert client.get("/products/0/").status_code == 200


def test_each_key_has_a_limit_of_its_own(client, live, monkeypatch):
    monkeypatch.setattr("web.api.access.time.time", lambda: 1000.0)
    cache.clear()
    slow, fast = ApiKey.make("slow", a_minute=1), ApiKey.make("fast")
    assert [with_key(client, slow).status_code for _ in range(2)] == [200, 429]
    assert [with_key(client, fast).status_code for _ in range(5)] == [200] * 5


def test_behind_a_server_in_front_its_word_tells_addresses_apart(
    client, live, settings, monkeypatch
):
    monkeypatch.setattr("web.api.access.time.time", lambda: 1000.0)
    settings.API_RATE, settings.TRUSTED_PROXIES = 1, 1
    cache.clear()
    asked = [
        client.get(SIMILAR, headers={"X-Forwarded-For": f"6.6.6.6, {address}"}).status_code
        for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2")
    ]
    assert asked == [200, 429, 200]


def test_keys_are_made_listed_and_revoked(db, capsys):
    call_command("api_keys", "make", "shop", "--a-minute", "9")
    key = capsys.readouterr().out.strip()
    assert ApiKey.of(key).name == "shop"
    call_command("api_keys", "list")
    assert "shop  active  9 a minute" in capsys.readouterr().out
    with pytest.raises(CommandError, match="already"):
        call_command("api_keys", "make", "shop")
    call_command("api_keys", "revoke", "shop")
    assert ApiKey.of(key) is None
    with pytest.raises(CommandError, match="no key"):
        call_command("api_keys", "revoke", "shop")


def test_the_admin_makes_a_key_and_shows_it_once(admin_client):
    page = admin_client.post(
        "/admin/lookalike_api/apikey/add/", {"name": "shop", "active": "on"}, follow=True
    )
    key = re.search(r"shown this once: ([\w-]+)", page.content.decode())[1]
    assert ApiKey.of(key).name == "shop"
    assert key not in admin_client.get("/admin/lookalike_api/apikey/").content.decode()


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("products/0/similar/?k=3&k=4", "k"),
        ("similar/?liked=0&metric=cosine&metric=euclidean", "metric"),
        ("products/?page=1&page=2", "page"),
        ("search/?q=a&q=b", "q"),
        ("search/?q=%ff", "UTF-8"),
        ("search/?q=a&utm_source=x&category=%c3", "UTF-8"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_in_a_sentence(client, live, address, word):
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 400
    assert word in answer.json()["error"]


def test_what_may_be_repeated_and_text_of_any_script_are_taken(client, live):
    assert client.get("/api/v1/similar/?liked=0&liked=1").status_code == 200
    assert client.get("/api/v1/search/?q=%e3%81%82+b").status_code == 200


def test_a_product_whose_id_ends_like_an_address_is_found(client, live):
    Product.objects.filter(item_id="0").update(item_id="x/similar")
    assert client.get("/api/v1/products/x%2Fsimilar/").json()["item_id"] == "x/similar"
    assert client.get("/api/v1/products/y%2Fsimilar/").status_code == 404
