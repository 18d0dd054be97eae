"""What is counted of each request."""

import pytest
from django.http import HttpResponse

from web.metrics import requests
from web.metrics.figures import COUNTED


@pytest.fixture
def answered(rf):
    """Counts a request that is answered so."""

    def ask(path, status=200):
        requests.counted(lambda _request: HttpResponse(status=status))(rf.get(path))

    return ask


def number(name, **labels):
    return COUNTED.get_sample_value(name, labels) or 0


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "home"), ("/products/1/", "products"), ("/api/v1/search/", "api"),
        ("/static/css/x.css", "static"), ("/admin/", "admin"), ("/media/thumbnails/1.jpg", "media"),
        ("/healthz", "healthz"), ("/robots.txt", "robots.txt"), ("/wp-login.php", "other"),
        ("/products.bak/", "other"),
    ],
)  # fmt: skip
def test_the_kind_is_the_first_part_of_an_address_of_the_site(path, kind):
    assert requests.kind_of(path) == kind


def test_a_request_is_counted_with_its_status_and_its_time(answered):
    labels = {"kind": "browse", "status": "404", "answer": "made"}
    before = number("lookalike_request_seconds_count", **labels)
    answered("/browse/", 404)
    assert number("lookalike_request_seconds_count", **labels) == before + 1
    assert number("lookalike_request_seconds_sum", **labels) < 10


def test_what_strangers_ask_for_makes_no_new_kinds(answered):
    for name in range(20):
        answered(f"/guess-{name}/", 404)
    kinds = {
        sample.labels["kind"]
        for metric in COUNTED.collect() if metric.name == "lookalike_request_seconds"
        for sample in metric.samples
    }  # fmt: skip
    assert not {kind for kind in kinds if kind.startswith("guess")}


@pytest.mark.parametrize("status", [413, 429, 503])
def test_what_is_refused_is_counted_apart(answered, status):
    before = number("lookalike_refused_requests_total", status=str(status))
    answered("/picture/", status)
    assert number("lookalike_refused_requests_total", status=str(status)) == before + 1


def test_a_kept_answer_is_told_from_one_that_is_made(client, live):
    labels = {"kind": "products", "status": "200", "answer": "kept"}
    client.get("/products/0/")
    before = number("lookalike_request_seconds_count", **labels)
    client.get("/products/0/")
    assert number("lookalike_request_seconds_count", **labels) == before + 1


def test_memory_is_that_of_the_worker_alone():
    assert 10_000_000 < requests.own_memory() < 5_000_000_000


def test_a_system_that_tells_no_memory_has_none_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(requests, "STATUS", tmp_path / "missing")
    assert requests.own_memory() == 0
