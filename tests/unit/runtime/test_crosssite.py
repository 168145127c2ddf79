"""No other site may act through a visitor's browser: docs/api.md, "Cross-site defence"."""

import itertools

import pytest

from chalicelib.runtime import crosssite
from chalicelib.runtime.errors import Denied
from tests.support.browser import HOST, ORIGIN, Browser
from tests.support.edge import edge_app

OWN = {"host": HOST, "x-forwarded-proto": "https"}
ORIGINS = (
    None,
    ORIGIN,
    "https://evil.example",
    "null",
    "",
    HOST,
    f"http://{HOST}",
    f"{ORIGIN}:8443",
    f"https://x.{HOST}",
    f"{ORIGIN}.evil.example",
    f"{ORIGIN},https://evil.example",
    f"https://{HOST.upper()}",
)
SITES = (None, "same-origin", "same-site", "cross-site", "none", "", "same-origin,cross-site")
PROGRAMS = (None, "curl", " ")


def allowed(origin: str | None, site: str | None, program: str | None) -> bool:
    """The rule as docs/api.md states it: whichever is present says same origin; with neither, a named program."""
    present = [value for value in (origin, site) if value is not None]
    if not present:
        return program is not None and program.strip() != ""
    return all(value in (ORIGIN, "same-origin") for value in present)


@pytest.mark.parametrize(("origin", "site", "program"), list(itertools.product(ORIGINS, SITES, PROGRAMS)))
def test_the_rule_holds_in_every_combination(origin: str | None, site: str | None, program: str | None) -> None:
    sent = {"origin": origin, "sec-fetch-site": site, "earshot-client": program}
    headers = OWN | {name: value for name, value in sent.items() if value is not None}
    if allowed(origin, site, program):
        crosssite.check(headers)
    else:
        with pytest.raises(Denied) as refused:
            crosssite.check(headers)
        assert (refused.value.status, refused.value.kind) == (403, "cross-site")


@pytest.mark.parametrize(("origin", "site", "program"), list(itertools.product(ORIGINS, SITES, PROGRAMS)))
def test_a_socket_needs_the_exact_origin_or_a_named_program(
    origin: str | None, site: str | None, program: str | None
) -> None:
    """docs/api.md: `$connect` requires the exact Origin, or none and Earshot-Client; Sec-Fetch-Site must agree."""
    sent = {"origin": origin, "earshot-client": program, "sec-fetch-site": site}
    headers = OWN | {name: value for name, value in sent.items() if value is not None}
    if allowed(origin, None, program) and site in (None, "same-origin"):
        crosssite.check_socket(headers)
    else:
        with pytest.raises(Denied) as refused:
            crosssite.check_socket(headers)
        assert (refused.value.status, refused.value.kind) == (403, "cross-site")


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({"host": "127.0.0.1:8000"}, "http://127.0.0.1:8000"),  # the local stack, no proxy in front
        ({"host": "earshot.example", "x-forwarded-proto": "https,http"}, "https://earshot.example"),
        ({"host": "[::1]:8000"}, "http://[::1]:8000"),
    ],
)
def test_same_origin_is_scheme_host_and_port(headers: dict[str, str], origin: str) -> None:
    assert crosssite.same_origin(origin, headers)
    assert not crosssite.same_origin(origin.replace("http", "ftp"), headers)
    assert not crosssite.same_origin(origin + "1", headers)


def test_reading_needs_no_origin() -> None:
    """Only state-changing requests are held to the rule: a link from elsewhere may open a page."""
    browser = Browser(edge_app())
    assert browser.get("/notes/1", headers={"Sec-Fetch-Site": "cross-site", "Origin": None}).status == 200


@pytest.mark.parametrize(("method", "target"), [("POST", "/notes"), ("DELETE", "/notes/1"), ("POST", "/blobs")])
def test_every_changing_method_is_held_to_the_rule_before_its_body_is_looked_at(method: str, target: str) -> None:
    browser = Browser(edge_app())
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = browser.request(method, target, headers=foreign)
    assert (answer.status, answer.json()["type"]) == (403, "/problems/cross-site")


def test_a_malformed_origin_is_refused_not_a_fault() -> None:
    """Whatever a client sends, never a 500."""
    browser = Browser(edge_app())
    for origin in ("https://[", "https://[::1", "//", "https://a:b:c", "\x00", "http://[v1.a]"):
        assert browser.delete("/notes/1", headers={"Origin": origin}).status == 403, origin
