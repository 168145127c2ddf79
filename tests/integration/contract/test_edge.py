"""What Chalice would let through, tried on every operation there is: nothing of it reaches a use case."""

from typing import Any

import pytest

from app import app
from chalicelib.accounts.schemas import ChangePassword, NewAccount, OwnPassword, TotpCode, TotpOff
from chalicelib.content.schemas import NewContent, Showing
from chalicelib.insights.schemas import BatchIn
from chalicelib.outreach.schemas import Enquiry, Feedback, SurveyAnswers
from chalicelib.privacy.schemas import Receipt
from chalicelib.rooms.schemas import Admission
from chalicelib.runtime.errors import Unauthenticated
from chalicelib.runtime.http import JSON, OPERATIONS, Operation
from tests.support.accounts import with_account
from tests.support.browser import Answer, Socket
from tests.support.world import World

OURS = [one for one in OPERATIONS if one.document and one.method in app.routes.get(one.path, ())]
WITH_BODY = [one for one in OURS if one.body is not None]
WITH_JSON = [one for one in WITH_BODY if one.body is not bytes]
CHANGING = [one for one in OURS if one.method != "GET" and not one.any_site]
OPEN = ("log_in", "end_session")  # who has no session may log in, and has nothing to end
BEHIND_SESSION = [one for one in OURS if Unauthenticated in one.errors and one.name not in OPEN]
BODIES: dict[Any, bytes] = {
    Admission: b'{"admit": true}',
    BatchIn: b'{"sequence": 1, "events": []}',
    Feedback: b'{"about": "other", "text": "Good."}',
    Enquiry: b'{"email": "ada@example.org", "text": "What is it?"}',
    SurveyAnswers: b'{"answers": {"again": "yes"}}',
    NewAccount: b'{"email": "ada@example.org", "password": "correct horse battery staple"}',
    OwnPassword: b'{"password": "correct horse battery staple"}',
    ChangePassword: b'{"password": "correct horse battery staple", "new_password": "another one entirely"}',
    NewContent: b'{"url": "https://example.org/"}',
    Receipt: b'{"version": 1, "issuer": "", "subject": "", "erased_at_ms": 1, "finished_at_ms": 1, "counts": {}, '
    b'"key_id": "", "signature": ""}',
    Showing: b'{"room_id": "AAAAAAAAAAAAAAAAAAAAAA", "as": "card"}',
    TotpCode: b'{"totp": "123456"}',
    TotpOff: b'{"password": "correct horse battery staple"}',
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
NO_JSON = {
    "nothing": b"",
    "NaN": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "overflow": b'{"a": 1e999}',
    "endless integer": b'{"a": ' + b"9" * 5_000 + b"}",
    "a key twice": b'{"a": 1, "a": 1}',
    "deep list": b"[" * 30_000 + b"]" * 30_000,
    "deep object": b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    "two documents": b"{}{}",
    "Latin-1": b'{"a": "\xe9"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "half a character": b'{"a": "\\ud83d"}',
    "half a character as key": b'{"\\uDC00": 1}',
}


def label(one: Operation) -> str:
    return f"{one.method} {one.path}"


def target(one: Operation) -> str:
    """An address of the operation, its parameters well formed."""
    uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    path = one.path.replace("{join_id}", uuid).replace("{tab_id}", uuid)
    return path.replace("{room_id}", "A" * 22).replace("{participant_id}", "A" * 22)


def content(one: Operation) -> bytes:
    """A body that the operation can read."""
    return BODIES.get(one.body, b"{}")


def refused(answer: Answer, status: int, kind: str) -> None:
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer
    assert answer.json()["type"] == f"/problems/{kind}"


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON.keys())
@pytest.mark.parametrize("one", WITH_JSON, ids=label)
def test_what_is_not_strict_json_is_unreadable(world: World, one: Operation, body: bytes) -> None:
    """API "400 unreadable": Chalice's parser takes NaN, doubled keys and 1e999, and fails on deep nesting."""
    answer = world.member().request(one.method, target(one), body=body, headers={"Content-Type": JSON})
    refused(answer, 400, "unreadable")


@pytest.mark.parametrize("one", WITH_JSON, ids=label)
def test_a_hundred_thousand_lists_are_too_large(world: World, one: Operation) -> None:
    """A trap of Chalice: 100 000-deep arrays were a 500."""
    body = b"[" * 100_000 + b"]" * 100_000
    answer = world.member().request(one.method, target(one), body=body, headers={"Content-Type": JSON})
    refused(answer, *((413, "too-large") if one.body_max < len(body) else (400, "unreadable")))


@pytest.mark.parametrize("one", WITH_BODY, ids=label)
def test_a_body_over_the_limit_is_too_large(world: World, one: Operation) -> None:
    """API "413 too large", one byte over what the document says."""
    body = b" " * (one.body_max + 1)
    headers = {"Content-Type": one.accepts[0]}
    refused(world.member().request(one.method, target(one), body=body, headers=headers), 413, "too-large")


