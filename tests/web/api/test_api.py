from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from catalog.models import Product

pytestmark = pytest.mark.django_db


def similar(client, item_id="0", **query):
    return client.get(f"/api/v1/products/{item_id}/similar/", query)


def test_the_api_answers_in_the_documented_shape(client, live):
    answer = similar(client, metric="euclidean", k=2).json()
    assert (answer["query"], answer["metric"], answer["embedder"]) == ("0", "euclidean", "fake")
    first, second = answer["neighbours"]
    assert list(first)[:2] == ["item_id", "distance"]
    assert isinstance(first["item_id"], str)
    assert 0 < first["distance"] <= second["distance"]


def test_it_defaults_to_five_by_cosine(client, live):
    answer = similar(client).json()
    assert (answer["metric"], len(answer["neighbours"])) == ("cosine", 5)


def test_it_gives_a_score_beside_each_distance(client, live):
    neighbours = similar(client, k=5).json()["neighbours"]
    scores = [neighbour["score"] for neighbour in neighbours]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)


def test_filters_narrow_the_answer(client, live):
    Product.objects.filter(item_id__in="24").update(in_stock=False, price=30)
    ids = [n["item_id"] for n in similar(client, category="shirts").json()["neighbours"]]
    assert sorted(ids) == ["2", "4"]
    assert similar(client, category="shirts", in_stock="on").json()["neighbours"] == []
    assert len(similar(client, price_from="29.99").json()["neighbours"]) == 2


def test_what_scores_too_little_gives_way_to_the_newest_of_the_category(client, live):
    Product.objects.filter(item_id="4").update(first_seen=timezone.now())
    neighbours = similar(client, min_score=99.9).json()["neighbours"]
    assert [(n["item_id"], n["because"]) for n in neighbours] == [
        ("4", "category"), ("2", "category")
    ]  # fmt: skip
    assert neighbours[0]["distance"] is None
    assert neighbours[0]["score"] is None
    page = client.get("/products/0/?min_score=99.9").content.decode()
    assert page.count("New in the same category") == 2
    assert page.count('class="tile"') == 2  # what is measured is not filled up


def test_what_scores_enough_stays_before_what_is_of_the_category(client, live):
    everything = similar(client, k=50).json()["neighbours"]
    limit = everything[2]["score"]
    some = similar(client, k=50, min_score=limit - 0.05).json()["neighbours"]
    alike = [n["item_id"] for n in some if n["because"] == "alike"]
    assert alike == [n["item_id"] for n in everything[: len(alike)]]
    assert len(alike) >= 3
    assert len({n["item_id"] for n in some}) == len(some)


def test_several_products_are_asked_about_at_once(client, live):
    answer = client.get("/api/v1/similar/?liked=0&liked=1&disliked=5&k=50").json()
    assert (answer["query"], answer["liked"], answer["disliked"]) == (None, ["0", "1"], ["5"])
    assert sorted(n["item_id"] for n in answer["neighbours"]) == ["2", "3", "4"]


def upload(data, **query):
    file = SimpleUploadedFile("mine.jpg", data)
    client = Client(enforce_csrf_checks=True)
    return client.post("/api/v1/similar/?" + urlencode(query), {"picture": file})


def test_a_picture_is_asked_about_and_not_kept(live, folder, settings):
    before = sorted(Path(settings.MEDIA_ROOT).rglob("*"))
    answer = upload((folder / "hats" / "3.jpg").read_bytes(), metric="euclidean", k=2).json()
    first = answer["neighbours"][0]
    assert (first["item_id"], first["distance"], first["score"]) == ("3", 0, 100)
    assert sorted(Path(settings.MEDIA_ROOT).rglob("*")) == before


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (b"not a picture", 400, "cannot be read"),
        (b"", 400, "The file is empty"),
        (b"x" * (10 * 2**20 + 1), 413, "at most 10 MB"),
    ],
    ids=["text", "empty", "too large"],
)
def test_what_is_no_picture_is_refused_with_a_sentence(live, data, status, sentence):
    response = upload(data)
    assert response.status_code == status
    assert sentence in response.json()["error"]


def test_a_question_about_nothing_is_refused(client, live):
    response = client.get("/api/v1/similar/")
    assert response.status_code == 400
    assert "liked" in response.json()["error"]


