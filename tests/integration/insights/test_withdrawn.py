"""What was measured before a withdrawal is never used: not after a later yes, nor where a guest has logged in (D10)."""

from typing import Any

import pytest

from tests.support.accounts import PASSWORD, log_in, with_account
from tests.support.browser import Browser
from tests.support.insights import Held, agree, assemble, end, hold, send
from tests.support.workflows import executed
from tests.support.world import World

MINUTE = 60_000
GRACE = "grace@example.org"


@pytest.fixture
def held(world: World) -> Held:
    made = hold(world)
    made.enter(made.organiser, "Ada")
    return made


def talk(held: Held, who: Browser, sequence: int) -> None:
    """For the latter half of a minute, and whoever it is sends it at its end."""
    held.world.clock.advance(MINUTE)
    now = held.world.now
    sent = send(who, held.room, sequence, ("talk", now - MINUTE // 2, now), from_ms=now - MINUTE, to_ms=now)
    assert sent.status == 202, sent.body


def mine(held: Held, who: Browser) -> Any:
    found = who.get(f"/v1/rooms/{held.room}/insights/mine").json()["figures"]
    return None if found is None else (found["talk_ms"], found["observed_ms"])


def batches(held: Held) -> list[Any]:
    return [one for one in held.world.aws.items("insights") if one["kind"]["S"] == "batch"]


def say_age(who: Browser, born: int) -> Any:
    return who.post("/v1/session/age", json_body={"birth_month": 1, "birth_year": born}).json()["outcome"]


def reported(held: Held) -> list[tuple[int | None, int]]:
    """Talk and observed time of everybody in the report."""
    end(held)
    assemble(held)
    people = held.organiser.get(f"/v1/meetings/{held.room}/report").json()["report"]["people"]
    return [(one["figures"]["talk_ms"], one["figures"]["observed_ms"]) for one in people]


def test_a_later_yes_brings_nothing_back(held: Held) -> None:
    """D10: agreed, measured, withdrawn, agreed again: only what came since counts, during the meeting and after it."""
    ben = held.guest("Ben")
    talk(held, ben, 1)
    assert mine(held, ben) == (MINUTE // 2, MINUTE)
    agree(ben, False)
    assert mine(held, ben) is None
    held.world.clock.advance(MINUTE)
    agree(ben)
    assert mine(held, ben) is None  # nothing yet
    talk(held, ben, 2)
    assert mine(held, ben) == (MINUTE // 2, MINUTE)
    assert reported(held) == [(MINUTE // 2, MINUTE)]


def test_what_was_measured_before_a_yes_is_not_taken(held: Held) -> None:
    """D10: though it is sent after it, as by a page that went on for a moment."""
    ben = held.guest("Ben", agrees=False)
    held.world.clock.advance(MINUTE)
    agree(ben)
    talk(held, ben, 1)
    now = held.world.now
    assert send(ben, held.room, 2, ("talk", now - 2 * MINUTE, now), from_ms=now - 2 * MINUTE, to_ms=now).status == 202
    assert reported(held) == [(MINUTE, MINUTE)]


@pytest.mark.parametrize("ends", ["withdraws", "withdraws elsewhere", "deletes the account"])
def test_what_a_guest_agreed_to_ends_with_the_account_they_logged_in_to(held: Held, ends: str) -> None:
    """D10: agreed as a guest, measured, logged in, withdrawn there, on whatever device: nothing of it is used."""
    elsewhere = with_account(held.world, GRACE)
    guest = held.guest("Grace")
    talk(held, guest, 1)
    assert log_in(guest, GRACE).status == 200
    talk(held, guest, 2)
    assert mine(held, guest) == (MINUTE, 2 * MINUTE)
    match ends:
        case "withdraws":
            agree(guest, False)
        case "withdraws elsewhere":
            agree(elsewhere, False)
        case _:
            deleted = guest.request("DELETE", "/v1/account", json_body={"password": PASSWORD})
            assert deleted.status == 200
            [erasure] = [one for one in held.world.workflows.started if one.workflow == "erasure"]
            assert executed(held.world.app, erasure).status == "SUCCEEDED"
    assert reported(held) == []


def test_whoever_logs_in_and_still_agrees_is_measured_as_one(held: Held) -> None:
    """D10: what was measured as a guest and in the account is one person's."""
    with_account(held.world, GRACE)
    guest = held.guest("Grace")
    talk(held, guest, 1)
    assert log_in(guest, GRACE).status == 200
    talk(held, guest, 2)
    assert reported(held) == [(MINUTE, 2 * MINUTE)]


def test_a_withdrawal_while_logging_in_is_followed_up_counts(held: Held) -> None:
    """D10: at once, before the reaper has taken the guest's decisions along."""
    with_account(held.world, GRACE)
    guest = held.guest("Grace")
    talk(held, guest, 1)
    assert log_in(guest, GRACE).status == 200
    agree(guest, False)
    agree(guest)
    assert reported(held) == []


def test_a_guest_found_too_young_by_mistake_is_measured_again_once_they_agree(held: Held) -> None:
    """C7, D10: what was measured before the wrong birth date does not come back."""
    ben = held.guest("Ben")
    talk(held, ben, 1)
    session_alone = set(ben.jar)
    assert say_age(ben, 2020) == "guardian_needed"
    ben.jar = {name: value for name, value in ben.jar.items() if name in session_alone}  # closed and opened again
    assert mine(held, ben) is None
    held.world.clock.advance(1_000)
    assert say_age(ben, 1980) == "adult"
    agree(ben)
    talk(held, ben, 2)
    assert mine(held, ben) == (MINUTE // 2, MINUTE)
    assert reported(held) == [(MINUTE // 2, MINUTE)]


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_withdrawal_deletes_what_was_measured(held: Held, signed_in: bool) -> None:
    """D10: in the meeting that goes on and in one that is over and has no report yet; others' stays."""
    ben, dan = (with_account(held.world, GRACE) if signed_in else held.guest("Ben")), held.guest("Dan")
    if signed_in:
        held.enter(ben, "Ben")
        agree(ben)
    talk(held, ben, 1)
    talk(held, dan, 1)
    assert len(batches(held)) == 2
    agree(ben, False)
    assert len(batches(held)) == 1
    assert mine(held, dan) == (MINUTE // 2, MINUTE)


def test_withdrawn_after_the_end_nothing_measured_is_left(held: Held) -> None:
    """D10: before the report is put together."""
    ben = held.guest("Ben")
    talk(held, ben, 1)
    end(held)
    assert batches(held)
    agree(ben, False)
    assert batches(held) == []


def test_a_no_at_registration_deletes_what_was_measured(held: Held) -> None:
    """D10, F1: it holds for the guest who registers."""
    ben = held.guest("Ben")
    talk(held, ben, 1)
    sent = {"email": "ben@example.org", "password": PASSWORD, "consents": {"insights": False}}
    assert ben.post("/v1/accounts", json_body=sent).status == 202
    assert batches(held) == []
