"""The API documents: valid, complete, served and committed as generated."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import app
from chalicelib.runtime.http import OPERATIONS, Operation
from chalicelib.web.api_routes import asyncapi, openapi
from infra.documents import DOCS, as_text, documents
from tests.support.world import World

OURS = [one for one in OPERATIONS if one.document and one.method in app.routes.get(one.path, ())]
# the official schema, version 6.11.1 of @asyncapi/specs on npm (Apache-2.0), as it came
ASYNCAPI_SCHEMA = json.loads(Path(__file__).with_name("asyncapi-3.0.0.schema.json").read_text("utf-8"))


def _described(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = openapi(app.routes)["paths"][one.path][one.method.lower()]
    return found


def _label(one: Operation) -> str:
    return f"{one.method} {one.path}"


def test_openapi_is_valid() -> None:
    """G4, by the official validator of OpenAPI 3.1."""
    assert [error.message for error in OpenAPIV31SpecValidator(openapi(app.routes)).iter_errors()] == []


def test_asyncapi_is_valid() -> None:
    """G4, by the official JSON Schema of AsyncAPI 3.0."""
    assert [error.message for error in Draft7Validator(ASYNCAPI_SCHEMA).iter_errors(asyncapi())] == []


def test_asyncapi_references_lead_somewhere() -> None:
    """G4: the official schema does not follow them."""
    document = asyncapi()
    for reference in _references(document):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


@pytest.mark.parametrize(
    ("path", "generated"), [("/openapi.json", openapi(app.routes)), ("/asyncapi.json", asyncapi())]
)
def test_what_is_served_is_what_is_generated(world: World, path: str, generated: dict[str, Any]) -> None:
    """G4: nothing stands between the code and the reader."""
    answer = world.browser().get(path)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == generated


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
def test_what_is_committed_is_what_is_generated(name: str) -> None:
    """G4: a change of the contract shows in review; `make documents` writes it."""
    assert (DOCS / name).read_text("utf-8") == as_text(documents()[name]), "run: make documents"


def test_every_route_of_the_api_is_described() -> None:
    """G4: what answers below /v1, and what a program asks first, cannot be left out."""
    routed = {(method, path) for path, methods in app.routes.items() for method in methods}
    pages = {(one.method, one.path) for one in OPERATIONS if not one.document}
    assert routed - pages == {(one.method, one.path) for one in OURS}
    assert not [path for _, path in pages if path.startswith("/v1")]


def test_names_of_operations_are_unique() -> None:
    """G4: generated clients make methods of them."""
    names = [one.name for one in OURS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("one", OURS, ids=_label)
def test_every_operation_says_what_it_takes_and_answers(one: Operation) -> None:
    """G4: summary, every parameter, body with its limit, the answer's schema, the fault of ours."""
    described = _described(one)
    assert described["summary"]
    assert {p["name"] for p in described.get("parameters", []) if "name" in p} >= set(one.request_headers) | set(
        one.query
    )
    assert ("requestBody" in described) == (one.body is not None)
    assert ("content" in described["responses"][str(one.status)]) == (one.status != 204)
    assert described["responses"]["500"] == {"$ref": "#/components/responses/Internal"}


def test_one_change_only_is_open_to_other_sites() -> None:
    """API, cross-site defence: the only exemption, as RFC 8058 wants it."""
    assert [_label(one) for one in OURS if one.any_site] == ["POST /v1/unsubscribe/{token}"]


@pytest.mark.parametrize("one", [one for one in OURS if one.method != "GET" and not one.any_site], ids=_label)
def test_every_change_can_be_refused_to_other_sites(one: Operation) -> None:
    """API, cross-site defence: 403 and the header of programs are described on each."""
    described = _described(one)
    assert "403" in described["responses"]
    assert {"$ref": "#/components/parameters/EarshotClient"} in described["parameters"]


@pytest.mark.parametrize("one", [one for one in OURS if one.body is not None], ids=_label)
def test_every_body_can_be_refused(one: Operation) -> None:
    """API, errors: too large, of a wrong type, not valid; and what is JSON can be unreadable."""
    described = _described(one)
    assert {"413", "415", "422"} <= set(described["responses"])
    assert ("400" in described["responses"]) == (one.body is not bytes)
    assert " bytes" in described["requestBody"]["description"]


def test_every_refusal_is_a_problem_document() -> None:
    """API, errors: RFC 9457 everywhere."""
    for response in openapi(app.routes)["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [one for inner in value.values() for one in _references(inner)]
    return [one for inner in value for one in _references(inner)] if isinstance(value, list) else []