@pytest.mark.parametrize(
    "kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "*/*"]
)
@pytest.mark.parametrize("one", WITH_BODY, ids=label)
def test_only_listed_content_types_are_taken(world: World, one: Operation, kind: str | None) -> None:
    """API "never a form's, text/plain or none": Chalice takes a missing one for JSON."""
    headers: Any = {"Content-Type": kind}
    refused(world.member().request(one.method, target(one), body=b"{}", headers=headers), 415, "wrong-type")


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://earshot.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": None, "Sec-Fetch-Site": None},
        {"Origin": None, "Sec-Fetch-Site": None, "Earshot-Client": " "},
    ],
    ids=str,
)
@pytest.mark.parametrize("one", CHANGING, ids=label)
def test_no_other_site_changes_anything(world: World, one: Operation, sent: Any) -> None:
    """API, cross-site defence, on every operation that changes something, before anything else is looked at."""
    headers = {"Content-Type": one.accepts[0] if one.accepts else None} | sent
    refused(world.member().request(one.method, target(one), body=b"{}", headers=headers), 403, "cross-site")


@pytest.mark.parametrize(
    "cookie", [None, "__Host-earshot=AAAA", "__Host-earshot=" + "A" * 5_000, "__Host-earshot=é;;="]
)
@pytest.mark.parametrize("one", BEHIND_SESSION, ids=label)
def test_without_a_session_there_is_no_entry(world: World, one: Operation, cookie: str | None) -> None:
    """C2: whatever is in the cookie, the caller is anonymous, and what is useless is cleared."""
    headers: Any = {"Content-Type": one.accepts[0] if one.accepts else None, "Cookie": cookie}
    uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    headers |= {"Earshot-Join": uuid, "Earshot-Recorded-At": "1", "Earshot-Tab": uuid}
    answer = world.browser().request(one.method, target(one), body=content(one), headers=headers)
    refused(answer, 401, "session-required")
    assert [("Max-Age=0" in one) for one in answer.cookies] == ([True] if cookie else [])


@pytest.mark.parametrize("path", sorted({one.path for one in OURS}))
def test_methods_that_are_not_described_are_refused(world: World, path: str) -> None:
    """RFC 9110: 405, and Allow lists exactly those that are."""
    known = {one.method for one in OURS if one.path == path}
    for method in set(METHODS) - known:
        answer = world.member().request(method, target(next(one for one in OURS if one.path == path)))
        refused(answer, 405, "method-not-allowed")
        assert set(answer.headers["allow"].split(", ")) == known


@pytest.mark.parametrize("name", ["x\r\nSet-Cookie: stolen=1", "x\nLocation: https://evil.example", "\u2028", "\x00"])
def test_no_header_of_a_request_breaks_a_line_of_the_answer(world: World, name: str) -> None:
    """A trap of Chalice: list-valued headers skip Chalice's check, so nothing sent may reach them."""
    for one in OURS:
        sent = dict.fromkeys((*one.request_headers, "Accept", "Cookie", "Earshot-Tab"), name)
        answer = world.browser().request(one.method, target(one), headers=sent)
        assert answer.status < 500
        shown = [*answer.headers.values(), *answer.cookies]
        assert not [value for value in shown if "\n" in value or "\r" in value or "stolen" in value]


@pytest.mark.parametrize("id_", ["%F0%9F%90%88", "..%2F..%2Fetc", "%00", "A" * 3_000, "%ff", "null", "A" * 21 + "%0A"])
def test_identifiers_of_any_shape_are_refused_not_broken(world: World, id_: str) -> None:
    """A trap of Chalice: a key over DynamoDB's limits, or no text at all, names nothing."""
    signed_in = with_account(world)
    for one in OURS:
        if "{" not in one.path:
            continue
        path = one.path.replace("{join_id}", id_).replace("{room_id}", id_).replace("{participant_id}", id_)
        path = path.replace("{token}", id_).replace("{code}", id_).replace("{id}", id_)
        sent: Any = {"body": content(one), "headers": {"Content-Type": one.accepts[0]}} if one.accepts else {}
        assert signed_in.request(one.method, path, **sent).status in {404, 422}


def test_chalice_shows_no_traces() -> None:
    """A trap of Chalice: its debug mode leaks them."""
    assert app.debug is False


@pytest.mark.parametrize(
    "body", [None, "", "None", "{", "[]", '{"action": "fly"}', '{"action": "resume", "room_id": "\\ud800"}']
)
def test_a_socket_ignores_what_is_no_message(world: World, body: str | None) -> None:
    """A trap of Chalice: Chalice makes the text "None" of a body of None. Nothing is answered, nothing changes."""
    socket = world.member().connect("c1")
    before = world.aws.items()
    _receive(socket, body)
    assert (world.pushes.sent, world.aws.items()) == ([], before)


def test_a_socket_answers_a_heartbeat(world: World) -> None:
    """The counterpart of the test above: the same way, a good message is answered."""
    _receive(world.member().connect("c1"), '{"action": "heartbeat"}')
    assert world.pushes.to("c1") == [{"type": "heartbeat", "at_ms": world.now}]


def _receive(socket: Socket, body: str | None) -> None:
    """A message event with exactly that body."""
    socket._handle(socket._event("MESSAGE", "$default") | {"body": body})
