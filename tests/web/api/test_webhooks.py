"""Webhooks of Shopify and WooCommerce: signed, taken once, and as their shops' lists say it."""

import base64
import hashlib
import hmac
import json

import pytest

from catalog import changes
from catalog.models import Change, Delivery, Product
from recommender.building.arriving import ArrivingProducts
from tests.arriving import fetcher
from tests.conftest import picture_bytes
from tests.products import keep
from tests.shops import Shop

pytestmark = pytest.mark.django_db
SHOPIFY, WOOCOMMERCE = "/api/v1/webhooks/shopify/", "/api/v1/webhooks/woocommerce/"
SECRET = "hush"


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.SHOPIFY_WEBHOOK_SECRET = settings.WOOCOMMERCE_WEBHOOK_SECRET = SECRET
    settings.SCRAPE_ALLOW_LOOPBACK = True
    settings.API_KEYS_REQUIRED = True  # a shop has no key, and signs


@pytest.fixture
def shop():
    pictures = {f"/{n}.jpg": picture_bytes((n * 60, 90, 9), (300, 300)) for n in range(4)}
    with Shop(pictures) as served:
        yield served


def signed(body, secret=SECRET):
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def from_shopify(client, node, topic="products/update", number="1", secret=SECRET):
    body = json.dumps(node).encode()
    headers = {
        "X-Shopify-Hmac-Sha256": signed(body, secret), "X-Shopify-Topic": topic,
        "X-Shopify-Webhook-Id": number, "X-Shopify-Shop-Domain": "tees.myshopify.com",
    }  # fmt: skip
    return client.post(SHOPIFY, body, content_type="application/json", headers=headers)


def from_woocommerce(client, node, topic="product.updated", number="1"):
    body = json.dumps(node).encode()
    headers = {
        "X-WC-Webhook-Signature": signed(body), "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Delivery-ID": number, "X-WC-Webhook-Source": "https://woo.example/",
    }  # fmt: skip
    return client.post(WOOCOMMERCE, body, content_type="application/json", headers=headers)


def shirt(shop, *colours, **more):
    """A product of Shopify's in these colours, each with a picture of its own."""
    return {
        "id": 632910392,
        "title": "Shirt",
        "handle": "shirt",
        "product_type": "Tops",
        "status": "active",
        "published_at": "2026-11-01T00:00:00Z",
        "updated_at": "2024-11-28T10:00:00Z",
        "images": [
            {"id": 10 + place, "src": f"{shop.url}/{place}.jpg"} for place in range(len(colours))
        ],
        "variants": [
            {
                "id": 100 + place, "title": colour, "price": "19.90", "sku": f"sh-{colour}",
                "image_id": 10 + place, "inventory_quantity": place,
                "inventory_management": "shopify", "inventory_policy": "deny",
            }
            for place, colour in enumerate(colours)
        ],
    } | more  # fmt: skip


def mug(shop, **more):
    """A product of WooCommerce's."""
    return {
        "id": 799, "name": "Mug", "sku": "mug", "price": "9.50", "status": "publish",
        "permalink": "https://woo.example/mug/", "stock_status": "outofstock",
        "categories": [{"id": 1, "name": "Kitchen"}], "images": [{"src": f"{shop.url}/1.jpg"}],
        "parent_id": 0, "date_modified_gmt": "2024-11-28T10:00:00",
    } | more  # fmt: skip


def work():
    while ArrivingProducts(fetcher).one_round():
        pass


def test_shopify_s_product_comes_with_its_variants_that_have_pictures(client, shop, live, settings):
    response = from_shopify(client, shirt(shop, "red", "blue"))
    assert response.json() == {"taken": 2, "gone": 0}
    work()
    red, blue = Product.shown.filter(number="632910392").order_by("-shop_item_id")
    assert (red.item_id, red.title, red.category) == ("sh-red", "Shirt – red", "Tops")
    assert (red.in_stock, blue.in_stock, str(red.price)) == (False, True, "19.90")
    assert red.group == blue.group == "632910392"


def test_a_variant_that_is_no_more_is_gone(client, shop, live):
    from_shopify(client, shirt(shop, "red", "blue"))
    work()
    later = {"updated_at": "2024-11-28T11:00:00Z"}
    response = from_shopify(client, shirt(shop, "red", **later), number="2")
    assert response.json() == {"taken": 1, "gone": 1}
    work()
    assert [p.item_id for p in Product.shown.filter(number="632910392")] == ["sh-red"]


