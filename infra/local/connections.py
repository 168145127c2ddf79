"""The `@connections` API: over HTTP on a port of its own, and without any network for the application itself."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from aiohttp.web import BaseRequest, HTTPRequestEntityTooLarge, Response
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from infra.local.engine import LOOPBACK
from infra.local.gateway import hostname
from infra.local.sockets import MESSAGE_MAX, SEND_MAX_S, Gone, Sockets

PREFIX = "/@connections/"


@dataclass(frozen=True)
class Outcome:
    """An answer of the API, however it travels."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Connections:
    """What the `apigatewaymanagementapi` client talks to."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets

    async def handle(self, request: BaseRequest) -> Response:
        """Over HTTP, for programs on this machine."""
        if not _from_a_program_here(request):
            return _response(_error(403, "ForbiddenException", "Only programs on this machine may send."))
        try:
            data = await request.read()
        except HTTPRequestEntityTooLarge:
            return _response(_too_large())
        return _response(await self._act(request.method, request.raw_path, data))

    def direct(self, loop: asyncio.AbstractEventLoop) -> Callable[[AWSPreparedRequest], AWSResponse]:
        """The same for the application's own client, from its handler's thread: half the round trip was HTTP to us."""

        def answer(request: AWSPreparedRequest) -> AWSResponse:
            acting = self._act(str(request.method), urlsplit(str(request.url)).path, _bytes(request.body))
            outcome = asyncio.run_coroutine_threadsafe(acting, loop).result(2 * SEND_MAX_S)
            return AWSResponse(request.url, outcome.status, outcome.headers, MockRawResponse(outcome.body))

        return answer

    async def _act(self, method: str, raw_path: str, data: bytes) -> Outcome:
        path = unquote(raw_path.partition("?")[0])
        if not path.startswith(PREFIX):
            return _error(404, "NotFoundException", "There is nothing at this address.")
        try:
            return await self._act_on(path.removeprefix(PREFIX), method, data)
        except Gone:
            return _error(410, "GoneException", "No such connection.")

    async def _act_on(self, connection_id: str, method: str, data: bytes) -> Outcome:
        match method:
            case "POST" if len(data) > MESSAGE_MAX:
                return _too_large()
            case "POST":
                await self._sockets.send(connection_id, data)
                return Outcome(200)
            case "DELETE":
                await self._sockets.close(connection_id)
                return Outcome(204)
            case "GET":
                return _json(200, self._sockets.describe(connection_id))
        return _error(405, "MethodNotAllowedException", "POST, GET or DELETE.")


def _from_a_program_here(request: BaseRequest) -> bool:
    """A browser's request carries an Origin, or at least the name of the site it was sent to."""
    local = request.remote in LOOPBACK and hostname(request.headers.get("Host", "")) in LOOPBACK
    return local and "Origin" not in request.headers and "Sec-Fetch-Site" not in request.headers


def _bytes(body: Any) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    return body.encode("utf-8") if isinstance(body, str) else bytes(body.read())


def _response(outcome: Outcome) -> Response:
    return Response(body=outcome.body, status=outcome.status, headers=outcome.headers)


def _json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Outcome:
    return Outcome(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})


def _error(status: int, kind: str, message: str) -> Outcome:
    return _json(status, {"message": message}, {"x-amzn-ErrorType": kind})


def _too_large() -> Outcome:
    return _error(413, "PayloadTooLargeException", f"A message holds at most {MESSAGE_MAX} bytes.")
