"""Security headers stand on every kind of answer that the site can give."""

import pytest
from django.core.cache import cache
from django.db import DatabaseError

from catalog.models import Product
from recommender.search.errors import TooLarge
from web.middleware.request_body import REFUSED
from web.pages import views

PAGE, SIMILAR = "/products/0/", "/api/v1/products/0/similar/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_asked():
    cache.clear()


def broken(*_given, **_named):
    raise RuntimeError("on purpose")


def no_database(*_given, **_named):
    raise DatabaseError("on purpose")


def picture(client):
    return client.get(Product.objects.get(item_id="0").thumbnail_url)


def again(client, address):
    return client.get(address, headers={"If-None-Match": client.get(address)["ETag"]})


def failing(client, monkeypatch, fault):
    monkeypatch.setattr(views, "walk", fault)
    client.raise_request_exception = False
    return client.get(PAGE)


KINDS = {
    "a page": (200, lambda c, s, m: c.get(PAGE)),
    "a kept page": (200, lambda c, s, m: (c.get(PAGE), c.get(PAGE))[1]),
    "a page that one has": (304, lambda c, s, m: again(c, PAGE)),
    "the head of a page": (200, lambda c, s, m: c.head(PAGE)),
    "the API": (200, lambda c, s, m: c.get(SIMILAR)),
    "a 304 of the API": (304, lambda c, s, m: again(c, SIMILAR)),
    "the API's page": (200, lambda c, s, m: c.get("/api/v1/docs/")),
    "a preflight": (200, lambda c, s, m: c.options(SIMILAR, headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET"})),
    "a redirect": (302, lambda c, s, m: c.get("/random/")),
    "the missing slash": (301, lambda c, s, m: c.get("/browse")),
    "no such page": (404, lambda c, s, m: c.get("/nowhere")),
    "no such product in the API": (404, lambda c, s, m: c.get("/api/v1/products/nobody/similar/")),
    "a wrong value": (400, lambda c, s, m: c.get(f"{PAGE}?k=none")),
    "a wrong method": (405, lambda c, s, m: c.post(PAGE)),
    "a wrong host": (400, lambda c, s, m: c.get(PAGE, headers={"Host": "evil.example"})),
    "too large a body": (413, lambda c, s, m: c.post("/picture/", **{REFUSED: TooLarge})),
    "too many requests": (429, lambda c, s, m: (setattr(s, "API_RATE", 1), c.get(SIMILAR), c.get(SIMILAR))[2]),
    "no key": (401, lambda c, s, m: (setattr(s, "API_KEYS_REQUIRED", True), c.get(SIMILAR))[1]),
    "a probe": (200, lambda c, s, m: c.get("/healthz")),
    "whether it is ready": (200, lambda c, s, m: c.get("/readyz")),
    "a static file": (200, lambda c, s, m: c.get("/static/css/lookalike.css")),
    "a picture": (200, lambda c, s, m: picture(c)),
    "no such picture": (404, lambda c, s, m: c.get("/media/thumbnails/nobody.jpg")),
    "the widget": (200, lambda c, s, m: c.get("/widget.js")),
    "robots.txt": (200, lambda c, s, m: c.get("/robots.txt")),
    "the admin": (302, lambda c, s, m: c.get("/admin/")),
    "a form without its token": (403, lambda c, s, m: type(c)(enforce_csrf_checks=True).post("/admin/login/")),
    "a fault of ours": (500, lambda c, s, m: failing(c, m, broken)),
    "a database that is away": (503, lambda c, s, m: failing(c, m, no_database)),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_has_the_security_headers(client, live, settings, monkeypatch, kind):
    status, ask = KINDS[kind]
    response = ask(client, settings, monkeypatch)
    response.close()
    assert response.status_code == status
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
