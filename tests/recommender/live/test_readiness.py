import os

import pytest
from django.db import connection

from recommender.live import current, paths
from recommender.live.engine import engine
from tests.indexes import index_of

VECTORS = {f"{n}": [n, 1] + [0] * 46 for n in range(5)}
pytestmark = pytest.mark.django_db


def ready(client) -> tuple[int, list[str]]:
    response = client.get("/readyz", headers={"Host": "10.42.0.7:8000"})
    return response.status_code, response.json().get("wrong", [])


def test_a_site_with_an_index_is_ready_whoever_asks(client):
    engine().publish(index_of(VECTORS))
    assert ready(client) == (200, [])


def test_a_site_without_an_index_is_not_and_the_log_names_the_command(client, caplog):
    assert ready(client) == (503, ["There is no index that can be served."])
    assert "Run: manage.py build_index" in caplog.text


def test_the_log_tells_changes_alone(client, caplog):
    for _ in range(3):
        ready(client)
    assert [record.getMessage() for record in caplog.records].count(
        "Not ready: There is no index of fake yet. Run: manage.py build_index --embedder fake"
    ) == 1
    engine().publish(index_of(VECTORS))
    ready(client)
    ready(client)
    assert caplog.text.count("Ready again: index") == 1


@pytest.mark.of_files
def test_a_number_that_changed_within_its_range_is_found_out(client):
    """The lists can still be answered from, but are not those that were published."""
    engine().publish(index_of(VECTORS))
    assert ready(client) == (200, [])
    path = paths.index_path("fake")
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.with_suffix(".new").write_bytes(data)
    path.with_suffix(".new").replace(path)
    status, wrong = ready(client)
    assert status == 503
    assert "not what was published" in wrong[0] or "no index" in wrong[0]


@pytest.mark.of_files
def test_a_pipe_in_the_files_place_is_told_while_the_old_index_serves(client):
    engine().publish(index_of(VECTORS))
    served = current.live_index()
    path = paths.index_path("fake")
    path.unlink()
    os.mkfifo(path)
    assert current.live_index() is served
    assert ready(client)[0] == 503


def test_a_database_that_was_not_set_up_is_told(client, settings):
    engine().publish(index_of(VECTORS))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE lookalike_catalog_product RENAME TO elsewhere")
    status, wrong = ready(client)
    assert (status, wrong[0]) == (503, "The database does not answer, or is not set up.")
    kept_there = ["The database of the index does not answer."]
    assert wrong[1:] == (kept_there if settings.INDEX_ENGINE == "postgres" else [])
