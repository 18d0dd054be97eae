"""What a visitor learns of an address that is fetched for him: whether there is a picture."""

import socket
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from recommender.search import elsewhere, picture_query
from tests.conftest import picture_bytes
from tests.shops import Shop

pytestmark = pytest.mark.django_db
SENTENCE = "No picture can be fetched from this address. Save it, and send the picture itself."
SIMILAR = "/api/v1/similar/"


@pytest.fixture(autouse=True)
def nobody_has_asked():
    cache.clear()


@pytest.fixture
def shop(live, settings):
    settings.SCRAPE_ALLOW_LOOPBACK = True
    with Shop({"/p.jpg": picture_bytes((0, 200, 0))}) as server:
        yield server


@pytest.fixture
def names(monkeypatch):
    """A resolver of ours, and no way out: name -> addresses; the connector notes who is asked."""
    known: dict[str, Any] = {}
    asked: list[Any] = []

    def resolve(host, port):
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return known[host]

    def connect(address, timeout=None):
        asked.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    make = elsewhere.fetcher
    monkeypatch.setattr(elsewhere, "fetcher", lambda: make(resolve, connect))
    known["asked"] = asked
    return known


def told(client, url):
    response = client.get(SIMILAR, {"url": url})
    assert response.status_code == 400
    page = client.get("/picture/", {"url": url})
    assert page.status_code == 400
    assert response.json()["error"] in page.content.decode()
    return response.json()["error"]


def test_what_names_lead_to_and_which_ports_refuse_is_told_to_the_log_alone(
    client, live, names, settings, caplog
):
    settings.PICTURE_URL_RATE = 0
    names |= {"intranet.example": ["10.0.0.7"], "open.example": ["93.184.215.14"]}
    for url in (
        "http://intranet.example/a.jpg",
        "http://nobody.example/a.jpg",
        "http://open.example:8081/a.jpg",
        "http://127.0.0.1:9/a.jpg",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[/",
        "http://open.example:99999/",
    ):
        assert told(client, url) == SENTENCE, url
    assert "leads to 10.0.0.7, a private address" in caplog.text
    assert "http://open.example:8081/a.jpg" in caplog.text
    assert {host for host, _port in names["asked"]} == {"93.184.215.14"}


def test_what_a_server_answers_is_told_to_the_log_alone(client, shop, settings, caplog):
    settings.PICTURE_URL_RATE = 0
    shop.answers |= {
        "/page": "<html>", "/empty": b"", "/busy": (503, {"Retry-After": "60"}, b""),
        "/away": (302, {"Location": "http://10.0.0.1/"}, b""),
        "/elsewhere": (302, {"Location": "ftp://10.0.0.1/"}, b""),
    }  # fmt: skip
    for path in ("/page", "/empty", "/busy", "/away", "/elsewhere", "/none"):
        assert told(client, shop.url + path) == SENTENCE, path
    assert shop.requests.count("/busy") == 2  # by the API and the page, each once
    assert "HTTP status 503" in caplog.text
    assert "a web page, not a picture" in caplog.text


@pytest.mark.parametrize("url", ["ftp://example.com/a.jpg", "no address", "file:///etc/passwd"])
def test_what_is_no_address_is_told_as_such(client, live, url):
    assert told(client, url).startswith("The address must begin with http:// or https://")


def test_the_owner_reads_the_reason_on_the_terminal(live, names):
    names["intranet.example"] = ["10.0.0.7"]
    with pytest.raises(CommandError, match=r"leads to 10\.0\.0\.7"):
        call_command("similar", "http://intranet.example/a.jpg")


def test_a_line_of_the_log_cannot_be_forged(client, live, names, caplog):
    told(client, "http://nobody.example/\u2028WARNING forged")
    assert len(caplog.messages) == len([m for m in caplog.messages if m.isprintable()])


# Which hosts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "hosts", "allowed"),
    [
        ("anywhere.example", [], True),
        ("shop.example", ["shop.example"], True),
        ("SHOP.example", ["Shop.Example"], True),
        ("cdn.shop.example", ["shop.example"], False),
        ("cdn.shop.example", [".shop.example"], True),
        ("evilshop.example", [".shop.example"], False),
        ("shop.example.evil.example", ["shop.example"], False),
        ("xn--bcher-kva.example", ["bücher.example"], True),
        ("bilder.bücher.example", [".xn--bcher-kva.example"], True),
        ("10.0.0.1", ["shop.example"], False),
    ],
)
def test_pictures_are_fetched_from_the_hosts_that_the_owner_names(settings, host, hosts, allowed):
    settings.PICTURE_URL_HOSTS = hosts
    assert elsewhere.is_allowed(host) is allowed


def test_no_other_host_is_asked_not_even_by_a_redirect(client, shop, settings):
    shop.answers["/away"] = (
        302,
        {"Location": shop.url.replace("127.0.0.1", "localhost") + "/p.jpg"},
        b"",
    )
    settings.PICTURE_URL_HOSTS = ["127.0.0.1"]
    assert client.get(SIMILAR, {"url": f"{shop.url}/p.jpg"}).status_code == 200
    assert told(client, f"{shop.url}/away") == SENTENCE
    settings.PICTURE_URL_HOSTS = ["shop.example"]
    shop.requests.clear()
    assert told(client, f"{shop.url}/p.jpg") == SENTENCE
    assert shop.requests == []


# How often ---------------------------------------------------------------------------------------


def statuses(client, number, address):
    return [
        client.get(
            path, {"url": "https://a.example/a.jpg"}, REMOTE_ADDR=f"{address}{n % 2}"
        ).status_code
        for n, path in enumerate((SIMILAR, "/picture/") * number)
    ]


def test_what_is_fetched_is_limited_for_all_together_and_no_visitor_takes_all(
    client, live, settings, monkeypatch
):
    monkeypatch.setattr("web.api.access.time.time", lambda: 1000.0)
    monkeypatch.setattr(picture_query, "fetched", lambda url: picture_bytes((0, 200, 0)))
    settings.PICTURE_URL_RATE = 9
    assert [
        client.get(SIMILAR, {"url": "https://a.example/a.jpg"}).status_code for _ in range(4)
    ] == [200] * 3 + [429]
    assert statuses(client, 3, "10.0.0.") == [200] * 6
    refused = client.get("/picture/", {"url": "https://a.example/"}, REMOTE_ADDR="10.0.0.9")
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert client.get("/products/0/").status_code == 200
    assert client.get("/picture/").status_code == 200
