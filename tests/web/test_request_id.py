"""A request's number: on the answer, in the log, on the pages of errors."""

import contextvars
import logging

import pytest
from django.test import Client

from web.pages import home
from web.request_id import HEADER, RequestId


@pytest.fixture
def broken(monkeypatch, db):
    """A site that breaks on its first page; a browser that is shown what visitors see."""

    def fail(*_args):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(home, "wall", fail)
    return Client(raise_request_exception=False)


def test_each_answer_has_a_number_of_its_own(client, live):
    first, second = client.get("/healthz")[HEADER], client.get("/browse/")[HEADER]
    assert first != second
    assert len(first) == 16


def test_an_error_is_found_in_the_log_by_the_number_that_its_page_shows(broken, caplog):
    caplog.handler.addFilter(RequestId())
    with caplog.at_level(logging.ERROR):
        response = broken.get("/")
    assert response.status_code == 500
    number = response[HEADER]
    assert number in response.content.decode()
    assert [record.request_id for record in caplog.records] == [number]
    assert "broken on purpose" in caplog.text


def test_a_refused_visit_is_found_by_its_number(client, live, caplog):
    caplog.handler.addFilter(RequestId())
    response = client.get("/products/none/")
    assert response.status_code == 404
    assert response[HEADER] in {record.request_id for record in caplog.records}


@pytest.mark.parametrize("given", ["a" * 65, "x\nERROR forged", "", "ж"])
def test_a_number_from_in_front_that_is_none_is_not_taken(client, db, settings, given):
    settings.TRUSTED_PROXIES = 1
    assert client.get("/healthz", headers={HEADER: given})[HEADER] != given


def test_a_number_is_believed_from_a_server_in_front_alone(client, db, settings):
    assert client.get("/healthz", headers={HEADER: "abc-1"})[HEADER] != "abc-1"
    settings.TRUSTED_PROXIES = 1
    assert client.get("/healthz", headers={HEADER: "abc-1"})[HEADER] == "abc-1"


def test_a_line_outside_of_a_request_has_no_number():
    record = logging.makeLogRecord({"msg": "x"})
    assert contextvars.Context().run(RequestId().filter, record)
    assert (vars(record)["request_id"], vars(record)["about"]) == ("", "")
