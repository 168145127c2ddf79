"""The question of age: only the outcome is kept, and of who is too young nothing."""

from contextlib import suppress
from itertools import count

import pytest
from hypothesis import given, strategies as st

from chalicelib.accounts import begun
from chalicelib.lifetimes import DAY
from chalicelib.sessions.models import Session, change, find
from chalicelib.sessions.rules import outcome_of
from chalicelib.sessions.service import NAMES, change_name, forget_age, open_session
from tests.support.accounts import EMAIL, grown_up, log_in, mailed_token, register, with_account
from tests.support.browser import Answer, Browser
from tests.support.hand_clock import START_MS
from tests.support.memory import Crash, in_memory
from tests.support.pushes import recorded_pushes
from tests.support.world import World

MONTHS = st.integers(0, 12 * 110)


def say(browser: Browser, month: int, year: int) -> Answer:
    return browser.post("/v1/session/age", json_body={"birth_month": month, "birth_year": year})


def born(months_ago: int) -> tuple[int, int]:
    """Month and year that long before START_MS, which lies in January 2027."""
    year, month = divmod(2027 * 12 - months_ago, 12)
    return month + 1, year


@given(MONTHS)
def test_thirteen_and_eighteen_are_reached_when_the_month_is_over(months_ago: int) -> None:
    """C7: in the month of a birthday the day is not known, so the person counts as younger."""
    wanted = "guardian_needed" if months_ago <= 156 else "minor" if months_ago <= 216 else "adult"
    assert outcome_of(*born(months_ago), START_MS) == wanted


@pytest.mark.parametrize(("months_ago", "outcome"), [(157, "minor"), (217, "adult")])
def test_only_the_outcome_is_kept(world: World, months_ago: int, outcome: str) -> None:
    """C7: the date is not kept."""
    browser = world.browser()
    month, year = born(months_ago)
    assert say(browser, month, year).json() == {"outcome": outcome}
    assert browser.get("/v1/session").json()["age"] == outcome
    [stored] = world.aws.items("sessions")
    assert not {"birth_month", "birth_year"} & set(stored)
    assert str(year) not in str({name: value for name, value in stored.items() if not name.endswith("_id")})


def test_who_is_too_young_leaves_a_flag_in_the_browser_and_nothing_else(world: World) -> None:
    """C7: nothing about the person stored; the flag names nobody and ends with the browser."""
    browser = world.browser()
    answer = say(browser, *born(120))
    assert answer.json() == {"outcome": "guardian_needed"}
    assert world.aws.items() == []
    assert answer.cookies == ["__Host-earshot-age=1; Path=/; HttpOnly; SameSite=Lax; Secure"]


def test_going_back_does_not_help(world: World) -> None:
    """C7: the second answer counts as the first."""
    browser = world.browser()
    say(browser, *born(120))
    assert say(browser, 1, 1980).json() == {"outcome": "guardian_needed"}
    assert world.aws.items() == []


def test_who_turns_out_to_be_too_young_loses_what_was_taken_before(world: World) -> None:
    """C7: nothing about the person stored, whatever was said first; from then on a grown-up is asked."""
    browser = world.browser()
    say(browser, 1, 1980)
    browser.request("PATCH", "/v1/session", json_body={"participant_name": "Philippa"})
    assert say(browser, *born(120)).json() == {"outcome": "guardian_needed"}
    assert "Philippa" not in str(world.aws.items())
    renamed = browser.request("PATCH", "/v1/session", json_body={"participant_name": "Philippa"})
    assert (renamed.status, renamed.json()["type"]) == (403, "/problems/age-required")
    assert browser.post("/v1/session/age/guardian", json_body={"email": "teacher@example.org"}).status == 202


def test_who_changed_their_name_too_often_is_forgotten_all_the_same(world: World) -> None:
    """C7, C1: what limits the noise in a meeting keeps nobody's name."""
    browser = grown_up(world)
    for _ in range(NAMES + 1):
        browser.request("PATCH", "/v1/session", json_body={"participant_name": "Philippa"})
    assert say(browser, *born(120)).json() == {"outcome": "guardian_needed"}
    assert "Philippa" not in str(world.aws.items())


def test_an_answer_that_breaks_off_is_finished_by_its_repetition() -> None:
    """C7, exhaustively: wherever the process dies, the same answer again leaves no name."""
    for survived in count():
        with in_memory() as memory, recorded_pushes():
            guest = open_session(now=START_MS)
            change(guest.session_id, [Session.age.set("adult")], now=START_MS)
            known = find(guest.session_id, now=START_MS)
            assert known is not None
            named = change_name(known, "Philippa", now=START_MS)
            died = True
            with memory.crash_after(survived), suppress(Crash):
                forget_age(named, now=START_MS)
                died = False
            forget_age(find(guest.session_id, now=START_MS), now=START_MS)
            assert "Philippa" not in str(memory.items("sessions")), survived
        if not died:
            break
    assert survived > 0


