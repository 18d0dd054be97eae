"""Keys that stand in pages: from where they may ask, what they may do, and how they are made."""

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from config.env import env_origins
from web.api.models import ApiKey
from web.api.origins import one_origin, origin_of

pytestmark = pytest.mark.django_db
SIMILAR = "/api/v1/products/0/similar/"
SHOP = "https://shop.example"


@pytest.fixture
def key(live, settings):
    """A key for the pages of one shop, on a site that asks everybody for one."""
    settings.API_KEYS_REQUIRED = True
    cache.clear()
    return ApiKey.make("shop", origins=[SHOP])


def ask(client, key, address=SIMILAR, method="get", **headers):
    return getattr(client, method)(address, headers={"X-API-Key": key, **headers})


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": SHOP}, {"Referer": f"{SHOP}/hats/7?page=2"}, {"Referer": SHOP},
        {"Origin": SHOP, "Referer": "https://elsewhere.example/"},
    ],
)  # fmt: skip
def test_a_page_of_the_shop_may_ask(client, key, headers):
    assert ask(client, key, **headers).status_code == 200
    assert ask(client, key, method="head", **headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Origin": "http://["},
        {"Origin": "http://shop.example"}, {"Origin": f"{SHOP}:8443"}, {"Origin": f"{SHOP}.evil"},
        {"Origin": "https://www.shop.example"}, {"Referer": f"https://evil.example/{SHOP}"},
        {"Referer": "https://shop.example@evil.example/"},
        {"Origin": "https://elsewhere.example", "Referer": SHOP}, {"Origin": "null", "Referer": SHOP},
    ],
)  # fmt: skip
def test_no_other_page_may_ask_with_its_key(client, key, headers):
    response = ask(client, key, **headers)
    assert response.status_code == 403
    assert list(response.json()) == ["error"]
    assert response.json()["error"].startswith(f"This key is for pages of {SHOP}, ")


def test_it_may_only_read(client, key):
    assert ask(client, key, "/api/v1/products/", Origin=SHOP).status_code == 200
    refused = (
        ask(client, key, "/api/v1/similar/", "post", Origin=SHOP),
        ask(client, key, "/api/v1/similar/?url=https://a.example/b.jpg", Origin=SHOP),
        ask(client, key, "/api/v1/similar/?url=https://a.example/b.jpg&url=", Origin=SHOP),
        ask(client, key, SIMILAR, "put", Origin=SHOP),
    )
    for response in refused:
        assert response.status_code == 403
        assert response.json()["error"].startswith("A key for pages may only read")


def test_it_is_held_to_its_origins_where_nobody_needs_a_key(client, key, settings):
    settings.API_KEYS_REQUIRED = False
    assert ask(client, key, Origin="https://elsewhere.example").status_code == 403
    assert client.get(SIMILAR).status_code == 200


def test_a_key_for_programs_asks_from_anywhere(client, key):
    program = ApiKey.make("program")
    assert ask(client, program).status_code == 200
    assert ask(client, program, Origin="https://elsewhere.example").status_code == 200


def test_several_origins_share_a_key(client, key):
    several = ApiKey.make("both", origins=["http://localhost:8080/", "https://Shop.Example:443"])
    assert ApiKey.objects.get(name="both").pages == ["http://localhost:8080", SHOP]
    for origin in ("http://localhost:8080", SHOP):
        assert ask(client, several, Origin=origin).status_code == 200


def test_each_visitor_of_the_pages_has_a_limit_and_so_has_the_key(
    client, key, settings, monkeypatch
):
    monkeypatch.setattr("web.api.access.time.time", lambda: 1000.0)
    settings.API_RATE = 2
    assert [ask(client, key, Origin=SHOP).status_code for _ in range(3)] == [200, 200, 429]
    ApiKey.objects.update(a_minute=2)
    asked = [
        client.get(
            SIMILAR, headers={"X-API-Key": key, "Origin": SHOP}, REMOTE_ADDR=f"10.0.0.{n}"
        ).status_code
        for n in range(3)
    ]
    assert asked == [200, 200, 429]


def test_who_tries_a_key_from_elsewhere_is_told_to_wait(client, key, settings, monkeypatch):
    monkeypatch.setattr("web.api.access.time.time", lambda: 1000.0)
    settings.API_RATE = 2
    evil = {"Origin": "https://elsewhere.example"}
    assert [ask(client, key, **evil).status_code for _ in range(3)] == [403, 403, 429]


# Across origins ----------------------------------------------------------------------------------


def preflight(client, origin):
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-api-key",
    }
    return client.options(SIMILAR, headers=asked)


