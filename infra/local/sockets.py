"""WebSocket `/live`: API Gateway's three events, its limits, and sending to a connection from outside."""

import asyncio
import base64
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from aiohttp import WSCloseCode, WSMessage, WSMsgType
from aiohttp.web import BaseRequest, StreamResponse, WebSocketResponse

from chalicelib.runtime import problems
from chalicelib.runtime.errors import Denied, Problem, Unavailable, Unreadable
from infra.local.answers import problem_answer
from infra.local.chalice_app import Handler
from infra.local.events import Caller, LambdaContext, connect_details, socket_event
from infra.local.frames import FrameLimit
from infra.local.gateway import Site, forwarded_headers

PATH = "/live"
MESSAGE_MAX = 128 * 1024  # bytes, API Gateway quota
IDLE_MAX_S = 600.0  # API Gateway quota
LIFE_MAX_S = 7_200.0  # API Gateway quota
SEND_MAX_S = 2.0  # a client that does not read is dropped rather than waited for
Run = Callable[..., "asyncio.Future[Any]"]


class Gone(Exception):
    """No such connection, or not any more."""


@dataclass
class Connection:
    """One socket; it can be sent to from the moment `opened` is set."""

    socket: WebSocketResponse
    caller: Caller
    connected_at_ms: int
    opened: bool = False
    last_active_ms: int = 0
    id: str = field(default_factory=lambda: secrets.token_urlsafe(11) + "=")


class Sockets:
    """All open connections. `run` calls a handler in the thread pool."""

    def __init__(
        self, handlers: Mapping[str, Handler], site: Site, run: Run, *, idle_max_s: float = IDLE_MAX_S
    ) -> None:
        self._handlers, self._site, self._run, self._idle_max_s = handlers, site, run, idle_max_s
        self._connections: dict[str, Connection] = {}

    async def serve(self, request: BaseRequest, _: str) -> StreamResponse:
        """One connection from its handshake to its end."""
        socket = WebSocketResponse(max_msg_size=MESSAGE_MAX + 1, compress=False, autoclose=True)
        if not socket.can_prepare(request):
            raise Unreadable("This address takes WebSocket connections only.", kind="not-a-websocket")
        connection = Connection(socket, self._site.caller_of(request), _now_ms())
        refusal = await self._connect(request, connection)
        if refusal is not None:
            return refusal
        await self._talk(request, connection)
        return socket

    async def send(self, connection_id: str, data: bytes) -> None:
        """Raises Gone."""
        socket = self._open(connection_id).socket
        try:
            async with asyncio.timeout(SEND_MAX_S):
                await _send(socket, data)
        except (TimeoutError, ConnectionError, RuntimeError) as error:
            self._connections.pop(connection_id, None)
            raise Gone from error

    async def close(self, connection_id: str) -> None:
        """Raises Gone."""
        await self._open(connection_id).socket.close(code=WSCloseCode.GOING_AWAY)

    def describe(self, connection_id: str) -> dict[str, Any]:
        """What GetConnection answers. Raises Gone."""
        one = self._open(connection_id)
        identity = {"sourceIp": one.caller.address, "userAgent": one.caller.user_agent}
        return {
            "connectedAt": _iso(one.connected_at_ms),
            "lastActiveAt": _iso(one.last_active_ms),
            "identity": identity,
        }

    async def close_all(self) -> None:
        """Sends every client away, as a deployment does."""
        sockets = [one.socket for one in self._connections.values()]
        await asyncio.gather(*(one.close(code=WSCloseCode.GOING_AWAY) for one in sockets), return_exceptions=True)

    def _open(self, connection_id: str) -> Connection:
        one = self._connections.get(connection_id)
        if one is None or not one.opened or one.socket.closed:
            raise Gone
        return one

    async def _connect(self, request: BaseRequest, connection: Connection) -> StreamResponse | None:
        """The refusal, where the application does not want this connection."""
        handler = self._handlers.get("$connect")
        if handler is None:
            return None
        query = parse_qs(request.query_string, keep_blank_values=True)
        event = self._event(connection, "CONNECT", "$connect")
        event |= connect_details(forwarded_headers(request, self._site.scheme), query)
        try:
            status = int((await self._call(handler, event))["statusCode"])
        except Exception as error:
            problem, reference = problems.unexpected(error, "$connect")
            return problem_answer(problem, reference=reference)
        return None if 200 <= status < 300 else problem_answer(_refusal(status), status=status)

    async def _talk(self, request: BaseRequest, connection: Connection) -> None:
        await connection.socket.prepare(request)
        FrameLimit.install(request, connection.socket)
        connection.opened, connection.last_active_ms = True, _now_ms()
        self._connections[connection.id] = connection
        code: int | None = None
        try:
            async with asyncio.timeout(LIFE_MAX_S):
                await self._listen(connection)
        except TimeoutError:
            await connection.socket.close(code=WSCloseCode.GOING_AWAY)
        except ConnectionError:  # a browser that goes while its ping or its farewell is answered: no fault
            connection.socket.force_close()
        finally:
            code = connection.socket.close_code
            self._connections.pop(connection.id, None)
            await asyncio.shield(self._disconnect(connection, code))

    async def _listen(self, connection: Connection) -> None:
        while True:
            message = await connection.socket.receive(timeout=self._idle_max_s)
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            connection.last_active_ms = _now_ms()
            if len(message.data) > MESSAGE_MAX:
                await connection.socket.close(code=WSCloseCode.MESSAGE_TOO_BIG)
                return
            await self._message(connection, message)

    async def _message(self, connection: Connection, message: WSMessage) -> None:
        event = self._event(connection, "MESSAGE", "$default")
        binary = message.type == WSMsgType.BINARY
        event["isBase64Encoded"] = binary
        event["body"] = base64.b64encode(message.data).decode("ascii") if binary else message.data
        try:
            await self._call(self._handlers["$default"], event)
        except Exception as error:
            _, reference = problems.unexpected(error, "$default")
            fault = {"message": "Internal server error", "connectionId": connection.id, "requestId": reference}
            await connection.socket.send_json(fault)

    async def _disconnect(self, connection: Connection, code: int | None) -> None:
        handler = self._handlers.get("$disconnect")
        if handler is None:
            return
        event = self._event(connection, "DISCONNECT", "$disconnect")
        event["requestContext"] |= {"disconnectStatusCode": code or 1006, "disconnectReason": ""}
        try:
            await self._call(handler, event)
        except Exception as error:
            problems.unexpected(error, "$disconnect")

    async def _call(self, handler: Handler, event: dict[str, Any]) -> Any:
        return await self._run(handler, event, LambdaContext("websocket_handler"))

    def _event(self, connection: Connection, kind: str, route_key: str) -> dict[str, Any]:
        return socket_event(
            kind=kind,
            route_key=route_key,
            connection_id=connection.id,
            connected_at_ms=connection.connected_at_ms,
            caller=connection.caller,
            stage=self._site.stage,
            domain="localhost",
        )


async def _send(socket: WebSocketResponse, data: bytes) -> None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        await socket.send_bytes(data)
    else:
        await socket.send_str(text)


def _refusal(status: int) -> Problem:
    kind = Unavailable if status >= 500 else Denied
    return kind(f"The connection was refused: {HTTPStatus(status).phrase}.")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _iso(at_ms: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_ms / 1_000))
