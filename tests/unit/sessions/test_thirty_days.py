"""Sliding 30 days after the last use, on both sides: the instant sealed in the cookie decides."""

import json

import pytest
from hypothesis import example, given, strategies as st

from chalicelib.lifetimes import DAY, HOUR, MINUTE, SESSION
from chalicelib.runtime import meter
from chalicelib.sessions.rules import RESEAL_AFTER_MS, Pass
from tests.support.accounts import GROWN_UP, PASSWORD
from tests.support.browser import Browser
from tests.support.cookies import LOCAL, ME, NAME, opened, value_of
from tests.support.memory import in_memory
from tests.support.world import World


@pytest.mark.parametrize(
    ("age", "known"), [(0, True), (30 * DAY - 1, True), (30 * DAY, False), (30 * DAY + 1, False), (400 * DAY, False)]
)
def test_a_session_lives_30_days_after_its_last_use_to_the_millisecond(world: World, age: int, known: bool) -> None:
    """C2: valid at 29 d 23 h 59 m 59.999 s after last use, refused at 30 d."""
    browser = world.member()
    world.clock.advance(age)

    answer = browser.get("/v1/session")

    assert answer.status == (200 if known else 401)
    assert (NAME in browser.jar) == known  # and a useless one is cleared


def test_an_old_cookie_ends_no_session_that_lives(world: World) -> None:
    """C2: refused at 30 d, whatever it asks for: its owner has a later one."""
    browser = world.member()
    old = browser.jar[NAME]
    for _ in range(2):
        world.clock.advance(16 * DAY)
        assert browser.get("/v1/session").status == 200
    thief = world.browser()
    thief.jar[NAME] = old
    assert thief.delete("/v1/session").status == 204
    assert browser.get("/v1/session").status == 200


def test_every_use_moves_the_30_days(world: World) -> None:
    """C2: sliding: three uses 29 days apart are one living session."""
    browser = world.member()
    for _ in range(3):
        world.clock.advance(29 * DAY)
        answer = browser.get("/v1/session")
        assert answer.status == 200
        assert answer.json()["expires_at_ms"] == world.now + 30 * DAY
    world.clock.advance(30 * DAY)
    assert browser.get("/v1/session").status == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/session/age", GROWN_UP),
        ("/v1/session/age", {"birth_month": 1, "birth_year": 2026}),
        ("/v1/session/age/guardian", {"email": "a@example.org"}),
        ("/v1/accounts/password", {"token": "x" * 22, "password": PASSWORD}),
        ("/v1/join-codes/AAAAAA", {}),
        ("/v1/session", {}),
    ],
)
def test_every_kind_of_use_moves_the_30_days(world: World, path: str, body: object) -> None:
    """C2: sliding, also where no session is needed but one is found."""
    browser = world.member()
    world.clock.advance(29 * DAY)
    browser.post(path, json_body=body, headers={"Earshot-Cookies": "none"})
    world.clock.advance(29 * DAY)
    assert browser.get("/v1/session").status == 200


def test_a_use_within_the_first_minute_still_counts_from_the_sealed_instant(world: World) -> None:
    """C2: sealed again at most once a minute; the sealed instant decides."""
    browser = world.member()
    world.clock.advance(RESEAL_AFTER_MS - 1)
    assert browser.get("/v1/session").cookies == []
    world.clock.advance(1)
    [again] = browser.get("/v1/session").cookies
    content = opened(LOCAL, value_of(again))
    assert content is not None
    assert json.loads(content)[2] == world.now


@given(gaps=st.lists(st.integers(0, 31 * DAY), max_size=6))
@example([11 * HOUR, 30 * DAY - 1, 30 * DAY - 1])
@example([12 * HOUR + 1, 30 * DAY])
def test_both_sides_agree_for_any_rhythm_of_use(world: World, gaps: list[int]) -> None:
    """C2: sliding 30 days on both sides: the server's half, written at most every 12 h, never ends a living cookie."""
    world.reset()
    with in_memory():
        browser, sealed_at, alive = world.member(), world.now, True
        for gap in gaps:
            world.clock.advance(gap)
            alive = alive and world.now < sealed_at + 30 * DAY
            assert browser.get("/v1/session").status == (200 if alive else 401)
            sealed_at = world.now if world.now - sealed_at >= MINUTE else sealed_at


def test_a_use_shortly_before_the_server_would_record_it_counts(world: World) -> None:
    """C2: used at 0 and at 0 d 11 h 59 m, valid at 30 d 11 h 58 m."""
    browser = world.member()
    world.clock.advance(11 * HOUR + 59 * MINUTE)
    assert browser.get("/v1/session").status == 200
    world.clock.advance(30 * DAY - MINUTE)
    assert browser.get("/v1/session").status == 200


def test_a_session_costs_a_request_one_read_and_rarely_a_write(world: World) -> None:
    """An authenticated request adds at most 1 read and, at most once in 12 h, 1 write."""
    browser = world.member()
    for elapsed, writes in ((0, 0), (MINUTE, 0), (12 * HOUR, 1), (MINUTE, 0)):
        world.clock.advance(elapsed)
        with meter.metering() as counted:
            assert browser.get("/v1/session").status == 200
        assert sorted(call.write for call in counted.calls) == [False] + [True] * writes


def test_the_servers_half_is_written_rarely_and_goes_a_day_after_the_cookie_at_most(world: World) -> None:
    """The four lifetimes: the server's half records last use when over 12 h old, and is swept at + 30 d 12 h."""
    browser = world.member()
    start = world.now
    world.clock.advance(12 * HOUR)
    browser.get("/v1/session")
    [early] = world.aws.items("sessions")
    world.clock.advance(1)
    browser.get("/v1/session")
    [late] = world.aws.items("sessions")

    assert int(early["used_at_ms"]["N"]) == start
    assert int(late["used_at_ms"]["N"]) == world.now
    assert int(late["expires_at_ms"]["N"]) == world.now + 30 * DAY + 12 * HOUR


def test_the_end_that_is_shown_is_the_end_that_is_enforced(world: World) -> None:
    """C2, B7's rule: 30 days from the instant sealed in the cookie that the browser holds after the answer."""
    browser, start = world.member(), world.now
    world.clock.advance(RESEAL_AFTER_MS - 1)
    shown = browser.get("/v1/session").json()["expires_at_ms"]
    patched = browser.request("PATCH", "/v1/session", json_body={}).json()["expires_at_ms"]
    assert shown == patched == start + 30 * DAY
    world.clock.now_ms = shown - 1
    last = Browser(world.app, jar=dict(browser.jar))
    assert browser.get("/v1/session").json()["expires_at_ms"] == world.now + 30 * DAY
    world.clock.now_ms = shown
    assert last.get("/v1/session").status == 401


@given(used=st.integers(0, 2**45), now=st.integers(0, 2**45))
def test_a_pass_is_valid_for_exactly_its_lifetime(used: int, now: int) -> None:
    """C2: to the millisecond, and an instant over a minute ahead is not ours."""
    assert Pass(ME, used).valid_at(now) == (used - MINUTE <= now < used + SESSION.length_ms)