def test_the_browser_may_send_the_key_without_another_setting(client, key, settings):
    settings.CORS_ALLOWED_ORIGINS = []
    told = preflight(client, SHOP)
    assert told.status_code == 200
    assert told["Access-Control-Allow-Origin"] == SHOP
    assert "x-api-key" in told["Access-Control-Allow-Headers"]
    assert ask(client, key, Origin=SHOP)["Access-Control-Allow-Origin"] == SHOP
    refused = ask(client, "wrong", Origin=SHOP)
    assert (refused.status_code, refused["Access-Control-Allow-Origin"]) == (401, SHOP)


def test_other_pages_learn_nothing(client, key, settings):
    settings.CORS_ALLOWED_ORIGINS = []
    for origin in ("https://elsewhere.example", "https://shop.exampl", "null"):
        assert "Access-Control-Allow-Origin" not in preflight(client, origin)
        assert "Access-Control-Allow-Origin" not in ask(client, key, Origin=origin)
    page = client.get("/products/0/", headers={"Origin": SHOP})
    assert "Access-Control-Allow-Origin" not in page  # the API alone
    ApiKey.objects.update(active=False)
    assert "Access-Control-Allow-Origin" not in preflight(client, SHOP)


def test_without_its_database_a_preflight_is_calm(client, key, monkeypatch):
    def gone(_origin):
        raise DatabaseError

    monkeypatch.setattr(ApiKey, "is_of_a_page", gone)
    assert preflight(client, SHOP).status_code == 200


# How they are made -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://Shop.example/", SHOP), ("https://shop.example:443", SHOP), (f" {SHOP} ", SHOP),
        ("http://shop.example:80", "http://shop.example"), ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
    ],
)  # fmt: skip
def test_an_origin_is_written_as_browsers_do(written, origin):
    assert one_origin(written) == origin


@pytest.mark.parametrize(
    "text",
    [
        "", "shop.example", "*", "null", "https://*.shop.example", "https://", f"{SHOP}/hats",
        f"{SHOP}?a", f"{SHOP}#a", "https://me@shop.example", "ftp://shop.example", f"{SHOP}:99999",
        f"{SHOP}, https://b.example", f"{SHOP}:x", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(text):
    with pytest.raises(ValueError, match="is no origin; write scheme and host"):
        one_origin(text)


def test_addresses_without_an_origin_have_none():
    assert [origin_of(text) for text in ("", "null", "about:blank", "http://[", "//a")] == [""] * 5


def test_the_command_makes_and_lists_them(client, key, capsys):
    more = ["--origin", "https://a.example/", "--origin", "http://localhost:8080"]
    call_command("api_keys", "make", "pages", *more)
    made = capsys.readouterr().out.strip()
    assert ask(client, made, Origin="http://localhost:8080").status_code == 200
    call_command("api_keys", "make", "program")
    call_command("api_keys", "list")
    told = capsys.readouterr().out
    assert "for pages of https://a.example, http://localhost:8080, read only\n" in told
    assert "for programs\n" in told
    with pytest.raises(CommandError, match=r"'a\.example' is no origin; write scheme and host"):
        call_command("api_keys", "make", "third", "--origin", "a.example")


def test_the_admin_makes_them_and_shows_which_they_are(admin_client, client, key):
    fields = {"name": "pages", "active": "on", "origins": "https://A.example/\r\nhttps://b.example"}
    made = admin_client.post("/admin/lookalike_api/apikey/add/", fields, follow=True)
    assert "shown this once: " in made.content.decode()
    assert "(for the data-key of the widget)" in made.content.decode()
    listed = admin_client.get("/admin/lookalike_api/apikey/").content.decode()
    assert "pages of https://a.example, https://b.example, read only" in listed
    wrong = admin_client.post(
        "/admin/lookalike_api/apikey/add/", fields | {"name": "x", "origins": "a"}
    )
    assert "is no origin; write scheme and host" in wrong.content.decode()


def test_a_key_that_pages_show_never_becomes_one_for_programs(key):
    shown = ApiKey.objects.get(name="shop")
    shown.origins = ""
    with pytest.raises(ValidationError, match="for programs, make another one"):
        shown.full_clean()
    ApiKey.make("program")
    ApiKey.objects.get(name="program").full_clean()


def test_origins_in_settings_may_be_in_capitals_and_end_in_a_slash(monkeypatch):
    monkeypatch.setenv("CORS_ALLOWED_ORIGINS", "https://Shop.Example/,null")
    assert env_origins("CORS_ALLOWED_ORIGINS") == ([SHOP, "null"], False)


@pytest.mark.parametrize("address", ["/api/v1/docs/", "/api/v1/openapi.json"])
def test_how_the_api_is_asked_can_be_read_without_a_key(client, settings, address):
    settings.API_KEYS_REQUIRED = True
    assert client.get(address).status_code == 200
    assert client.get("/api/v1/status/").status_code == 401
