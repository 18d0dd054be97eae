"""The API's class: how its key is declared, and that all it refuses is JSON."""

import pytest
from django.http import HttpRequest
from django.test import Client

from web.api.access import HEADER
from web.api.json_api import JsonAPI
from web.api.models import ApiKey
from web.api.v1 import api

STATUS = "/api/v1/status/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("required", "ways_in"), [(False, [{}, {"key": []}]), (True, [{"key": []}])]
)
def test_the_description_declares_the_key_and_whether_one_is_needed(
    client, settings, required, ways_in
):
    settings.API_KEYS_REQUIRED = required
    described = client.get("/api/v1/openapi.json").json()
    assert described["security"] == ways_in
    key = described["components"]["securitySchemes"]["key"]
    assert (key["type"], key["in"], key["name"]) == ("apiKey", "header", HEADER)
    assert "Failure" in described["components"]["schemas"]


@pytest.mark.django_db
def test_the_header_that_the_description_names_lets_in(client, settings):
    settings.API_KEYS_REQUIRED = True
    described = client.get("/api/v1/openapi.json").json()
    name = described["components"]["securitySchemes"]["key"]["name"]
    assert client.get(STATUS, headers={name: ApiKey.make("shop")}).status_code == 200
    assert client.get(STATUS).status_code == 401


def test_every_address_tells_that_a_key_may_be_refused(client, db):
    for methods in client.get("/api/v1/openapi.json").json()["paths"].values():
        for operation in methods.values():
            assert {"401", "403", "429"} <= set(operation["responses"])


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["put", "delete"])
def test_a_wrong_method_is_told_in_json_with_those_that_there_are(method):
    response = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/similar/")
    assert response.status_code == 405
    assert set(response["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert list(response.json()) == ["error"]


def test_faults_of_ours_are_left_to_django():
    class Fault(Exception):
        pass

    with pytest.raises(Fault):
        api.on_exception(HttpRequest(), Fault())


def test_an_error_of_the_class_has_its_sentence_in_every_api_that_is_made_of_it():
    from django.http import Http404

    other = JsonAPI(title="Other", urls_namespace="other")
    response = other.on_exception(HttpRequest(), Http404())
    assert (response.status_code, response.content) == (
        404, b'{"error": "There is no such address."}',
    )  # fmt: skip
