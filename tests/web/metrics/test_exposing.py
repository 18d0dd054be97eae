"""/metrics: who may read it."""

import pytest

TOKEN = "a-long-secret"


def test_this_machine_may_read_it_under_any_host_name(client, live):
    response = client.get("/metrics", HTTP_HOST="10.0.0.7:8000")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    assert response["Cache-Control"] == "no-store"
    assert b"lookalike_ready 1.0" in response.content


@pytest.mark.parametrize(
    "who",
    [
        {"REMOTE_ADDR": "203.0.113.5"}, {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"HTTP_X_REAL_IP": "203.0.113.5"},
        {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}", "REMOTE_ADDR": "203.0.113.5"},
    ],
)  # fmt: skip
def test_without_a_token_others_may_not_nor_what_a_server_in_front_passes_on(client, db, who):
    response = client.get("/metrics", **who)
    assert response.status_code == 403
    assert b"METRICS_TOKEN" in response.content
    assert b"lookalike_" not in response.content


def test_with_a_token_who_has_it_may_from_anywhere_and_nobody_else(client, live, settings):
    settings.METRICS_TOKEN = TOKEN
    far = {"REMOTE_ADDR": "203.0.113.5"}
    assert client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}", **far).status_code == 200
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer other", **far).status_code == 403
    assert client.get("/metrics").status_code == 403


def test_it_is_only_read(client, live):
    assert client.post("/metrics").status_code == 405
    head = client.head("/metrics")
    assert (head.status_code, head.content) == (200, b"")
