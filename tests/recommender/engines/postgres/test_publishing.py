"""Publishing in one transaction: whatever is killed, nothing is half live."""

import threading
import zlib

import numpy as np
import psycopg
import pytest
from django.db import connections

from recommender.engines.contract import Newcomers
from recommender.engines.passing import ALL
from recommender.engines.postgres import generations, publishing
from recommender.engines.postgres.index import VECTORS
from recommender.engines.postgres.models import Generation
from recommender.engines.postgres.places import alias
from recommender.errors import PublishError
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.views import Views
from recommender.live.engine import engine
from tests.indexes import at_place, grid_index, hash_of

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
PLACES = {f"{number:02}": number + 1.0 for number in range(30)}


@pytest.fixture(autouse=True)
def nothing_stays():
    """Tables outlive the rows of the generations, which the tests' end takes away."""
    yield
    Generation.objects.update(state=None)
    publishing.sweep()
    generations.forget()


def tables(name=VECTORS):
    with connections[alias()].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ %s",
            [f"^{name}_[0-9]+$"],
        )
        return sorted(name for (name,) in cursor.fetchall())


def stranger():
    """A connection of somebody else."""
    told = connections[alias()].get_connection_params()
    keys = ("host", "port", "user", "password", "dbname")
    return psycopg.connect(**{key: told[key] for key in keys if told.get(key)}, autocommit=True)


STEPS = ("_make_index", "_look_through", "_make_live")


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_ends_midway_leaves_what_was_live(monkeypatch, step):
    engine().publish(grid_index(PLACES))
    pid = publishing._value("SELECT pg_backend_pid()", [])
    there = tables()

    def killed(*given):
        with stranger() as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        return publishing._value("SELECT 1", [])

    with monkeypatch.context() as patched:
        patched.setattr(publishing, step, killed)
        with pytest.raises(PublishError, match="could not be written"):
            engine().publish(grid_index(PLACES | {"30": 40.0}))
    connections[alias()].close()
    assert len(engine().live("fake")) == 30
    assert tables() == there
    engine().publish(grid_index(PLACES | {"30": 40.0}))
    assert len(engine().live("fake")) == 31


def test_two_generations_are_kept_and_no_more():
    for number in range(4):
        engine().publish(grid_index(PLACES | {"30": 40.0 + number}))
    assert Generation.objects.count() == 2
    assert len(tables()) == 2


def test_a_generation_from_before_there_were_further_pictures_is_served_as_it_is():
    engine().publish(grid_index(PLACES))
    (generation,) = Generation.objects.all()
    with connections[alias()].cursor() as cursor:
        cursor.execute(f"DROP TABLE {publishing.FURTHER}_{generation.pk}")
    del generation.search["further"], generation.search["plan"]["most"]
    generation.save()
    generations.forget()
    index, point = engine().live("fake"), Point(grid_index({"x": 5.0}).embeddings[0])
    assert [near.item_id for near in index.nearest(point, Metric.COSINE, 1, ALL)[0]] == ["04"]
    assert index.further_count == 0
    assert engine().whole("fake").views is None
    hashes, vectors = [hash_of(5.5)], np.array([at_place(5.5)], np.float32)
    engine().insert("fake", Newcomers(["05"], hashes, vectors, None))
    assert engine().live("fake").neighbours("05", Metric.COSINE, 1)[0].item_id == "04"
    views = Views.of(np.zeros(1), [hash_of(9.0)], np.array([at_place(9.0)], np.float32))
    engine().insert("fake", Newcomers(["05"], hashes, vectors, None, views=views))
    assert engine().live("fake").further_hashes_of(["05"]) == {"05": [hash_of(9.0)]}
    engine().publish(grid_index(PLACES, further={"03": [9.0]}))
    engine().publish(grid_index(PLACES))
    assert len(tables(publishing.FURTHER)) == 2


def test_what_somebody_reads_for_long_is_taken_away_later(monkeypatch):
    monkeypatch.setattr(publishing, "PATIENCE", "100ms")
    engine().publish(grid_index(PLACES))
    engine().publish(grid_index(PLACES))
    with stranger() as reader, reader.transaction():
        reader.execute(f"SELECT count(*) FROM {VECTORS}")
        engine().publish(grid_index(PLACES))
        assert len(tables()) == 3
        assert len(engine().live("fake")) == 30
    engine().publish(grid_index(PLACES))
    assert len(tables()) == 2


def test_while_one_process_changes_an_index_another_is_refused():
    with stranger() as other:
        lock = [publishing.LOCK, zlib.crc32(b"fake") - 2**31]
        other.execute("SELECT pg_advisory_lock(%s, %s)", lock)
        with pytest.raises(PublishError, match="Another process is changing the index of fake"):
            with engine().exclusive("fake"):
                pass
        other.execute("SELECT pg_advisory_unlock_all()")  # its connection may end later than here
    with engine().exclusive("fake"):
        pass


def test_another_process_s_index_is_taken_up_soon(monkeypatch):
    engine().publish(grid_index(PLACES))
    engine().publish(grid_index(PLACES | {"30": 40.0}))
    assert len(engine().live("fake")) == 31
    with stranger() as other:
        other.execute("UPDATE lookalike_vectors_generation SET state = NULL WHERE state = 'live'")
        other.execute(
            "UPDATE lookalike_vectors_generation SET state = 'live' WHERE state = 'previous'"
        )
    assert len(engine().live("fake")) == 31
    monkeypatch.setattr(generations, "FRESH", 0.0)
    assert len(engine().live("fake")) == 30


def test_searches_go_on_while_an_index_is_published():
    engine().publish(grid_index(PLACES))
    faults, answers, done = [], [], threading.Event()

    def search():
        point = Point(grid_index({"x": 5.0}).embeddings[0])
        while not done.is_set():
            try:
                found, _ = engine().live("fake").nearest(point, Metric.EUCLIDEAN, 1, ALL)
                answers.append([one.item_id for one in found])
            except Exception as error:
                faults.append(error)
        connections.close_all()

    reader = threading.Thread(target=search)
    reader.start()
    for number in range(3):
        engine().publish(grid_index(PLACES | {"30": 40.0 + number}))
    engine().rollback("fake")
    done.set()
    reader.join()
    assert not faults
    assert answers
    assert all(found == ["04"] for found in answers)


def test_numbers_that_half_precision_cannot_hold_are_refused():
    engine().publish(grid_index(PLACES))
    with pytest.raises(PublishError, match="too large for half precision"):
        engine().publish(grid_index({"a": 1e6, "b": 1.0}))
    with pytest.raises(PublishError, match="too large for half precision"):
        engine().publish(grid_index({"a": 2.0, "b": 1.0}, further={"b": [1e6]}))
    assert len(engine().live("fake")) == 30