@pytest.mark.parametrize(
    ("node", "topic"),
    [
        ({"id": 632910392}, "products/delete"),
        ({"id": 632910392, "status": "draft"}, "products/update"),
        ({"id": 632910392, "published_at": None}, "products/update"),
    ],
)
def test_what_is_deleted_or_a_draft_is_gone(client, shop, live, node, topic):
    from_shopify(client, shirt(shop, "red"))
    work()
    response = from_shopify(client, node, topic, number="2")
    assert response.json() == {"taken": 0, "gone": 1}
    assert not Product.shown.filter(number="632910392").exists()
    late = from_shopify(client, shirt(shop, "red", title="Late"), number="3")
    work()  # an update that was on its way longer than the removal
    assert late.status_code == 200
    assert not Product.shown.filter(number="632910392").exists()


def test_woocommerce_s_product_comes_changes_and_goes(client, shop, live):
    assert from_woocommerce(client, mug(shop), "product.created").json() == {"taken": 1, "gone": 0}
    work()
    product = Product.shown.get(item_id="mug")
    assert (product.title, str(product.price), product.category) == ("Mug", "9.50", "Kitchen")
    assert (product.in_stock, product.number) == (False, "799")
    cheaper = mug(shop, price="8", date_modified_gmt="2024-11-28T11:00:00")
    from_woocommerce(client, cheaper, number="2")
    work()
    product.refresh_from_db()
    assert str(product.price) == "8.00"
    assert from_woocommerce(client, {"id": 799}, "product.deleted", "3").json()["gone"] == 1
    assert not Product.shown.filter(item_id="mug").exists()


NEWER = {"updated_at": "2024-11-28T11:00:00Z"}


@pytest.mark.parametrize(
    ("first", "then", "left"),
    [
        (("red",), None, []),
        (("red", "blue"), ("red",), ["sh-red"]),
    ],
)
def test_what_is_gone_before_the_worker_took_it_in_never_comes(
    client, shop, live, first, then, left
):
    from_shopify(client, shirt(shop, *first), "products/create")
    node, topic = (shirt(shop, *then, **NEWER), "update") if then else ({"id": 632910392}, "delete")
    response = from_shopify(client, node, f"products/{topic}", number="2")
    assert response.json()["gone"] == 1
    work()
    assert [p.item_id for p in Product.shown.filter(number="632910392")] == left


@pytest.mark.parametrize("late", [{"status": "draft"}, {}])
def test_what_says_late_that_something_is_gone_is_passed_over(client, shop, live, late):
    from_shopify(client, shirt(shop, "red", "blue", **NEWER))
    work()
    assert from_shopify(client, shirt(shop, "red", **late), number="2").status_code == 200
    work()
    assert Product.shown.filter(number="632910392").count() == 2


def test_what_is_shown_again_is_there_again(client, shop, live):
    """The draft may come long after it was one: what counts is when it was."""
    from_shopify(client, shirt(shop, "red"))
    work()
    from_shopify(client, shirt(shop, "red", status="draft", **NEWER), number="2")
    assert not Product.shown.filter(number="632910392").exists()
    again = {"updated_at": "2024-11-28T11:00:02Z"}
    from_shopify(client, shirt(shop, "red", **again), "products/create", number="3")
    work()
    assert Product.shown.filter(number="632910392").exists()


def test_a_scraped_product_that_is_gone_stays_so_for_a_late_update(client, shop, live):
    keep(["mug"], shop="woo.example", shop_item_id="mug", number="799", currency="EUR")
    from_woocommerce(client, {"id": 799}, "product.deleted")
    from_woocommerce(client, mug(shop), number="2")
    work()
    assert not Product.shown.filter(item_id="mug").exists()


def test_what_was_withdrawn_is_forgotten_like_all_else(client, shop):
    from_shopify(client, shirt(shop, "red"))
    from_shopify(client, {"id": 632910392}, "products/delete", number="2")
    change = Change.objects.get()
    assert (change.state, change.due_at, change.record) == (Change.State.WITHDRAWN, None, {})
    Change.objects.update(said_at=change.said_at - changes.KEPT * 2)
    changes.beat()
    assert not Change.objects.exists()
    assert not Product.objects.exists()


def test_a_sku_that_another_product_has_stays_its(client, shop, live):
    keep(["sh-red"], shop="tees.myshopify.com", shop_item_id="sh-red", number="1", title="Other")
    from_shopify(client, shirt(shop, "red"))
    work()
    assert Product.objects.get(item_id="sh-red").title == "Other"
    assert Product.shown.get(number="632910392").item_id == "632910392"


