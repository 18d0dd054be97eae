import pytest
from django.db import DEFAULT_DB_ALIAS as PRIMARY

from catalog import replica
from catalog.models import Product
from catalog.replica import REPLICA, Router


@pytest.fixture(autouse=True)
def one_that_answers(monkeypatch):
    """As if the settings had a replica; the value is what is wrong with it."""
    wrong = {"why": "", "asked": 0}

    def why_silent(_alias):
        wrong["asked"] += 1
        return wrong["why"]

    monkeypatch.setattr(replica, "exists", lambda: True)
    monkeypatch.setattr(replica, "why_silent", why_silent)
    monkeypatch.setattr(replica, "_asked_again_at", 0.0)
    return wrong


def read_and_written():
    return Router().db_for_read(Product), Router().db_for_write(Product)


def test_a_command_reads_where_it_writes():
    assert read_and_written() == (PRIMARY, PRIMARY)


def test_whoever_only_reads_does_so_from_the_replica_until_the_first_write():
    with replica.reading():
        assert Router().db_for_read(Product) == REPLICA
        assert read_and_written() == (REPLICA, PRIMARY)
        assert Router().db_for_read(Product) == PRIMARY
    assert Router().db_for_read(Product) == PRIMARY


@pytest.mark.django_db
def test_within_a_transaction_all_is_read_where_it_is_written():
    with replica.reading():
        assert Router().db_for_read(Product) == PRIMARY


def test_a_silent_replica_is_passed_over_for_a_while(one_that_answers, monkeypatch, caplog):
    one_that_answers["why"] = "no route to it"
    for _ in range(2):
        with replica.reading():
            assert Router().db_for_read(Product) == PRIMARY
    assert one_that_answers["asked"] == 1
    assert "no route to it" in caplog.text
    monkeypatch.setattr(replica, "_asked_again_at", 0.0)
    one_that_answers["why"] = ""
    with replica.reading():
        assert Router().db_for_read(Product) == REPLICA


def test_one_that_stops_answering_within_a_request_is_not_changed_for_the_other(one_that_answers):
    with replica.reading():
        assert Router().db_for_read(Product) == REPLICA
        one_that_answers["why"] = "gone"
        assert Router().db_for_read(Product) == REPLICA


def test_nothing_is_migrated_there():
    assert Router().allow_migrate(REPLICA, "catalog") is False
    assert Router().allow_migrate(PRIMARY, "catalog") is None
