"""Schemathesis asks the API all that its description allows, and what it forbids."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as tries
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import booleans
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from catalog import changes
from config.wsgi import application
from web.api.models import ApiKey

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance, negative_data_rejection, unsupported_method,
]  # fmt: skip


OPERATIONS = [
    ("GET", "/api/v1/products/{item_id}/similar/"), ("GET", "/api/v1/similar/"),
    ("POST", "/api/v1/similar/"), ("GET", "/api/v1/products/"),
    ("GET", "/api/v1/products/{item_id}/"), ("GET", "/api/v1/search/"), ("GET", "/api/v1/status/"),
    ("PUT", "/api/v1/products/{item_id}/"), ("PATCH", "/api/v1/products/{item_id}/"),
    ("DELETE", "/api/v1/products/{item_id}/"), ("POST", "/api/v1/products/"),
    ("GET", "/api/v1/changes/{number}/"), ("POST", "/api/v1/webhooks/shopify/"),
    ("POST", "/api/v1/webhooks/woocommerce/"), ("POST", "/api/v1/clicks/"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("writes", [False, True])
def test_every_answer_is_as_described(live, settings, monkeypatch, method, path, mode, writes):
    """Rules between two fields, as price_from and price_to, are beyond what can be described.

    Once as anybody, once with a key that may write.
    """
    monkeypatch.setattr(changes, "resolve", lambda _host, _port: [])
    headers = {"X-API-Key": ApiKey.make("writer", writes=True)} if writes else {}
    settings.ALLOW_PICTURE_URLS = False  # addresses are made up here, and none is to be visited
    description = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    # A key that is made up would have every question refused; see test_json_api.
    description.config.generation.update(with_security_parameters=False)
    operation = description[path][method]

    @given(case=operation.as_strategy(generation_mode=mode), known=booleans())
    @tries(
        max_examples=30, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    def ask(case, known):
        if known and "item_id" in case.path_parameters:
            case.path_parameters["item_id"] = "0"
        case.call_and_validate(checks=CHECKS, headers=headers)

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing can be wrong where nothing is asked


@pytest.mark.django_db
def test_all_operations_are_tried(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    found = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert found == set(OPERATIONS)
