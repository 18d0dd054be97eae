"""Whose turn it is, and what those are told for whom there is no room."""

import threading
from contextlib import ExitStack

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from recommender.search.errors import Busy
from web.middleware import admission
from web.middleware.admission import Kind

pytestmark = pytest.mark.django_db


def taken(kind, visitors):
    """A place for each of the visitors, held until the stack ends."""
    stack = ExitStack()
    for visitor in visitors:
        stack.enter_context(kind.turn(visitor))
    return stack


def test_one_visitor_does_not_take_all_places():
    kind = Kind(at_once=3, waiting=0, of_one=2)
    with taken(kind, ["a", "a"]):
        with pytest.raises(Busy), kind.turn("a"):
            pass
        with kind.turn("b"):
            pass
    with kind.turn("a"):  # whose places are free again
        pass


def test_who_comes_when_too_much_waits_is_refused_and_the_others_get_their_turn():
    kind = Kind(at_once=1, waiting=1, of_one=9)
    waited = []

    def wait():
        with kind.turn("b"):
            waited.append("b")

    with kind.turn("a"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        while kind._here["b"] == 0:
            pass
        with pytest.raises(Busy), kind.turn("c"):
            pass
        assert waited == []
    waiting.join(5)
    assert waited == ["b"]


def upload():
    return {"picture": SimpleUploadedFile("a.jpg", b"text")}


@pytest.mark.parametrize(
    ("kind", "path", "post"),
    [
        ("UPLOADS", "/picture/", True),
        ("UPLOADS", "/api/v1/similar/", True),
        ("UPLOADS", "/api/v1/products/0/similar/?crop=0,0,1,0.5", False),
        ("FETCHES", "/picture/?url=http://shop.example/a.jpg", False),
        ("FETCHES", "/api/v1/similar/?url=http://shop.example/a.jpg", False),
        ("LOG_INS", "/admin/login/", True),
        ("PAGES", "/products/0/", False),
        ("PAGES", "/api/v1/search/?q=a", False),
    ],
)
def test_a_kind_of_work_is_bounded_wherever_it_is_asked_for(
    client, live, monkeypatch, kind, path, post
):
    monkeypatch.setattr(admission, kind, Kind(at_once=0, waiting=0, of_one=0))
    response = client.post(path, upload()) if post else client.get(path)
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    said = response.json()["error"] if "/api/" in path else response.content.decode()
    assert "Please try again in a moment." in said


@pytest.mark.parametrize("path", ["/healthz", "/robots.txt", "/static/css/lookalike.css"])
def test_what_costs_nothing_waits_for_nobody(client, monkeypatch, path):
    for name in ("PAGES", "UPLOADS", "FETCHES", "LOG_INS"):
        monkeypatch.setattr(admission, name, Kind(at_once=0, waiting=0, of_one=0))
    assert client.get(path).status_code == 200


def test_an_answer_that_is_kept_waits_for_nobody(client, live, monkeypatch):
    assert client.get("/products/0/").status_code == 200
    monkeypatch.setattr(admission, "PAGES", Kind(at_once=0, waiting=0, of_one=0))
    assert client.get("/products/0/").status_code == 200
    assert client.get("/products/1/").status_code == 503


def test_a_script_is_told_in_the_place_where_it_puts_answers(client, live, monkeypatch):
    monkeypatch.setattr(admission, "UPLOADS", Kind(at_once=0, waiting=0, of_one=0))
    response = client.post("/picture/", upload(), headers={"HX-Target": "found"})
    assert response.content.decode().startswith('<div class="rows" id="found">')


def test_pages_and_api_draw_on_one_limit(client, live, settings):
    settings.API_RATE = 2
    assert client.post("/picture/", upload()).status_code == 400
    assert client.get("/api/v1/status/").status_code == 200
    page, program = client.post("/picture/", upload()), client.get("/api/v1/status/")
    assert (page.status_code, program.status_code) == (429, 429)
    assert int(page["Retry-After"]) <= 60
    assert "At most 2 requests a minute" in page.content.decode()
    assert client.get("/products/0/").status_code == 200  # which needs no such work


@pytest.mark.parametrize("rate", [0, 3])
def test_wrong_keys_are_counted(client, live, settings, monkeypatch, rate):
    settings.API_RATE = rate
    monkeypatch.setattr("web.api.access.MAX_WRONG_KEYS", 3)
    headers = {"X-API-Key": "wrong"}
    statuses = [client.get("/api/v1/status/", headers=headers).status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]


def test_log_ins_are_counted(client, settings, monkeypatch):
    monkeypatch.setattr("web.api.access.MAX_LOG_INS", 1)
    told = {"username": "nobody", "password": "wrong"}
    assert client.post("/admin/login/", told).status_code == 200
    refused = client.post("/admin/login/", told)
    assert refused.status_code == 429
    assert refused["Retry-After"]
