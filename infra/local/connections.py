"""The `@connections` API, on a port of its own that only this machine can reach."""

import json
from typing import Any
from urllib.parse import unquote

from aiohttp.web import BaseRequest, HTTPRequestEntityTooLarge, Response

from infra.local.engine import LOOPBACK
from infra.local.gateway import hostname
from infra.local.sockets import MESSAGE_MAX, Gone, Sockets

PREFIX = "/@connections/"


class Connections:
    """What the `apigatewaymanagementapi` client talks to."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets

    async def handle(self, request: BaseRequest) -> Response:
        if not _from_a_program_here(request):
            return _error(403, "ForbiddenException", "Only programs on this machine may send.")
        path = unquote(request.raw_path.partition("?")[0])
        if not path.startswith(PREFIX):
            return _error(404, "NotFoundException", "There is nothing at this address.")
        try:
            return await self._act(request, path.removeprefix(PREFIX))
        except Gone:
            return _error(410, "GoneException", "No such connection.")
        except HTTPRequestEntityTooLarge:
            return _error(413, "PayloadTooLargeException", f"A message holds at most {MESSAGE_MAX} bytes.")

    async def _act(self, request: BaseRequest, connection_id: str) -> Response:
        match request.method:
            case "POST":
                data = await request.read()
                if len(data) > MESSAGE_MAX:
                    raise HTTPRequestEntityTooLarge(MESSAGE_MAX, len(data))
                await self._sockets.send(connection_id, data)
                return Response(status=200)
            case "DELETE":
                await self._sockets.close(connection_id)
                return Response(status=204)
            case "GET":
                return _json(self._sockets.describe(connection_id))
        return _error(405, "MethodNotAllowedException", "POST, GET or DELETE.")


def _from_a_program_here(request: BaseRequest) -> bool:
    """A browser's request carries an Origin, or at least the name of the site it was sent to."""
    local = request.remote in LOOPBACK and hostname(request.headers.get("Host", "")) in LOOPBACK
    return local and "Origin" not in request.headers and "Sec-Fetch-Site" not in request.headers


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(body=json.dumps(body).encode(), status=status, content_type="application/json", headers=headers)


def _error(status: int, kind: str, message: str) -> Response:
    return _json({"message": message}, status, {"x-amzn-ErrorType": kind})
