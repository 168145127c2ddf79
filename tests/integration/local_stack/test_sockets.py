"""WebSocket `/live`: the application's handlers, API Gateway's limits, and sending to a connection."""

import asyncio
import http.client
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType
from botocore.exceptions import ClientError

from infra.local.connections import PREFIX
from infra.local.frames import FRAME_MAX
from infra.local.sockets import MESSAGE_MAX, Sockets
from infra.local.testing import Serving, serving
from tests.integration.local_stack.tiny import Tiny, connections, fetch, options
from tests.support.aside import run_aside

GONE_ID = "AbCdEfGhIjKlMnO="


def talk(
    stack: Serving, script: Callable[[ClientWebSocketResponse], Awaitable[Any]], query: str = "", **rest: Any
) -> Any:
    """Connects, follows the script, hangs up."""

    async def run() -> Any:
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(f"{stack.url}/live{query}", compress=0, max_msg_size=0, **rest) as socket,
        ):
            return await asyncio.wait_for(script(socket), 10)

    return run_aside(run())


async def nothing(_: ClientWebSocketResponse) -> None:
    return None


def test_a_message_comes_back_through_connections(stack: Serving, tiny: Tiny) -> None:
    """G1: the whole way that a push takes."""

    async def script(socket: ClientWebSocketResponse) -> list[str]:
        for word in ("one", "two", "три"):
            await socket.send_str(word)
        return [await socket.receive_str() for _ in range(3)]

    assert talk(stack, script) == ["one", "two", "три"]
    assert [event["requestContext"]["eventType"] for event in tiny.seen[:4]] == ["CONNECT"] + ["MESSAGE"] * 3