METRICS = "metric must be one of cosine, euclidean, manhattan, not “{}”."
K_RULE = "k must be a whole number between 1 and 50."


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"metric": "hamming"}, METRICS.format("hamming")),
        ({"metric": ""}, METRICS.format("")),
        ({"metric": "COSINE"}, METRICS.format("COSINE")),
        ({"k": "0"}, K_RULE),
        ({"k": "51"}, K_RULE),
        ({"k": "five"}, K_RULE),
        ({"k": ""}, K_RULE),
        ({"k": "9" * 5000}, K_RULE),
        ({"diversity": "2"}, "diversity must be a number between 0 and 1."),
        ({"min_score": "101"}, "min_score must be a number between 0 and 100."),
        ({"min_score": "high"}, "min_score must be a number between 0 and 100."),
        ({"diversity": "much"}, "diversity must be a number between 0 and 1."),
        ({"price_from": "9", "price_to": "8"}, "price_from: It is above price_to."),
        ({"price_from": "NaN"}, "price_from: Enter a number."),
        ({"category": "a\0"}, "category: Null characters are not allowed."),
    ],
)
def test_it_refuses_with_one_sentence(client, live, query, sentence):
    response = similar(client, **query)
    assert response.status_code == 400
    assert response.json() == {"error": sentence}


def test_page_and_api_give_the_same_status(client, live):
    """A product that is there, one that left, one that is new, one that never was."""
    Product.objects.filter(item_id="1").update(gone_since=timezone.now())
    Product.objects.filter(item_id="2").update(content_hash="")
    Product.objects.filter(item_id="3").update(item_id="new")
    statuses = {}
    for item_id in ("0", "1", "2", "new", "nobody", "%00", "9" * 301, "a%ED%A0%80"):
        page = client.get(f"/products/{item_id}/")
        api = similar(client, item_id)
        assert page.status_code == api.status_code, item_id
        statuses[item_id] = page.status_code
    assert list(statuses.values()) == [200, 404, 404, 200, 404, 404, 404, 404]


def test_a_product_newer_than_the_index_is_told_from_one_without_neighbours(client, live):
    Product.objects.filter(item_id="0").update(item_id="new")
    answer = similar(client, "new").json()
    assert (answer["indexed"], answer["neighbours"]) == (False, [])
    assert similar(client, "1").json()["indexed"] is True


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/api/v1/products/nobody/similar/", "There is no product “nobody”."),
        ("/api/", "There is no such address."),
        ("/api/v1/nowhere“", "There is no such address."),
        ("/api/v1/products/" + "9" * 4000 + "/similar/", "There is no such address."),
    ],
)
@pytest.mark.parametrize("debug", [True, False])
def test_what_is_not_there_is_a_404_in_json(client, live, settings, address, sentence, debug):
    settings.DEBUG = debug
    response = client.get(address)
    assert (response.status_code, response.json()) == (404, {"error": sentence})


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/api/v1/products/0/similar/", "/healthz"])
def test_what_can_only_be_read_says_so_in_json(live, method, address):
    response = getattr(Client(enforce_csrf_checks=True), method)(address)
    assert response.status_code == 405
    assert "GET" in response.json()["error"]
    assert response["Allow"] == "GET, HEAD"


def test_without_an_index_visitors_are_calm_and_the_owner_reads_the_command(
    client, catalogue, settings, caplog
):
    response = similar(client)
    assert response.status_code == 503
    assert "manage.py" not in response.json()["error"]
    assert "Run: manage.py build_index" in caplog.text
    settings.DEBUG = True
    assert similar(client).json()["commands"] == ["manage.py build_index --embedder fake"]


def test_a_fault_of_ours_is_json_too(live, monkeypatch):
    monkeypatch.setattr("web.api.v1.answer", lambda query: 1 / 0)
    response = similar(Client(raise_request_exception=False))
    assert response.status_code == 500
    assert list(response.json()) == ["error"]


def test_an_unknown_host_is_refused_in_json(client, live):
    response = client.get("/api/v1/products/0/similar/", headers={"Host": "evil.example"})
    assert (response.status_code, list(response.json())) == (400, ["error"])


@pytest.mark.parametrize("method", ["get", "head"])
def test_healthz_answers_any_host_and_needs_no_index(client, method):
    response = getattr(client, method)("/healthz", headers={"Host": "10.42.0.7:8000"})
    assert response.status_code == 200
    if method == "get":
        assert response.json() == {"status": "ok"}
