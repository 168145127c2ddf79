"""Which answers clear a cookie, and which leave it alone."""

import uuid

import pytest

from chalicelib.lifetimes import DAY
from tests.support.accounts import log_in, with_account
from tests.support.browser import Browser
from tests.support.cookies import NAME
from tests.support.world import World

USELESS_IN: list[tuple[str, str, object, int]] = [
    ("POST", "/v1/session/login", {"email": "a@example.org", "password": "x"}, 401),
    ("POST", "/v1/session/login", {"email": 7}, 422),
    ("PATCH", "/v1/session", {"colour": "red"}, 422),
    ("POST", "/v1/accounts/password-reset", {"email": "a@example.org"}, 202),
    ("POST", "/v1/accounts/verify", {"token": "x"}, 410),
    ("POST", "/v1/session/age", {"birth_month": 1, "birth_year": 2026}, 200),
    ("GET", "/v1/time", None, 200),
    ("GET", "/", None, 200),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), USELESS_IN)
@pytest.mark.parametrize("what", ["nonsense", "run out"])
def test_a_useless_cookie_is_cleared_whatever_was_asked(
    world: World, what: str, method: str, path: str, body: object, status: int
) -> None:
    """C2: treated as anonymous, cookie cleared: on every answer to a request that brought one."""
    browser = world.member()
    if what == "nonsense":
        browser.jar[NAME] = "nonsense"
    else:
        world.clock.advance(30 * DAY)
    answer = browser.request(method, path, json_body=body)
    assert answer.status == status
    assert len([one for one in answer.cookies if one.startswith(f"{NAME}=;") and "Max-Age=0" in one]) == 1


@pytest.mark.parametrize(("method", "path", "body", "status"), USELESS_IN)
def test_a_good_cookie_stays_whatever_was_asked(
    world: World, method: str, path: str, body: object, status: int
) -> None:
    """C2: and nothing is cleared for whoever sent none."""
    browser = world.member()
    assert browser.request(method, path, json_body=body).status == status
    assert NAME in browser.jar
    assert not any("Max-Age=0" in one for one in world.browser().request(method, path, json_body=body).cookies)


def ended(world: World) -> tuple[Browser, Browser]:
    """Whoever logged in, and a request of theirs that set out under the session before."""
    with_account(world)
    browser = world.member()
    late = Browser(world.app, jar=dict(browser.jar))
    world.clock.advance(2 * DAY)  # their cookie is due to be sealed again, too
    assert log_in(browser).status == 200
    return browser, late


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/session", None), ("GET", "/v1/account", None), ("PATCH", "/v1/session", {}),
        ("GET", "/v1/content", None), ("GET", "/v1/nothing", None), ("GET", "/", None), ("GET", "/v1/time", None),
        ("POST", "/v1/session/login", {"email": "a@example.org", "password": "x"}),
        ("POST", "/v1/accounts/password-reset", {"email": "a@example.org"}),
        ("POST", "/v1/tabs/6f9619ff-8b86-4d01-b42d-00cf4fc964ff/closed", {}),
    ],
)  # fmt: skip
def test_a_late_answer_leaves_the_cookie_of_the_log_in_alone(
    world: World, method: str, path: str, body: object
) -> None:
    """C2, C5: it was asked for under a session that a log in has replaced; the browser has another cookie by now."""
    browser, late = ended(world)
    answer = late.request(method, path, json_body=body)
    assert answer.status in (200, 202, 401, 404)
    assert answer.cookies == []
    assert browser.get("/v1/account").status == 200


def test_what_a_page_says_while_it_goes_sets_no_cookie(world: World) -> None:
    """C2: nobody waits for that answer, and another tab may have logged in before it comes."""
    browser = world.member()
    world.clock.advance(DAY)
    for method, path in (
        ("POST", "/v1/tabs/6f9619ff-8b86-4d01-b42d-00cf4fc964ff/closed"),
        ("DELETE", f"/v1/joins/{uuid.uuid4()}"),
    ):
        answer = browser.request(method, path, json_body={} if method == "POST" else None)
        assert (answer.status, answer.cookies) == (204, [])


def test_an_ended_servers_half_ends_the_session(world: World) -> None:
    """C2: ended elsewhere it is anonymous here, however fresh its cookie; the next session takes the cookie's place."""
    browser = world.member()
    thief = Browser(world.app, jar=dict(browser.jar))
    assert browser.delete("/v1/session").status == 204
    assert browser.jar == {}
    assert thief.get("/v1/session").status == 401
    before = thief.jar[NAME]
    assert thief.open_session().status == 201
    assert thief.jar[NAME] != before
    assert thief.get("/v1/session").status == 200
