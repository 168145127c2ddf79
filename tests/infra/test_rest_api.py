"""What reaches the application when it is deployed, and what API Gateway says by itself (G1, G8)."""

import json
from typing import Any

import pytest

from app import app
from chalicelib.runtime.http import API_POLICY, SECURITY_HEADERS
from chalicelib.runtime.problem_kinds import PROBLEM_KINDS
from chalicelib.runtime.problems import PROBLEM_JSON, TYPE_BASE
from infra.local.routing import Router
from infra.rest_api import ANSWERS, ANY, NOWHERE, opened

HEADER = "gatewayresponse.header."


@pytest.fixture(scope="module")
def definition(template: dict[str, Any]) -> dict[str, Any]:
    [api] = [one for one in template["Resources"].values() if one["Type"] == "AWS::Serverless::Api"]
    found: dict[str, Any] = api["Properties"]["DefinitionBody"]
    return found


def test_every_method_of_every_address_reaches_the_application(definition: dict[str, Any]) -> None:
    """G8, "Errors": unknown addresses and methods are answered by us, with our headers, not by a 403 of AWS's."""
    paths = definition["paths"]
    assert set(app.routes) < set(paths)
    assert {tuple(one) for one in paths.values()} == {(ANY,)}
    for path, one in paths.items():
        handed_on = one[ANY]["x-amazon-apigateway-integration"]
        assert (handed_on["type"], "${APIHandler.Arn}" in handed_on["uri"]["Fn::Sub"]) == ("aws_proxy", True)
        named = [part.strip("{}+") for part in path.split("/") if part.startswith("{")]
        assert sorted(given["name"] for given in one[ANY].get("parameters", ())) == sorted(named), path


def test_no_address_between_an_address_and_the_root_is_left_out(definition: dict[str, Any]) -> None:
    """G8: API Gateway makes a resource of each, which without a method would answer 403."""
    for path in set(definition["paths"]) - {NOWHERE, "/"}:
        above = path.rpartition("/")[0] or "/"
        assert above in definition["paths"]
    assert NOWHERE in definition["paths"]


@pytest.mark.parametrize("name", ANSWERS)
def test_what_api_gateway_answers_by_itself_is_a_problem_document(definition: dict[str, Any], name: str) -> None:
    """G8, "Errors": a throttled request, one too large, one without an answer; encrypted from then on, kept nowhere."""
    one = definition["x-amazon-apigateway-gateway-responses"][name]
    [body] = [json.loads(text) for text in one["responseTemplates"].values()]
    said = {header.removeprefix(HEADER): value for header, value in one["responseParameters"].items()}
    assert all(value[0] == value[-1] == "'" and "'" not in value[1:-1] for value in said.values()), "not static"
    bare = {header: value.strip("'") for header, value in said.items()}
    kinds = {TYPE_BASE + one.kind: one.family for one in PROBLEM_KINDS}
    assert body["status"] == int(one["statusCode"]) == kinds[body["type"]].status
    assert body["title"]
    assert body["detail"]
    assert bare.pop("Content-Type") == PROBLEM_JSON
    assert (bare.pop("Retry-After", None) is not None) == (body["status"] in (429, 503))
    # an empty list of sources is as good as 'none', which cannot stand in a value that is quoted itself
    assert bare == {**SECURITY_HEADERS, "Content-Security-Policy": API_POLICY.replace(" 'none'", "")}


def test_all_that_api_gateway_says_by_itself_is_ours() -> None:
    """G8: the two that stand for whatever has no answer of its own; a path's methods are one."""
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(ANSWERS)
    made = opened({"paths": {"/": {"get": {"x": 1}, "put": {"x": 1}}, "/a/{b}/c": {"get": {"x": 2}}}})["paths"]
    assert set(made) == {"/", "/a", "/a/{b}", "/a/{b}/c", NOWHERE}
    assert made["/"] == {ANY: {"x": 1}}


def answered(definition: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """As API Gateway and Lambda do it together: by the resource that fits best, or the greedy one."""
    paths = definition["paths"]
    match = Router(paths).match(path)
    resource = match.route if match else NOWHERE
    assert {method.lower(), ANY} & set(paths.get(resource, ())), "API Gateway answers 403 by itself"
    event = {"path": path, "httpMethod": method, "multiValueHeaders": {},
             "requestContext": {"resourcePath": resource, "httpMethod": method}}  # fmt: skip
    return app(event, None)


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/rooms/a/admissions", "/v1/rooms/a/b/c/d"])
def test_what_has_no_route_is_told_so_by_the_application(definition: dict[str, Any], path: str) -> None:
    """G8, "Errors": as a problem document with our headers."""
    answer = answered(definition, "GET", path)
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["type"] == f"{TYPE_BASE}not-found"
    assert "Strict-Transport-Security" in answer["headers"]


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "POST"])
def test_a_method_that_an_address_does_not_take_is_told_which_it_takes(definition: dict[str, Any], method: str) -> None:
    """G8, "Methods": of a page, which is read only."""
    answer = answered(definition, method, "/login")
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET")
