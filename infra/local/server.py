"""The HTTP server below everything: aiohttp's low-level one, which even in trouble answers with a problem document."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from socket import socket

from aiohttp import StreamReader
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.web import BaseRequest, StreamResponse
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_server import Server

from chalicelib.runtime.errors import Problem, Unreadable
from infra.local.answers import problem_answer
from infra.local.gateway import BODY_MAX

Handle = Callable[[BaseRequest], Awaitable[StreamResponse]]
HEADER_MAX = 10_240  # bytes of name and value; an API Gateway quota, there for all headers together
GRACE_S = 1.0  # for answers under way when the stack stops


class _Protocol(RequestHandler):
    """A request that is no HTTP gets the same kind of answer as every other mistake, and no log line."""

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,  # noqa: ARG002 - the library's signature
        message: str | None = None,  # noqa: ARG002 - it quotes the request
    ) -> StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        problem = Problem() if status >= 500 else Unreadable("This is not a request this server understands.")
        response = problem_answer(problem, status=status)
        response.force_close()
        return _named(response)


class _Server(Server):
    def __call__(self) -> RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)

    def _make_request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> BaseRequest:
        return BaseRequest(message, payload, protocol, writer, task, self._loop, client_max_size=BODY_MAX)


def _named(response: StreamResponse) -> StreamResponse:
    """Says who answers, not which versions of what: aiohttp would."""
    response.headers.setdefault("Server", "Earshot")
    return response


_QUIET = logging.getLogger("earshot.connections")
_QUIET.setLevel(logging.CRITICAL)  # it would print a trace for a body that cannot be unpacked


class Listener:
    """One handler on a set of sockets."""

    def __init__(self, handle: Handle) -> None:
        async def named(request: BaseRequest) -> StreamResponse:
            return _named(await handle(request))

        self._server = _Server(named, access_log=None, logger=_QUIET, keepalive_timeout=75.0, max_field_size=HEADER_MAX)
        self._listening: list[asyncio.Server] = []

    async def listen(self, sockets: list[socket], tls: ssl.SSLContext | None = None) -> None:
        loop = asyncio.get_running_loop()
        for one in sockets:
            self._listening.append(await loop.create_server(self._server, sock=one, ssl=tls))

    async def stop(self) -> None:
        """Takes no new connection, gives answers under way a moment, closes the rest."""
        for one in self._listening:
            one.close()
        self._server.pre_shutdown()
        await self._server.shutdown(GRACE_S)
