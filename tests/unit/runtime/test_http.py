"""The HTTP edge: what is refused, how, and what every answer carries."""

import io
import json
from typing import Any

import pytest

from chalicelib.runtime.http import API_POLICY, PAGE_POLICY, SECURITY_HEADERS
from tests.support.browser import JSON, Answer, Browser
from tests.support.edge import BLOB_MAX, edge_app

WAV = {"Content-Type": "audio/wav"}


@pytest.fixture
def browser() -> Browser:
    return Browser(edge_app())


def problem(answer: Answer, status: int, kind: str) -> dict[str, Any]:
    """The document of a refusal, its form checked (RFC 9457)."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert found["type"] == f"/problems/{kind}"
    assert found["title"]
    assert found["detail"]
    return found


def test_a_good_request_is_answered(browser: Browser) -> None:
    answer = browser.post("/notes", json_body={"text": "héllo"})

    assert (answer.status, answer.json()) == (201, {"text": "héllo", "stars": 0})
    assert answer.headers["content-type"] == JSON


@pytest.mark.parametrize(
    "sent",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json",
     "audio/wav", "application/jsonp", "application/json, text/plain"],
)  # fmt: skip
def test_only_the_content_type_of_the_route_is_taken(browser: Browser, sent: str | None) -> None:
    """docs/api.md "Content type: the one listed for the route, never a form's, text/plain or none" → 415."""
    answer = browser.post("/notes", body=b'{"text": "x"}', headers={"Content-Type": sent})
    assert "application/json" in problem(answer, 415, "wrong-type")["detail"]


@pytest.mark.parametrize("sent", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
def test_a_content_type_may_carry_parameters(browser: Browser, sent: str) -> None:
    assert browser.post("/notes", body=b'{"text": "x"}', headers={"Content-Type": sent}).status == 201


def test_bytes_are_taken_up_to_the_limit_of_the_route(browser: Browser) -> None:
    """Over the limit 413."""
    fits = browser.post("/blobs", body=b"\xff" * BLOB_MAX, headers=WAV)
    over = browser.post("/blobs", body=b"\xff" * (BLOB_MAX + 1), headers=WAV)

    assert (fits.status, fits.json()) == (200, {"bytes": BLOB_MAX, "type": "audio/wav"})
    assert str(BLOB_MAX) in problem(over, 413, "too-large")["detail"]


def test_json_is_limited_by_bytes_not_characters(browser: Browser) -> None:
    """64 KiB of JSON, in UTF-8 bytes."""
    text = "é" * 40_000
    answer = browser.post(
        "/notes", body=json.dumps({"text": text}, ensure_ascii=False).encode(), headers={"Content-Type": JSON}
    )
    problem(answer, 413, "too-large")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"not json", b"{'text': 'x'}", b'{"text": "x"} trailing', b'{"text": NaN}', b'{"stars": Infinity}',
     b'{"stars": 1e999}', b'{"text": "a", "text": "b"}', b"\xff\xfe", b'{"text": "\xff"}', b'"\\ud800',
     b"[" * 30_000 + b"]" * 30_000],
)  # fmt: skip
def test_what_is_not_strict_json_cannot_be_read(browser: Browser, body: bytes) -> None:
    """NaN, doubled keys, 1e999 and bottomless nesting are 400, never a 500."""
    problem(browser.post("/notes", body=body, headers={"Content-Type": JSON}), 400, "unreadable")


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"text": "x", "colour": "red"}, "$"),
        ({"text": 1}, "$.text"),
        ({"text": "x", "stars": "many"}, "$.stars"),
        ({"text": "x", "stars": 1.5}, "$.stars"),
        ({}, "$"),
        ([], "$"),
        ("text", "$"),
        (7, "$"),
    ],
)
def test_a_field_that_is_not_as_described_is_named(browser: Browser, body: Any, at: str) -> None:
    """F12: an unknown field is 422, naming where."""
    document = problem(browser.post("/notes", json_body=body), 422, "invalid")
    assert [error["at"] for error in document["errors"]] == [at]
    assert document["errors"][0]["reason"]


def test_invalid_base64_is_a_clear_answer() -> None:
    """A body the gateway mangled is the caller's problem, not a 500."""
    from tests.support.browser import _answer  # the raw door

    event = {
        "resource": "/blobs", "path": "/blobs", "httpMethod": "POST", "headers": {},
        "multiValueHeaders": {"Earshot-Client": ["t"], "Content-Type": ["audio/wav"]},
        "queryStringParameters": None, "multiValueQueryStringParameters": None, "pathParameters": None,
        "stageVariables": None, "body": "a", "isBase64Encoded": True,
        "requestContext": {"resourcePath": "/blobs", "httpMethod": "POST", "identity": {"sourceIp": "192.0.2.1"}},
    }  # fmt: skip
    assert _answer(edge_app()(event, None)).status in (400, 422)


def test_an_unknown_address_is_a_problem_document(browser: Browser) -> None:
    problem(browser.get("/nowhere"), 404, "not-found")


def test_an_unknown_method_says_which_are_known(browser: Browser) -> None:
    """RFC 9110: 405 comes with Allow."""
    answer = browser.request("PUT", "/notes/1")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "DELETE, GET"


def test_only_the_head_of_what_can_be_read_is_asked_for(browser: Browser) -> None:
    """RFC 9110: HEAD answers as GET does, without the content; what cannot be read has none."""
    whole, head = browser.get("/page"), browser.request("HEAD", "/page")
    assert (head.status, head.body, head.headers["content-type"]) == (200, "", whole.headers["content-type"])
    assert whole.body
    problem(browser.request("HEAD", "/notes"), 405, "method-not-allowed")