def test_a_browser_that_goes_while_it_is_answered_is_no_fault(
    stack: Serving, tiny: Tiny, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """G1: nothing is logged, and the application hears of its end."""

    async def gone(*_: object) -> None:
        raise ConnectionResetError("Cannot write to closing transport")

    monkeypatch.setattr(Sockets, "_listen", gone)
    talk(stack, ClientWebSocketResponse.receive)
    assert [event["requestContext"]["eventType"] for event in tiny.seen] == ["CONNECT", "DISCONNECT"]
    assert [one for one in caplog.records if one.levelname in ("ERROR", "CRITICAL")] == []


def test_connect_carries_headers_cookies_and_query(stack: Serving, tiny: Tiny) -> None:
    """docs/api.md: authorised at $connect by the cookie and the Origin."""
    sent = {"Cookie": "earshot=sealed", "Origin": stack.url}
    talk(stack, nothing, "?tab=one&tab=two", headers=sent)

    event = tiny.seen[0]
    assert event["headers"] | sent == event["headers"]
    assert event["queryStringParameters"] == {"tab": "two"}
    assert event["multiValueQueryStringParameters"] == {"tab": ["one", "two"]}
    context = event["requestContext"]
    assert (context["routeKey"], context["stage"], context["apiId"]) == ("$connect", "local", "local")
    assert (context["eventType"], context["identity"]["sourceIp"]) == ("CONNECT", "127.0.0.1")


@pytest.mark.parametrize(("query", "status"), [("?answer=401", 401), ("?answer=403", 403), ("?crash", 500)])
def test_the_application_refuses_a_connection(stack: Serving, tiny: Tiny, query: str, status: int) -> None:
    """docs/api.md: $connect. Nothing was open, so nothing is closed."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        talk(stack, nothing, query)

    assert refused.value.status == status
    assert [event["requestContext"]["eventType"] for event in tiny.seen] == ["CONNECT"]


def test_a_plain_request_is_told_what_the_address_is_for(stack: Serving, tiny: Tiny) -> None:
    answer = fetch(stack.stack.port, "/live")

    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert tiny.seen == []


def test_hanging_up_is_told_to_the_application(stack: Serving, tiny: Tiny) -> None:
    talk(stack, nothing)

    event = tiny.wait()
    assert event["requestContext"]["eventType"] == "DISCONNECT"
    assert event["requestContext"]["connectionId"] == tiny.seen[0]["requestContext"]["connectionId"]


def test_binary_messages_arrive_as_base64(stack: Serving, tiny: Tiny) -> None:
    async def script(socket: ClientWebSocketResponse) -> str:
        await socket.send_bytes(b"\x00\xff")
        return await socket.receive_str()

    assert talk(stack, script) == "AP8="
    assert tiny.seen[1]["isBase64Encoded"] is True


def test_a_crash_is_told_without_what_happened_and_the_socket_lives_on(stack: Serving) -> None:
    """G6."""

    async def script(socket: ClientWebSocketResponse) -> tuple[Any, str]:
        await socket.send_str("crash")
        fault = await socket.receive_json()
        await socket.send_str("still there")
        return fault, await socket.receive_str()

    fault, answer = talk(stack, script)
    assert fault.keys() == {"message", "connectionId", "requestId"}
    assert (fault["message"], answer) == ("Internal server error", "still there")


async def send_frames(socket: ClientWebSocketResponse, *sizes: int) -> None:
    """One text message in frames of these sizes."""
    writer = socket._writer
    for number, size in enumerate(sizes):
        opcode = WSMsgType.TEXT if number == 0 else WSMsgType.CONTINUATION
        last = number == len(sizes) - 1
        header = bytes([opcode.value | (0x80 if last else 0), 0x80 | 127]) + size.to_bytes(8, "big") + bytes(4)
        writer.transport.write(header + b"x" * size)  # masked with zeros


@pytest.mark.parametrize("sizes", [(FRAME_MAX + 1,), (10, FRAME_MAX + 1), (FRAME_MAX,) * 4 + (1,)])
def test_too_large_a_frame_or_message_closes_the_socket(stack: Serving, tiny: Tiny, sizes: tuple[int, ...]) -> None:
    """Limits of API Gateway: 32 KB a frame, 128 KB a message."""

    async def script(socket: ClientWebSocketResponse) -> int | None:
        await send_frames(socket, *sizes)
        await socket.receive()
        return socket.close_code

    assert talk(stack, script) == 1009
    tiny.wait()
    assert [event["requestContext"]["eventType"] for event in tiny.seen] == ["CONNECT", "DISCONNECT"]


def test_the_largest_message_passes(stack: Serving) -> None:
    """Limits of API Gateway, from below."""

    async def script(socket: ClientWebSocketResponse) -> int:
        await send_frames(socket, *(FRAME_MAX,) * 4)
        return len(await socket.receive_str())

    assert talk(stack, script) == MESSAGE_MAX


def test_an_idle_socket_is_closed(tiny: Tiny, tmp_path: Path) -> None:
    """Limit of API Gateway: 10 minutes, shortened here."""

    async def script(socket: ClientWebSocketResponse) -> WSMsgType:
        return (await socket.receive()).type

    with serving(options(tiny, tmp_path, idle_max_s=0.05)) as stack:
        assert talk(stack, script) == WSMsgType.CLOSE


def test_the_api_describes_and_closes_a_connection(stack: Serving, tiny: Tiny) -> None:
    async def script(socket: ClientWebSocketResponse) -> tuple[Any, WSMsgType]:
        await socket.send_str("hello")
        await socket.receive_str()
        found = tiny.seen[0]["requestContext"]["connectionId"]
        described = await asyncio.to_thread(connections().get_connection, ConnectionId=found)
        closing = asyncio.create_task(socket.receive())
        await asyncio.to_thread(connections().delete_connection, ConnectionId=found)
        return described, (await closing).type

    described, kind = talk(stack, script)
    assert described["Identity"]["SourceIp"] == "127.0.0.1"
    assert kind == WSMsgType.CLOSE
    with pytest.raises(ClientError) as gone:
        connections().post_to_connection(ConnectionId=tiny.wait()["requestContext"]["connectionId"], Data=b"x")
    assert gone.value.response["Error"]["Code"] == "GoneException"


def test_a_connection_that_is_not_there_is_gone(stack: Serving) -> None:
    """`410 Gone` is what prunes connections."""
    for call in (connections().get_connection, connections().delete_connection):
        with pytest.raises(ClientError) as gone:
            call(ConnectionId=GONE_ID)
        assert gone.value.response["Error"]["Code"] == "GoneException"


def test_nothing_can_be_sent_before_the_connection_is_made(stack: Serving, tiny: Tiny) -> None:
    """As on AWS: during $connect the connection is Gone."""
    outcome: list[str] = []
    connect = tiny.app.handler_map["connect"]

    def eager(event: Any, context: Any) -> Any:
        try:
            connections().post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=b"early")
        except ClientError as error:
            outcome.append(error.response["Error"]["Code"])
        return connect(event, context)

    stack.stack.sockets._handlers = {**stack.stack.sockets._handlers, "$connect": eager}
    talk(stack, nothing)

    assert outcome == ["GoneException"]


def over_http(stack: Serving, method: str, headers: dict[str, str], body: bytes = b"x") -> tuple[int, str | None]:
    host = stack.stack.connections_url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request(method, f"/%40connections/{GONE_ID}", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["x-amzn-ErrorType"]
    finally:
        connection.close()


def test_no_browser_can_send_to_a_connection(stack: Serving) -> None:
    """Only programs on this machine; a page that reaches the port shows its Origin or its host name."""
    assert over_http(stack, "POST", {}) == (410, "GoneException")
    for headers in ({"Origin": "null"}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert over_http(stack, "POST", headers) == (403, "ForbiddenException")
    assert fetch(stack.stack.port, f"{PREFIX}{GONE_ID}", "POST", body=b"x").status == 404


def test_the_api_keeps_its_limits_over_http(stack: Serving) -> None:
    assert over_http(stack, "PUT", {}) == (405, "MethodNotAllowedException")
    assert over_http(stack, "POST", {}, bytes(MESSAGE_MAX + 1)) == (413, "PayloadTooLargeException")
