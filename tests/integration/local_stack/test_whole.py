"""The real application in the real command, as `make run` starts it."""

import json
from collections.abc import Iterator

import aiohttp
import pytest

from infra.local.testing import Running
from tests.integration.local_stack.tiny import Answer, fetch
from tests.support.aside import run_aside
from tests.support.searched import searched_stack


@pytest.fixture(scope="module")
def earshot() -> Iterator[Running]:
    with searched_stack() as found:
        yield found


def test_it_is_healthy_and_tells_the_time(earshot: Running) -> None:
    """G1."""
    assert fetch(earshot.port, "/health").json()["stage"] == "local"
    assert len(fetch(earshot.port, "/v1/time").json()["keys"]) == 2


def test_the_page_and_what_it_names_are_there(earshot: Running) -> None:
    """G1: every file that the page loads."""
    page = fetch(earshot.port, "/").body.decode()
    named = [part.split('"')[0] for part in page.split('="') if part.startswith("/assets/")]

    assert named
    assert {path: fetch(earshot.port, path).status for path in named} == dict.fromkeys(named, 200)


def test_a_socket_needs_a_session_and_answers_its_heartbeat(earshot: Running) -> None:
    """Docs/architecture: a ping, answered through @connections; C2 on plain http."""

    async def talk() -> tuple[int, str, object]:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar, headers={"Earshot-Client": "test"}) as client:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect(f"{earshot.url}/live")
            async with client.post(f"{earshot.url}/v1/session", json={}) as made:
                cookie = made.headers["Set-Cookie"]
            async with client.ws_connect(f"{earshot.url}/live") as socket:
                await socket.send_json({"action": "heartbeat"})
                return refused.value.status, cookie, await socket.receive_json(timeout=10)

    status, cookie, answer = run_aside(talk())
    assert status == 401
    assert "Secure" not in cookie
    assert isinstance(answer, dict)
    assert answer["type"] == "heartbeat"


@pytest.mark.parametrize("cookie", ["earshot=" + "A" * 8_192, "; ".join(["earshot=" + "A" * 4_088] * 2)])
@pytest.mark.parametrize("path", ["/v1/session", "/v1/time", "/"])
def test_a_huge_cookie_is_answered_as_none_and_cleared(earshot: Running, path: str, cookie: str) -> None:
    """C2: 8 KB, or two of the 4 KB that a browser keeps: anonymous, cleared, the same answer, over real HTTP."""
    answer, reference = fetch(earshot.port, path, headers={"Cookie": cookie}), fetch(earshot.port, path)
    assert (answer.status, answer.headers["Content-Type"]) == (reference.status, reference.headers["Content-Type"])
    assert answer.headers["Set-Cookie"].startswith("earshot=;")


def test_another_sites_socket_is_refused(earshot: Running) -> None:
    """docs/api.md, Cross-site defence."""

    async def connect() -> int:
        async with aiohttp.ClientSession() as client:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect(f"{earshot.url}/live", headers={"Origin": "https://evil.example"})
            return refused.value.status

    assert run_aside(connect()) == 403


def test_an_account_is_made_with_the_mail_that_is_caught(earshot: Running) -> None:
    """C5, G1: the link leads to this very stack; nothing leaves the machine."""

    def post(path: str, body: object, cookie: str = "") -> Answer:
        headers = {"Content-Type": "application/json", "Earshot-Client": "test", "Cookie": cookie.split(";")[0]}
        return fetch(earshot.port, path, "POST", headers=headers, body=json.dumps(body).encode())

    known = {"email": "ada@example.org", "password": "correct horse battery staple"}
    cookie = post("/v1/session/age", {"birth_month": 1, "birth_year": 1980}).headers["Set-Cookie"]
    assert post("/v1/accounts", known, cookie).status == 202
    [mail] = fetch(earshot.port, "/dev/mail", headers={"Accept": "application/json"}).json()
    token = mail["text"].partition(f"{earshot.url}/verify#token=")[2].split()[0]
    assert post("/v1/accounts/verify", {"token": token}).status == 200
    assert post("/v1/session/login", known, cookie).json()["account"] == {"email": "ada@example.org"}