def test_a_brand_comes_along(client, shop, live):
    from_woocommerce(client, mug(shop, brands=[{"id": 1, "name": "Acme"}]))
    from_shopify(client, shirt(shop, "red", vendor="Tees"))
    work()
    assert Product.shown.get(item_id="mug").brand == "Acme"
    assert Product.shown.get(item_id="sh-red").brand == "Tees"


def test_woocommerce_s_unsigned_ping_is_answered(client):
    response = client.post(
        WOOCOMMERCE, b"webhook_id=7", content_type="application/x-www-form-urlencoded"
    )
    assert response.json() == {"taken": 0, "gone": 0}


def nothing_is_stored():
    return not Change.objects.exists() and not Delivery.objects.exists()


@pytest.mark.parametrize("secret", ["another", ""])
def test_a_wrong_signature_is_refused(client, shop, secret):
    response = from_shopify(client, shirt(shop, "red"), secret=secret)
    assert response.status_code == 401
    assert "not signed" in response.json()["error"]
    assert nothing_is_stored()


def test_a_signature_holds_for_its_body_alone(client, shop):
    body = json.dumps(shirt(shop, "red")).encode()
    headers = {"X-Shopify-Hmac-Sha256": signed(body), "X-Shopify-Topic": "products/update"}
    post = {"content_type": "application/json", "headers": headers}
    assert client.post(SHOPIFY, body + b" ", **post).status_code == 401
    headers["X-Shopify-Hmac-Sha256"] = "\xff\xfe"
    assert client.post(SHOPIFY, body, **post).status_code == 401
    assert nothing_is_stored()


def test_one_that_comes_again_is_told_so_and_changes_nothing(client, shop):
    from_shopify(client, shirt(shop, "red"))
    before = Change.objects.get()
    again = from_shopify(client, shirt(shop, "red"))
    assert again.status_code == 409
    assert "taken already" in again.json()["error"]
    # Nobody signs the number: the same body under another one is the same all the same.
    assert from_shopify(client, shirt(shop, "red"), number="2").status_code == 409
    after = Change.objects.get()
    assert (after.mark, after.said_at) == (before.mark, before.said_at)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"images": [{"id": 10, "src": "http://10.0.0.1/a.jpg"}]}, "a private address"),
        ({"id": None}, "has no id"),
    ],
)
def test_what_cannot_be_taken_is_one_sentence(client, shop, change, sentence):
    response = from_shopify(client, shirt(shop, "red", **change))
    assert response.status_code == 400
    assert sentence in response.json()["error"]
    assert nothing_is_stored()


def test_what_is_no_product_is_refused(client, shop):
    assert from_shopify(client, [], number="1").status_code == 400
    assert from_shopify(client, {"id": 1}, "orders/create").status_code == 400
    assert from_woocommerce(client, {"id": 1}, "order.created").status_code == 400
    body = b"no json"
    headers = {"X-Shopify-Hmac-Sha256": signed(body)}
    response = client.post(SHOPIFY, body, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["error"]) == (400, "The webhook is no JSON.")
    assert nothing_is_stored()


def test_a_product_without_a_picture_is_left_alone(client, shop):
    """It is no fault of the shop's system, which would stop sending."""
    response = from_shopify(client, shirt(shop, "red", images=[]))
    assert (response.status_code, response.json()) == (200, {"taken": 0, "gone": 0})
    assert not Change.objects.exists()


@pytest.mark.parametrize("address", [SHOPIFY, WOOCOMMERCE])
def test_without_a_secret_none_are_taken(client, settings, address):
    settings.SHOPIFY_WEBHOOK_SECRET = settings.WOOCOMMERCE_WEBHOOK_SECRET = ""
    response = client.post(address, b"{}", content_type="application/json")
    assert response.status_code == 404
    assert "WEBHOOK_SECRET is not set" in response.json()["error"]


def test_a_scraped_product_is_the_same_one(client, shop):
    keep(["mug"], shop="woo.example", shop_item_id="mug", number="799", currency="EUR")
    keep(["mug@b.example"], shop="b.example", shop_item_id="mug", number="5")
    from_woocommerce(client, mug(shop))
    (change,) = changes.due(9)
    assert (change.shop, change.shop_item_id) == ("woo.example", "mug")
    assert change.record["currency"] == "EUR"
