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

from config.wsgi import application

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance, negative_data_rejection, unsupported_method,
]  # fmt: skip


OPERATIONS = [
    ("GET", "/api/v1/products/{item_id}/similar/"), ("GET", "/api/v1/similar/"),
    ("POST", "/api/v1/similar/"), ("GET", "/api/v1/products/"),
    ("GET", "/api/v1/products/{item_id}/"), ("GET", "/api/v1/search/"), ("GET", "/api/v1/status/"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_as_described(live, settings, method, path, mode):
    """Rules between two fields, as price_from and price_to, are beyond what can be described."""
    settings.PICTURE_BY_URL = False  # addresses are made up here, and none is to be visited
    description = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operation = description[path][method]

    @given(case=operation.as_strategy(generation_mode=mode), known=booleans())
    @tries(
        max_examples=30, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    def ask(case, known):
        if known and "item_id" in case.path_parameters:
            case.path_parameters["item_id"] = "0"
        case.call_and_validate(checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing can be wrong where nothing is asked


@pytest.mark.django_db
def test_all_operations_are_tried(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    found = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert found == set(OPERATIONS)
