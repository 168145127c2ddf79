"""The HTTP edge: Chalice with our middle around it. A route parses, calls one use case, answers.

`operation` registers a route and its description at once, so that the served OpenAPI document cannot differ from
what runs. Chalice's own content-type and JSON handling stays out of it (it takes a missing type for JSON).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

import msgspec
from chalice.app import Blueprint, Chalice, Request, Response

from chalicelib.runtime import crosssite, problems, viewers
from chalicelib.runtime.errors import Invalid, Problem, TooLarge, WrongType
from chalicelib.runtime.parsing import parse_json

JSON = "application/json"
HTML = "text/html; charset=utf-8"
SAFE_METHODS = frozenset({"GET", "HEAD"})
B = TypeVar("B")

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(self), geolocation=(self), display-capture=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class EmptyBody(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object: nothing is asked."""


@dataclass
class Call(Generic[B]):
    """One request, parsed. `body` is the schema's value, or bytes where the route takes something else than JSON."""

    method: str
    headers: Mapping[str, str]
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: B
    content_type: str
    address: str  # of the viewer; for limits and places only, never stored or logged
    area: str | None = None  # where the edge in front of us says they are, for places only
    cookies_out: list[str] = field(default_factory=list)
    headers_out: dict[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        return self.headers.get(name.lower())


@dataclass(frozen=True)
class Reply:
    """What a route answers: a schema's value (sent as JSON), text, or nothing."""

    body: Any = None
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """A route as the API document describes it."""

    method: str
    path: str
    name: str
    summary: str
    accepts: Sequence[str]
    body: Any
    body_max: int
    answers: Any
    status: int
    also: Mapping[int, Any]  # what other successes answer instead, by status
    errors: Sequence[type[Problem]]
    request_headers: Mapping[str, Any]  # by name, the value's type with its Meta; `| None` makes it optional
    query: Mapping[str, Any]
    answer_type: str
    document: bool
    any_site: bool  # a mail program may send it: whoever holds the address may act, and there is no cookie to misuse


OPERATIONS: list[Operation] = []
Finisher = Callable[[Mapping[str, str], list[str]], None]  # of the request's headers and the answer's cookies
_FINISHERS: list[Finisher] = []


def finish_with(finisher: Finisher) -> None:
    """Calls it with every answer, also where the request was refused before its route saw it (app.py)."""
    if finisher not in _FINISHERS:
        _FINISHERS.append(finisher)


class EarshotApp(Chalice):
    """Chalice answering unknown paths and methods too: to programs as problem documents, to people as a page."""

    missing_page: Callable[[Mapping[str, str], Mapping[str, str]], Reply] | None = None  # of headers and query

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        if not viewers.came_through_the_edge(_headers(event)):
            return Response("", dict(SECURITY_HEADERS), 403).to_dict()
        request = event.get("requestContext", {})
        methods = self.routes.get(request.get("resourcePath"))
        if methods is None or _names_nothing(event):
            return _finished(self._nothing_here(event), _headers(event), []).to_dict()
        if request.get("httpMethod") == "HEAD" and "GET" in methods:
            head: Any = {**event, "httpMethod": "GET", "requestContext": {**request, "httpMethod": "GET"}}
            return {**super().__call__(head, context), "body": "", "isBase64Encoded": False}
        if request.get("httpMethod") not in methods:
            refused = _problem_response(problems.no_such_method(list(methods)))
            refused.headers["Allow"] = ", ".join(sorted(methods))
            return _finished(refused, _headers(event), []).to_dict()
        answer: dict[str, Any] = super().__call__(event, context)
        return answer

    def handler_named(self, name: str) -> Any:
        """What Lambda calls: the application is whole by then. Raises AttributeError, as of a module's attribute."""
        if name not in self.handler_map:
            raise AttributeError(name)
        return self.handler_map[name]

    def _nothing_here(self, event: Mapping[str, Any]) -> Response:
        headers = _headers(event)
        if self.missing_page and "text/html" in headers.get("accept", ""):
            return _response(self.missing_page(headers, _query(event)))
        return _problem_response(problems.no_such_path())


def operation(
    blueprint: Blueprint,
    method: str,
    path: str,
    *,
    summary: str,
    body: Any = None,
    accepts: Sequence[str] = (JSON,),
    body_max: int = 65_536,
    answers: Any = None,
    status: int = 200,
    also: Mapping[int, Any] | None = None,
    errors: Sequence[type[Problem]] = (),
    request_headers: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
    answer_type: str = JSON,
    document: bool = True,
    any_site: bool = False,
) -> Callable[[Callable[[Call[Any]], Reply]], Callable[[Call[Any]], Reply]]:
    """Registers `method path`. `body` is a msgspec type, or `bytes` for a body passed on as it came (`accepts`)."""

    def register(handler: Callable[[Call[Any]], Reply]) -> Callable[[Call[Any]], Reply]:
        described = Operation(
            method, path, handler.__name__, summary, accepts if body is not None else (), body, body_max, answers,
            status, also or {}, errors, request_headers or {}, query or {}, answer_type, document, any_site,
        )  # fmt: skip
        OPERATIONS.append(described)

        def view(**params: str) -> Response:
            return _answer(described, handler, blueprint.current_request, params)

        view.__name__ = handler.__name__
        blueprint.route(path, methods=[method], content_types=[], name=handler.__name__)(view)
        return handler

    return register


def _answer(
    described: Operation, handler: Callable[[Call[Any]], Reply], request: Request, params: Mapping[str, str]
) -> Response:
    cookies: list[str] = []
    headers = _headers(request.to_original_event())
    try:
        call = _call(described, request, params, headers, cookies)
        response = _response(handler(call))
        response.headers.update(call.headers_out)
    except Problem as problem:
        response = _problem_response(problem)
    except Exception as error:  # the last resort: no trace and no input ever reaches the caller
        response = _problem_response(*problems.unexpected(error, f"{described.method} {described.path}"))
    return _finished(response, headers, cookies)


def _finished(response: Response, headers: Mapping[str, str], cookies: list[str]) -> Response:
    for finish in _FINISHERS:
        finish(headers, cookies)
    if cookies:
        response.headers["Set-Cookie"] = cookies
    return response


def _call(
    described: Operation, request: Request, params: Mapping[str, str], headers: Mapping[str, str], cookies: list[str]
) -> Call[Any]:
    event = request.to_original_event()
    if described.method not in SAFE_METHODS and not described.any_site:
        crosssite.check(headers)
    content_type = headers.get("content-type", "").split(";")[0].strip().lower()
    viewer = viewers.viewer_of(headers, event["requestContext"].get("identity", {}).get("sourceIp", ""))
    return Call(
        method=described.method,
        headers=headers,
        path={name: unquote(value) for name, value in params.items()},
        query=_query(event),
        body=_body(described, request, content_type),
        content_type=content_type,
        address=viewer.address,
        area=viewer.area,
        cookies_out=cookies,
    )


def _names_nothing(event: Mapping[str, Any]) -> bool:
    """Whether an id is missing from an address that would change something: the gateway takes `/x/` for `/x`."""
    return event.get("httpMethod") not in SAFE_METHODS and str(event.get("path", "")).endswith("/")


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    """By lower-case name."""
    given = event.get("multiValueHeaders") or {}
    return {name.lower(): _joint(name.lower()).join(values) for name, values in given.items()}


def _joint(name: str) -> str:
    return "; " if name == "cookie" else ","  # RFC 9113 8.2.3; a comma is part of a cookie's value


def _query(event: Mapping[str, Any]) -> dict[str, str]:
    return {name: values[-1] for name, values in (event.get("multiValueQueryStringParameters") or {}).items()}


def _body(described: Operation, request: Request, content_type: str) -> Any:
    if described.body is None:
        return None
    if content_type not in described.accepts:
        raise WrongType(f"Send {' or '.join(described.accepts)}.")
    try:
        raw = request.raw_body
    except ValueError as error:
        raise Invalid("The body is not valid base64.") from error
    raw = raw.encode() if isinstance(raw, str) else raw
    if len(raw) > described.body_max:
        raise TooLarge(f"Send at most {described.body_max} bytes.")
    return raw if described.body is bytes else parse_json(raw, described.body, described.body_max)


def _response(reply: Reply) -> Response:
    policy = PAGE_POLICY if reply.content_type.startswith("text/html") else API_POLICY
    headers: dict[str, str | list[str]] = {
        **SECURITY_HEADERS,
        "Content-Security-Policy": policy,
        **reply.headers,
    }
    if reply.status == 204:
        return Response("", headers, 204)
    headers["Content-Type"] = reply.content_type
    body = reply.body if isinstance(reply.body, str) else msgspec.json.encode(reply.body).decode()
    return Response(body, headers, reply.status)


def _problem_response(problem: Problem, reference: str | None = None) -> Response:
    reply = Reply(
        problems.document(problem, reference),
        problem.status,
        problems.PROBLEM_JSON,
        problems.headers(problem),
    )
    return _response(reply)