def test_no_preflight_ever_succeeds(browser: Browser) -> None:
    """docs/api.md: no CORS preflight ever succeeds."""
    answer = browser.request(
        "OPTIONS", "/notes", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert answer.status == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("target", ["/notes/1", "/nowhere", "/problems/gone", "/page"])
def test_nothing_allows_another_origin_to_read(browser: Browser, target: str) -> None:
    answer = browser.get(target, headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_an_unexpected_error_shows_a_reference_and_nothing_internal(browser: Browser, log_lines: io.StringIO) -> None:
    """Unexpected errors carry a reference id and nothing internal; G6: no personal data in logs."""
    answer = browser.post("/broken", json_body={"text": "ada@example.org"})

    document = problem(answer, 500, "internal")
    logged = json.loads(log_lines.getvalue())
    assert set(document) == {"type", "title", "status", "detail", "reference"}
    assert logged["reference"] == document["reference"]
    assert (logged["operation"], logged["error"]) == ("POST /broken", "ValueError")
    assert logged["at"].startswith("tests.support.edge:")
    for text in (answer.body, log_lines.getvalue()):
        assert "ada" not in text
        assert "digest" not in text
    assert "Traceback" not in answer.body + log_lines.getvalue()
    assert "203.0.113" not in log_lines.getvalue()


def test_every_reference_is_another(browser: Browser) -> None:
    answers = [browser.post("/broken", json_body={"text": "x"}).json()["reference"] for _ in range(2)]
    assert answers[0] != answers[1]


@pytest.mark.parametrize(
    ("name", "status", "retry"), [("too-many", 429, "7"), ("unavailable", 503, "3"), ("gone", 410, None)]
)
def test_a_passing_problem_says_when_to_come_back(browser: Browser, name: str, status: int, retry: str | None) -> None:
    """docs/api.md: 429 and 503 with Retry-After."""
    answer = browser.get(f"/problems/{name}")
    problem(answer, status, name)
    assert answer.headers.get("retry-after") == retry


def test_a_problem_lists_its_fields_and_keeps_its_kind(browser: Browser) -> None:
    document = problem(browser.get("/problems/invalid-field"), 404, "special")
    assert document["errors"] == [{"at": "$.text", "reason": "too sad"}]


@pytest.mark.parametrize(
    "target", ["/notes/1", "/page", "/nowhere", "/problems/gone", "/problems/too-many", "/cookies", "/problems/missing"]
)
def test_security_headers_stand_on_every_answer(browser: Browser, target: str) -> None:
    """Strict CSP, HSTS, no sniffing, no referrer, nothing cached: errors included."""
    headers = browser.get(target).headers
    for name, value in SECURITY_HEADERS.items():
        assert headers[name.lower()] == value
    assert headers["content-security-policy"] == (PAGE_POLICY if target == "/page" else API_POLICY)


def test_security_headers_stand_on_empty_and_refused_answers(browser: Browser) -> None:
    answers = [
        browser.delete("/notes/1"),
        browser.request("PUT", "/notes/1"),
        browser.post("/notes", body=b"x"),
        browser.post("/broken", json_body={"text": "x"}),
        browser.post("/notes", json_body={"text": "x"}, headers={"Origin": "https://evil.example"}),
    ]
    assert [answer.status for answer in answers] == [204, 405, 415, 500, 403]
    for answer in answers:
        assert answer.headers["content-security-policy"] == API_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" in answer.headers


@pytest.mark.parametrize("policy", [API_POLICY, PAGE_POLICY])
def test_policies_start_from_nothing_and_allow_no_inline_code(policy: str) -> None:
    """Default-src 'none' upward, no inline code, not framed."""
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


@pytest.mark.parametrize(
    ("sent", "read"),
    [("a%20b", "a b"), ("%C3%A9", "é"), ("a%2Fb", "a/b"), ("a+b", "a+b"), ("100%25", "100%")],
)
def test_path_parameters_arrive_decoded(browser: Browser, sent: str, read: str) -> None:
    """Path parameters can stay percent-encoded."""
    assert browser.get(f"/notes/{sent}").json()["id"] == read


def test_an_encoded_path_parameter_is_decoded_where_the_gateway_left_it() -> None:
    from tests.support.browser import _answer

    event = {
        "resource": "/notes/{note_id}", "path": "/notes/a%20b", "httpMethod": "GET", "headers": {},
        "multiValueHeaders": {}, "queryStringParameters": None, "multiValueQueryStringParameters": None,
        "pathParameters": {"note_id": "a%20b"}, "stageVariables": None, "body": None, "isBase64Encoded": False,
        "requestContext": {"resourcePath": "/notes/{note_id}", "httpMethod": "GET", "identity": {"sourceIp": ""}},
    }  # fmt: skip
    assert _answer(edge_app()(event, None)).json()["id"] == "a b"


def test_the_query_and_the_viewers_address_reach_the_route(browser: Browser) -> None:
    found = browser.get("/notes/1?a=1&a=2&b=").json()
    assert found["query"] == {"a": "2", "b": ""}
    assert found["address"] == "203.0.113.7"


def test_several_cookies_go_out_even_with_a_problem(browser: Browser) -> None:
    """C2: a useless cookie is cleared by the very answer that refuses it."""
    answer = browser.get("/cookies")
    assert answer.status == 404
    assert answer.cookies == ["a=1; Path=/", "b=2; Path=/"]
