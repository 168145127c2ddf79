"""The session as the API shows it."""

import re

import pytest

from chalicelib.lifetimes import DAY
from chalicelib.runtime import events
from chalicelib.sessions.names import NUMBERS, STARS, friendly
from tests.support.world import World


def test_reading_without_a_session_makes_none(world: World) -> None:
    """C2: the cookie is made at the first act that stores something; plain reading sets none."""
    answer = world.browser().get("/v1/session")
    assert answer.status == 401
    assert answer.cookies == []
    assert world.aws.items() == []


@pytest.mark.parametrize("target", ["/v1/time", "/v1/session", "/"])
def test_looking_around_leaves_no_trace(world: World, target: str) -> None:
    """C2: plain pages set no cookie; nothing is stored for them."""
    answer = world.browser().get(target)
    assert answer.status in (200, 401)
    assert answer.cookies == []
    assert world.aws.items() == []


def test_a_page_tells_its_script_whether_there_may_be_a_session(world: World) -> None:
    """C2, C6: by the cookie that no script sees: of whoever never had one the page asks nothing."""
    browser = world.member()
    assert "data-known" in browser.get("/").body
    assert "data-known" not in world.browser().get("/").body
    world.clock.advance(30 * DAY)
    assert "data-known" not in browser.get("/").body


def test_a_new_session_has_a_friendly_name_and_its_end(world: World) -> None:
    """Participants get a friendly generated name; nothing personal is typed."""
    answer = world.browser().open_session()
    found = answer.json()
    assert re.fullmatch(r"[A-Z][a-z]+ \d{1,2}", found["participant_name"])
    assert found["account"] is None
    assert found["expires_at_ms"] == world.now + 30 * 24 * 3_600_000


def test_an_unknown_field_is_refused_and_nothing_is_made(world: World) -> None:
    """F12: unknown field 422."""
    answer = world.browser().post("/v1/session", json_body={"email": "ada@example.org"})
    assert answer.status == 422
    assert "ada" not in answer.body
    assert world.aws.items() == []


def test_ending_a_session_deletes_it_at_once_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The four lifetimes: log out deletes at once; what others keep for it can follow."""
    heard: list[events.SessionEnded] = []
    monkeypatch.setitem(events._subscribers, events.SessionEnded, [heard.append])
    browser = world.member()

    answer = browser.delete("/v1/session")

    assert answer.status == 204
    assert "Max-Age=0" in answer.cookies[0]
    assert world.aws.items("sessions") == []
    assert [event.now for event in heard] == [world.now]


def test_ending_no_session_is_no_error(world: World) -> None:
    answer = world.browser().delete("/v1/session")
    assert answer.status == 204


def test_nothing_in_an_answer_names_the_session(world: World) -> None:
    """C3: the session id is the cookie's secret; participants are named by another id."""
    browser = world.member()
    [stored] = world.aws.items("sessions")
    assert stored["own_id"]["S"] not in browser.get("/v1/session").body
    assert stored["own_id"]["S"] != stored["participant_id"]["S"]


def test_names_are_many_and_short() -> None:
    """A friendly generated name."""
    assert len(set(STARS)) * len(NUMBERS) > 5_000
    assert all(len(friendly()) <= 16 for _ in range(50))


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/nothing"), ("GET", "/nothing"), ("PUT", "/v1/session")])
def test_a_cookie_that_is_not_ours_is_cleared_where_nothing_is_found(world: World, method: str, path: str) -> None:
    """C2: with every answer, also to unknown addresses and methods; one of ours stays."""
    junk, ours = world.browser(), world.member()
    junk.jar["__Host-earshot"] = "junk"
    assert [one.split(";")[0] for one in junk.request(method, path).cookies] == ["__Host-earshot="]
    assert ours.request(method, path).cookies == []
