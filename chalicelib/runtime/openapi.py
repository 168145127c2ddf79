"""The OpenAPI 3.1 document of the HTTP API, made from the registered routes and their types alone. Pure.

What holds for every route (the cross-site rule, strict bodies, the last resort) is added here, once.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Annotated, Any, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

from chalicelib.runtime.errors import Denied, Invalid, Problem, TooLarge, Unauthenticated, Unreadable, WrongType
from chalicelib.runtime.http import SAFE_METHODS, Operation
from chalicelib.runtime.ids import OpaqueText
from chalicelib.runtime.parsing import JSON_MAX
from chalicelib.runtime.problem_responses import ProblemView, problem_response

REF = "#/components/schemas/{name}"
DESCRIPTION = (
    "Two people who hear the same sound meet. JSON in and out, UTF-8; instants are epoch milliseconds (`…_at_ms`). "
    "Every error is a problem document (RFC 9457). An address asked with a method it does not take answers 405 with "
    "`Allow`. No CORS preflight ever succeeds. The live channel is described in /asyncapi.json."
)
COOKIE = {
    "type": "apiKey",
    "in": "cookie",
    "name": "__Host-earshot",
    "description": "Sealed, made by POST /v1/session; void after 30 days unused. Answers renew it by Set-Cookie, "
    "at most once a minute. On plain-http localhost its name is `earshot`.",
}
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "Without cookies: from POST /v1/join-codes/{code} with `Earshot-Cookies: none`; void 30 days later. "
    "Where it is sent, no cookie counts.",
}
CLIENT_HEADER = {
    "name": "Earshot-Client",
    "in": "header",
    "description": "A program's name for itself; required when neither Origin nor Sec-Fetch-Site is sent. Where either "
    "is, it must say same origin.",
    "schema": {"type": "string", "minLength": 1},
}
# every path parameter's shape; what has another shape names nothing
PATH_PARAMETERS: Mapping[str, Any] = {
    "room_id": Annotated[OpaqueText, Meta(description="A meeting.")],
    "meeting_id": Annotated[OpaqueText, Meta(description="A meeting that has ended: its room's id.")],
    "participant_id": Annotated[OpaqueText, Meta(description="A participant, at the door or inside.")],
    "id": Annotated[OpaqueText, Meta(description="One of the caller's own, as the list names it.")],
    "code": Annotated[str, Meta(pattern="^[A-Za-z0-9 -]{1,20}$", description="As shown or read out.")],
    "token": Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,512}$", description="What a link of ours ends with.")],
    "share_id": Annotated[OpaqueText, Meta(description="A link to a report, as the list names it.")],
    "receipt_id": Annotated[OpaqueText, Meta(description="As it was handed to whoever was erased.")],
    "content_id": Annotated[OpaqueText, Meta(description="Something shown in the meeting.")],
    "survey_id": Annotated[str, Meta(pattern="^[a-z0-9-]{1,40}$", description="A survey, as its link names it.")],
    "tab_id": Annotated[UUID, Meta(description="A browser tab, by the UUID it names itself.")],
    "join_id": Annotated[UUID, Meta(description="A clip, by the UUID it was sent under.")],
}


def documented(operations: Iterable[Operation], routes: Mapping[str, Container[str]]) -> list[Operation]:
    """Those of `operations` that an application with `routes` (methods by path) answers, by path and method."""
    served = (one for one in operations if one.document and one.method in routes.get(one.path, ()))
    return sorted(served, key=lambda one: (one.path, one.method))


def openapi_document(operations: Sequence[Operation], *, version: str) -> dict[str, Any]:
    """The document of `operations`, in their order. Raises KeyError for a path parameter of unknown shape."""
    types = [
        ProblemView,
        *(kind for one in operations for kind in (one.body, one.answers, *one.also.values()) if _is_schema(kind)),
    ]
    made, schemas = msgspec.json.schema_components(types, ref_template=REF)
    schema_of = dict(zip(types, made, strict=True))
    failures = {family for one in operations for family in errors_of(one)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Earshot", "version": version, "description": DESCRIPTION, "license": _license()},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in sorted({_tag(one) for one in operations})],
        "paths": _paths(operations, schema_of),
        "components": {
            "schemas": schemas,
            "parameters": {"EarshotClient": CLIENT_HEADER},
            "responses": {_response_name(one): problem_response(one) for one in sorted(failures, key=_by_status)},
            "securitySchemes": {"session": COOKIE, "bearer": BEARER},
        },
    }


def errors_of(one: Operation) -> list[type[Problem]]:
    """Every problem the operation can answer: its own, and those of the edge."""
    found: set[type[Problem]] = {Problem, *one.errors}
    if one.method not in SAFE_METHODS and not one.any_site:
        found.add(Denied)
    if one.body is not None:
        found |= {WrongType, TooLarge, Invalid}
    if one.body not in (None, bytes):
        found.add(Unreadable)
    return sorted(found, key=_by_status)


def _paths(operations: Sequence[Operation], schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _described(one, schema_of)
    return paths


def _described(one: Operation, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    described = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [_tag(one)],
        "parameters": _parameters(one),
        "requestBody": _request_body(one, schema_of),
        "responses": _responses(one, schema_of),
    }
    security: list[dict[str, list[str]]] = [{"session": []}, {"bearer": []}] if Unauthenticated in one.errors else []
    return {name: value for name, value in described.items() if value} | {"security": security}


def _parameters(one: Operation) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", one.path)
    found = [_parameter("path", name, PATH_PARAMETERS[name]) for name in names]
    found += [_parameter("query", name, kind) for name, kind in one.query.items()]
    found += [_parameter("header", name, kind) for name, kind in one.request_headers.items()]
    if one.method not in SAFE_METHODS and not one.any_site:
        found.append({"$ref": "#/components/parameters/EarshotClient"})
    return found


def _parameter(place: str, name: str, kind: Any) -> dict[str, Any]:
    """`kind` is the parameter's type with its Meta; `| None` makes it optional."""
    optional = type(None) in get_args(get_args(kind)[0])
    schema = msgspec.json.schema(kind)
    described = {"name": name, "in": place, "description": schema.pop("description"), "required": not optional}
    return described | {"schema": _without_null(schema)}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out, not null."""
    if "anyOf" in schema:
        schema |= next(one for one in schema.pop("anyOf") if one != {"type": "null"})
    elif None in schema.get("enum", ()):
        schema["enum"].remove(None)
    return schema


def _request_body(one: Operation, schema_of: Mapping[Any, Any]) -> dict[str, Any] | None:
    if one.body is None:
        return None
    limit = one.body_max if one.body is bytes else min(one.body_max, JSON_MAX)
    content = {kind: {} if one.body is bytes else {"schema": schema_of[one.body]} for kind in one.accepts}
    return {"description": f"At most {limit:,} bytes.", "required": True, "content": content}


def _responses(one: Operation, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "Done; no content." if one.status == 204 else "As asked."}
    if one.status != 204:
        schema = schema_of[one.answers] if _is_schema(one.answers) else {"type": "string"}
        answer["content"] = {one.answer_type: {"schema": schema}}
    answers = {str(one.status): answer}
    for status, answered in one.also.items():
        content = {one.answer_type: {"schema": schema_of[answered]}}
        said = "It is for others to decide." if status == 202 else "As asked."
        answers[str(status)] = {"description": said, "content": content}
    failures = {str(family.status): {"$ref": _response_ref(family)} for family in errors_of(one)}
    return answers | failures


def _is_schema(kind: Any) -> bool:
    return kind is not None and kind is not bytes


def _tag(one: Operation) -> str:
    first, _, rest = one.path.strip("/").partition("/")
    return rest.split("/")[0] if first == "v1" else "service"


def _response_name(family: type[Problem]) -> str:
    return "Internal" if family is Problem else family.__name__


def _response_ref(family: type[Problem]) -> str:
    return f"#/components/responses/{_response_name(family)}"


def _by_status(family: type[Problem]) -> int:
    return family.status


def _license() -> dict[str, str]:
    return {"name": "Apache-2.0", "identifier": "Apache-2.0"}
