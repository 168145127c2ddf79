"""HTTP: from a request to the event API Gateway would make of it, and from the answer back."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from aiohttp.web import BaseRequest, HTTPRequestEntityTooLarge, Response, StreamResponse
from chalice.app import Chalice
from multidict import CIMultiDict

from chalicelib.runtime.errors import Denied, Problem, TooLarge, Unreadable, WrongType
from chalicelib.runtime.problems import PROBLEM_JSON, no_such_method, no_such_path
from infra.local.answers import answer, crash_answer, problem_answer
from infra.local.engine import LOOPBACK
from infra.local.events import Caller, LambdaContext, http_event
from infra.local.routing import Match, Router

BODY_MAX = 10 * 1024 * 1024  # bytes, API Gateway quota
EVENT_MAX = 6 * 1024 * 1024  # bytes of body in the event, Lambda quota
_FORWARDED = frozenset({"x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "forwarded"})
_EMPTY: dict[str, list[str]] = {}
NOWHERE = Match("/{proxy+}", {})  # API Gateway's name for every address that no route has
Run = Callable[..., "asyncio.Future[Any]"]  # calls something in the thread pool
Special = Callable[[BaseRequest, str], Awaitable[StreamResponse] | StreamResponse]


class ApplicationFault(Exception):
    """The application answered 500 in Chalice's own words: something of ours was not caught."""


@dataclass(frozen=True)
class Site:
    """How the outside sees the stack: scheme, host names it answers to, stage it plays, this machine's address."""

    scheme: str
    hosts: frozenset[str]
    stage: str = "local"
    address: str = "127.0.0.1"

    def caller_of(self, request: BaseRequest) -> Caller:
        """This machine has one address, whichever way it came: two of its browsers are in one place."""
        remote = request.remote or ""
        return Caller(self.address if remote in LOOPBACK else remote, request.headers.get("User-Agent", ""))


class Gateway:
    """Answers every HTTP request; never with a trace."""

    def __init__(self, app: Chalice, site: Site, run: Run, special: dict[str, Special]) -> None:
        """`special`: what is not the application's, by path, or by the beginning of it where that ends in a slash."""
        self._app, self._site, self._run, self._special = app, site, run, special
        self._router = Router(app.routes)
        self._binary_types = tuple(app.api.binary_types)

    async def handle(self, request: BaseRequest) -> StreamResponse:
        try:
            return await self._answer(request)
        except Problem as problem:
            return problem_answer(problem)
        except HTTPRequestEntityTooLarge:
            return _closing(problem_answer(_too_large()))
        except Exception as error:
            return crash_answer(error, f"{request.method} (gateway)")

    async def _answer(self, request: BaseRequest) -> StreamResponse:
        raw_path, _, raw_query = request.raw_path.partition("?")
        self._refuse_foreign_host(request)
        special = self._special_for(raw_path)
        if special is not None:
            found = special(request, raw_path)
            return found if isinstance(found, StreamResponse) else await found
        match = self._router.match(raw_path)
        if match is None and request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
            return await self._invoke(request, "GET", NOWHERE, raw_path, raw_query)  # the application has a page for it
        if match is None:
            raise no_such_path()
        method = self._method(request.method, match)
        if method is None:
            return self._without_method(request, match)
        return await self._invoke(request, method, match, raw_path, raw_query)

    def _special_for(self, raw_path: str) -> Special | None:
        for place, special in self._special.items():
            if raw_path == place or (place.endswith("/") and raw_path.startswith(place)):
                return special
        return None

    def _refuse_foreign_host(self, request: BaseRequest) -> None:
        """A page of another site whose name was made to point here (DNS rebinding) shows its own name."""
        host = request.headers.get("Host", "")
        if host not in self._site.hosts and hostname(host) not in self._site.hosts:
            raise Denied("This server does not answer to that host name.", kind="unknown-host")

    def _method(self, method: str, match: Match) -> str | None:
        known = self._app.routes[match.route]
        if method in known:
            return method
        return "GET" if method == "HEAD" and "GET" in known else None

    def _without_method(self, request: BaseRequest, match: Match) -> Response:
        allowed = allowed_methods(self._app, match.route)
        headers = {"Allow": ", ".join(allowed)}
        if request.method == "OPTIONS":  # no Access-Control header, so that no preflight ever succeeds
            return answer(b"", "text/plain", status=204, headers=headers)
        return problem_answer(no_such_method(allowed), headers=headers)

    async def _invoke(self, request: BaseRequest, method: str, match: Match, raw_path: str, raw_query: str) -> Response:
        context = LambdaContext("api_handler")
        event = http_event(
            method=method,
            path=unquote(raw_path),
            route=match.route,
            parameters=match.parameters,
            query=parse_qs(raw_query, keep_blank_values=True) if raw_query else _EMPTY,
            headers=forwarded_headers(request, self._site.scheme),
            caller=self._site.caller_of(request),
            stage=self._site.stage,
            body=await _read(request),
            binary_types=self._binary_types,
            request_id=context.aws_request_id,
        )
        if len(event["body"] or "") > EVENT_MAX:
            raise _too_large()
        try:
            return proxy_response(await self._run(self._app, event, context))
        except Exception as error:
            return crash_answer(error, f"{method} {match.route}")