def test_who_turns_out_to_be_too_young_has_agreed_to_nothing_and_registered_nothing(world: World) -> None:
    """C7: consents given and a registration begun with another answer do not count; its mailed link opens nothing."""
    browser = grown_up(world)
    assert browser.request("PUT", "/v1/consents", json_body={"insights": True}).status == 200
    assert register(browser).status == 202
    assert world.aws.items("consents")

    say(browser, *born(120))

    assert world.aws.items("consents") == world.aws.items("accounts") == world.aws.items("mail-tokens") == []
    assert not any(one["given"] for one in browser.get("/v1/consents").json()["consents"])
    assert browser.post("/v1/accounts/verify", json_body={"token": mailed_token(world)}).status == 410
    assert log_in(world.browser()).status == 401
    assert world.browser().post("/v1/accounts/verify", json_body={"token": mailed_token(world)}).status == 410


def test_nobody_elses_registration_goes_with_a_childs(world: World) -> None:
    """C7, C5: whoever has the address began anew, or logs in by now; also where the child came after them."""
    child, ada, grace = grown_up(world), grown_up(world), "grace@example.org"
    register(child)
    register(child, grace)
    assert child.post("/v1/accounts/verify", json_body={"token": mailed_token(world)}).status == 200
    assert log_in(world.browser(), grace).status == 200
    register(ada)
    theirs = mailed_token(world)
    register(child)
    say(child, *born(120))
    assert ada.post("/v1/accounts/verify", json_body={"token": theirs}).status == 200
    assert [log_in(world.browser(), one).status for one in (EMAIL, grace)] == [200, 200]


def test_a_childs_account_goes_that_nobody_has_logged_in_to(world: World) -> None:
    """C7: confirmed or not, nothing about the person stays; the address is free again."""
    child = grown_up(world)
    register(child)
    assert child.post("/v1/accounts/verify", json_body={"token": mailed_token(world)}).status == 200
    world.clock.advance(DAY)
    register(child, "another@example.org")  # what it began a day ago is not forgotten by that
    say(child, *born(120))
    assert world.aws.items("accounts") == world.aws.items("mail-tokens") == []
    assert log_in(world.browser()).status == 401
    with_account(world)


@pytest.mark.parametrize("later_ms", [1_000, DAY])
def test_whoever_is_older_by_now_agrees_and_registers(world: World, later_ms: int) -> None:
    """C7, C5, F1: a birth date given wrongly, or long ago, is nothing for good."""
    browser = grown_up(world)
    session_alone = set(browser.jar)
    assert say(browser, *born(120)).json() == {"outcome": "guardian_needed"}
    world.clock.advance(later_ms)
    browser.jar = {name: value for name, value in browser.jar.items() if name in session_alone}
    assert say(browser, 1, 1980).json() == {"outcome": "adult"}
    assert browser.request("PUT", "/v1/consents", json_body={"insights": True}).status == 200
    assert register(browser).status == 202
    assert browser.post("/v1/accounts/verify", json_body={"token": mailed_token(world)}).status == 200
    assert log_in(world.browser()).status == 200


def test_a_session_waits_for_so_many_mails_and_not_for_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session's row stays small; what ran out makes room."""
    monkeypatch.setattr(begun, "BEGUN_MAX", 2)
    browser = grown_up(world)
    assert [register(browser, f"{n}@example.org").status for n in range(3)] == [202, 202, 429]
    world.clock.advance(DAY)
    assert register(browser, "3@example.org").status == 202
    [stored] = world.aws.items("sessions")
    assert len(stored["registered"]["SS"]) == 1


@pytest.mark.parametrize("months_ago", [120, 12 * 20])
def test_whoever_is_signed_in_is_not_asked_again(world: World, months_ago: int) -> None:
    """C7: who registered was asked before; another answer neither counts nor flags the browser."""
    browser = with_account(world)
    answer = say(browser, *born(months_ago))
    assert (answer.status, answer.json()["type"], answer.cookies) == (409, "/problems/conflict", [])
    assert browser.get("/v1/session").json()["age"] == "adult"


@pytest.mark.parametrize(("month", "year"), [(0, 2000), (13, 2000), (2, 2027), (1, 1899), (1, 9999)])
def test_a_month_that_has_not_been_is_refused(world: World, month: int, year: int) -> None:
    """F12: 422, nothing stored."""
    answer = say(world.browser(), month, year)
    assert answer.status == 422
    assert answer.cookies == []
    assert world.aws.items() == []
