"""HTTP: the application gets the events API Gateway would send, and the caller never sees a fault from inside."""

import asyncio
import base64
import io
import json
import logging
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from infra.local.gateway import BODY_MAX
from infra.local.testing import Serving
from tests.integration.local_stack.tiny import PIXEL, Tiny, fetch
from tests.support.aside import run_aside

PROBLEM = "application/problem+json"


def test_two_hundred_requests_at_once_are_not_mixed_up(stack: Serving) -> None:
    """G1; Chalice keeps the current request on the application, which mixes 199 of 200 under threads."""

    async def ask(client: aiohttp.ClientSession, number: int) -> tuple[int, dict[str, str]]:
        async with client.get(f"{stack.url}/echo/{number}", headers={"X-Tag": f"tag-{number}"}) as answer:
            return number, await answer.json()

    async def ask_all() -> list[tuple[int, dict[str, str]]]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200)) as client:
            return await asyncio.gather(*(ask(client, number) for number in range(200)))

    answers = run_aside(ask_all())

    assert [(one["word"], one["tag"]) for _, one in answers] == [(str(n), f"tag-{n}") for n, _ in answers]
    assert len({one["id"] for _, one in answers}) == 200


def test_the_event_is_shaped_as_by_api_gateway(stack: Serving, tiny: Tiny) -> None:
    """G1."""
    fetch(stack.stack.port, "/echo/caf%C3%A9%2Fbar?a=1&a=2&b=", headers={"X-Tag": "t", "X-Forwarded-Proto": "https"})

    [event] = tiny.seen
    assert event["pathParameters"] == {"word": "café/bar"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": [""]}
    assert event["queryStringParameters"] == {"a": "2", "b": ""}
    assert event["requestContext"]["resourcePath"] == "/echo/{word}"
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
    assert event["multiValueHeaders"]["X-Tag"] == ["t"]
    assert event["multiValueHeaders"]["X-Forwarded-Proto"] == ["http"], "only the edge says what the scheme is"
    assert (event["body"], event["isBase64Encoded"]) == (None, False)


def test_binary_bodies_travel_as_base64_and_text_as_text(stack: Serving, tiny: Tiny) -> None:
    """A5: what the browser sends arrives bit by bit."""
    sound = bytes(range(256))
    fetch(stack.stack.port, "/echo/x", "POST", headers={"Content-Type": "application/x-sound"}, body=sound)
    fetch(stack.stack.port, "/echo/x", "POST", headers={"Content-Type": "text/plain"}, body="é".encode())
    fetch(stack.stack.port, "/echo/x", "POST", headers={"Content-Type": "text/plain"}, body=b"\xff\xfe")

    assert [(one["isBase64Encoded"], one["body"]) for one in tiny.seen] == [
        (True, base64.b64encode(sound).decode()),
        (False, "é"),
        (True, base64.b64encode(b"\xff\xfe").decode()),
    ]


def test_binary_answers_and_several_cookies_reach_the_browser(stack: Serving) -> None:
    """C2."""
    assert fetch(stack.stack.port, "/pixel", headers={"Accept": "image/png"}).body == PIXEL
    assert fetch(stack.stack.port, "/cookies").headers.get_all("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]


@pytest.mark.parametrize("path", ["/nothing", "/echo", "/echo/", "/echo/a/b", "/echo/%ff", "/live/x", "/%2e%2e/etc"])
def test_unknown_paths_are_problems(stack: Serving, path: str) -> None:
    """docs/api.md, Errors."""
    answer = fetch(stack.stack.port, path)

    assert answer.status == 404
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.json()["status"] == 404
    assert answer.json().keys() == {"type", "title", "status", "detail"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_wrong_method_names_the_right_ones(stack: Serving) -> None:
    """docs/api.md, Errors."""
    answer = fetch(stack.stack.port, "/cookies", "DELETE")

    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.headers["Content-Type"] == PROBLEM


def test_head_is_get_without_its_body(stack: Serving) -> None:
    answer = fetch(stack.stack.port, "/cookies", "HEAD")

    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "2")


def test_no_preflight_succeeds(stack: Serving) -> None:
    """docs/api.md, Cross-site defence."""
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = fetch(stack.stack.port, "/echo/x", "OPTIONS", headers=asked)

    assert (answer.status, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert fetch(stack.stack.port, "/nothing", "OPTIONS", headers=asked).status == 404


def test_a_body_over_ten_megabytes_is_refused_unread(stack: Serving) -> None:
    """docs/api.md, 413; only the announcement is sent, so an answer at all shows that nobody waited for the rest."""
    with socket.create_connection(("127.0.0.1", stack.stack.port), 10) as client:
        head = f"POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Length: {BODY_MAX + 1}\r\n\r\n"
        client.sendall(head.encode())
        answer = client.recv(65_536).decode()

    assert answer.startswith("HTTP/1.1 413 ")
    assert PROBLEM in answer


def test_a_chunked_body_that_grows_too_large_is_refused(stack: Serving) -> None:
    """docs/api.md, 413."""

    async def send() -> int:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(BODY_MAX // 2**20 + 1):
                yield b"x" * 2**20

        async with aiohttp.ClientSession() as client, client.post(f"{stack.url}/length", data=chunks()) as answer:
            return answer.status

    assert run_aside(send()) == 413


def test_what_lambda_could_not_take_is_refused(stack: Serving) -> None:
    """Lambda takes 6 MB, base64 included: 4.5 MB of sound pass, 5 do not."""
    kind = {"Content-Type": "application/x-sound"}
    passed = fetch(stack.stack.port, "/length", "POST", headers=kind, body=bytes(4_500_000))
    assert passed.json() == {"bytes": 4_500_000}
    assert fetch(stack.stack.port, "/length", "POST", headers=kind, body=bytes(5_000_000)).status == 413


@pytest.mark.parametrize("path", ["/crash", "/split"])
def test_a_crash_is_a_problem_with_a_reference_and_one_log_line(
    stack: Serving, path: str, log_lines: io.StringIO
) -> None:
    """G6: the line says where, and holds neither the caller's address nor anything the caller sent."""
    answer = fetch(stack.stack.port, f"{path}?token=hidden", headers={"X-Tag": "hidden"})

    assert (answer.status, answer.headers["Content-Type"]) == (500, PROBLEM)
    assert answer.headers["Set-Cookie"] is None
    [line] = log_lines.getvalue().splitlines()
    assert json.loads(line)["reference"] == answer.json()["reference"]
    for secret in ("hidden", "someone@example.org", "127.0.0.1", "Traceback"):
        assert secret not in line + answer.body.decode()


def test_a_foreign_host_name_is_refused(stack: Serving) -> None:
    """A site that makes its own name point here (DNS rebinding) must not read what this machine holds."""
    port = stack.stack.port
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        assert fetch(port, "/cookies", headers={"Host": host}).status == 200
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "[",
        "127.0.0.1.evil.example",
        "localhost:evil",
        "localhost:0",
    ):
        assert fetch(port, "/cookies", headers={"Host": host}).status == 403


def test_what_is_no_http_gets_a_problem_and_no_trace(stack: Serving, caplog: pytest.LogCaptureFixture) -> None:
    """G6."""
    with (
        caplog.at_level(logging.DEBUG, "aiohttp"),
        socket.create_connection(("127.0.0.1", stack.stack.port), 10) as client,
    ):
        client.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        answer = client.recv(65_536).decode()

    assert answer.split()[1] == "400"
    assert PROBLEM in answer
    assert not [record for record in caplog.records if record.exc_info]


def test_localhost_answers_over_both_families_as_one_place(stack: Serving, tiny: Tiny) -> None:
    """G1: browsers try [::1] first. A1: two browsers of this machine meet, whichever name they were given."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with socket.create_connection(("::1", stack.stack.port), 10) as client:
        client.sendall(b"GET /echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 ")
    [event] = tiny.seen
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


def test_expect_continue_is_answered(stack: Serving) -> None:
    """curl waits a second for it with a body over 1 MB."""
    with socket.create_connection(("127.0.0.1", stack.stack.port), 10) as client:
        head = "POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
        client.sendall(f"{head}Content-Length: 3\r\nExpect: 100-continue\r\n\r\n".encode())
        assert client.recv(1_024).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"abc")
        assert client.recv(1_024).startswith(b"HTTP/1.1 200 ")


def test_an_answer_does_not_say_which_versions_run(stack: Serving) -> None:
    """G6: what runs here is nobody's business but its owner's."""
    assert fetch(stack.stack.port, "/echo/x").headers["Server"] == "Earshot"