def allowed_methods(app: Chalice, route: str) -> list[str]:
    """The methods a route takes, HEAD and OPTIONS included, which the gateway answers itself."""
    methods = set(app.routes[route])
    return sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set()))


def forwarded_headers(request: BaseRequest, scheme: str) -> list[tuple[str, str]]:
    """The request's headers with what the edge says about the connection, which no client can say."""
    kept = [(name, value) for name, value in request.headers.items() if name.lower() not in _FORWARDED]
    return [*kept, ("X-Forwarded-Proto", scheme)]


def proxy_response(result: dict[str, Any]) -> Response:
    """An HTTP answer from the application's. Raises ApplicationFault, or ValueError for a header with a line break."""
    headers: CIMultiDict[str] = CIMultiDict(result.get("headers") or {})
    for name, values in (result.get("multiValueHeaders") or {}).items():
        headers.popall(name, None)
        for value in values:
            headers.add(name, value)
    headers.setdefault("Content-Type", "application/json")
    if result["statusCode"] == 500 and not headers["Content-Type"].startswith(PROBLEM_JSON):
        raise ApplicationFault
    _refuse_line_breaks(headers)
    return Response(body=_body(result), status=result["statusCode"], headers=headers)


def _body(result: dict[str, Any]) -> bytes:
    body = result.get("body") or ""
    if result.get("isBase64Encoded"):
        return base64.b64decode(body)
    return body if isinstance(body, bytes) else str(body).encode("utf-8")


def _refuse_line_breaks(headers: CIMultiDict[str]) -> None:
    if any("\n" in value or "\r" in value for value in headers.values()):
        raise ValueError("a header with a line break")


async def _read(request: BaseRequest) -> bytes:
    """The whole body. Raises TooLarge (unread, when its length says so), Unreadable, WrongType (packed)."""
    if not request.body_exists:
        return b""
    if (request.content_length or 0) > BODY_MAX:
        raise HTTPRequestEntityTooLarge(BODY_MAX, request.content_length or 0)
    if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        body = await request.read()
    except HTTPRequestEntityTooLarge:
        raise
    except Exception as error:
        raise Unreadable("The body did not arrive whole.") from error
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":  # API Gateway unpacks nothing either
        raise WrongType("Send the body as it is, without a Content-Encoding.")
    return body


def _too_large() -> TooLarge:
    return TooLarge("Send at most 10 MB, of which binary bodies may use 4.5.")


def _closing(response: Response) -> Response:
    response.force_close()  # the rest of the body is not waited for
    return response


def hostname(host: str) -> str:
    """The name in a Host header, without its port; empty where either is none."""
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "") if parts.port is None or parts.port else ""
    except ValueError:
        return ""
