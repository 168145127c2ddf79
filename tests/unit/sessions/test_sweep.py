"""What nobody uses any more is not only unreadable, it is gone: with the TTL sweeper switched off."""

import base64
from dataclasses import replace
from unittest.mock import patch

import pytest

from chalicelib.accounts import sweep as account_sweep
from chalicelib.accounts.models import accounts
from chalicelib.lifetimes import DAY, HOUR, MINUTE
from chalicelib.runtime import expiry, meter
from chalicelib.runtime.expiry_models import PAGE, Entry, forget_cursor
from chalicelib.runtime.settings import settings
from chalicelib.sessions import service, sweep
from chalicelib.sessions.models import new_session, sessions
from tests.support.accounts import grown_up, log_in, register, with_account
from tests.support.environment import SECRET
from tests.support.memory import in_memory
from tests.support.world import World

KEPT = 30 * DAY + 12 * HOUR  # the server's half: it may be 12 h behind the cookie


def reap(world: World) -> None:
    """One run, which finds its way without the minutes in between that the schedule would have looked at."""
    for lane in expiry.LANES:
        forget_cursor(lane)
    expiry.reap(now=world.now)


@pytest.mark.parametrize("how", ["opened", "after a log in"])
def test_a_session_is_gone_with_the_first_run_after_its_end(world: World, how: str) -> None:
    """The four lifetimes: 30 days after last use, and physically gone within a day of that."""
    browser = world.member() if how == "opened" else with_account(world)
    world.clock.advance(KEPT - 1)
    reap(world)
    assert len(world.aws.items("sessions")) == 1
    world.clock.advance(1)
    reap(world)
    assert world.aws.items("sessions") == []
    assert browser.get("/v1/session").status == 401


def test_a_session_that_was_used_meanwhile_stays_and_goes_later(world: World) -> None:
    """The four lifetimes: counted from the last use."""
    browser = world.member()
    world.clock.advance(20 * DAY)
    assert browser.get("/v1/session").status == 200
    world.clock.advance(KEPT - 20 * DAY)
    reap(world)
    assert len(world.aws.items("sessions")) == 1
    world.clock.advance(20 * DAY)
    reap(world)
    assert world.aws.items("sessions") == []


@pytest.mark.parametrize("what", ["session", "account"])
def test_what_is_used_while_the_sweep_looks_is_not_taken(
    world: World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The four lifetimes: the sweep saw it run out; before it deletes, somebody has used it."""
    with_account(world)
    table = sessions if what == "session" else accounts
    monkeypatch.setattr(table, "get_many", lambda *_, **__: [])
    names = [
        one.what[1] for one in entries_of((sweep if what == "session" else account_sweep).KIND)
    ]  # of the guest's session, too, which ended at the log in
    again = (sweep if what == "session" else account_sweep).look_after(names, world.now)
    assert list(again.values()) == [world.now + MINUTE]
    assert len(world.aws.items(f"{what}s")) == 1


def entries_of(kind: str) -> list[Entry]:
    """All that waits for the reaper, of that kind, in the order of filing."""
    from tests.support.aws import Aws

    raw = [Entry.from_raw_data(one) for one in Aws().items("expiries")]
    return sorted((one for one in raw if one.what[0] == kind), key=lambda one: one.due_at_ms)


def test_many_that_end_at_once_are_all_gone(world: World) -> None:
    """The four lifetimes: the run reads page after page."""
    with in_memory() as memory:
        opened(world, PAGE * 5)
        world.clock.advance(KEPT)
        reap(world)
        assert memory.items("sessions") == []


def test_a_flood_of_sessions_keeps_nothing_else_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The four lifetimes: more of them end at once than a run handles; what is promised within a minute comes first."""
    urgent, patient = replace(expiry.URGENT, entries_a_run=PAGE), replace(expiry.PATIENT, entries_a_run=2 * PAGE)
    monkeypatch.setattr(expiry, "LANES", (urgent, patient))
    with in_memory() as memory:
        opened(world, 5 * PAGE)
        world.clock.advance(KEPT)
        guest = world.member()
        expiry.file("thing", "due", world.now, now=world.now)
        looked = list[str]()
        with patch.dict(expiry._handlers, {"thing": lambda name, _: looked.append(name)}):
            reap(world)
        assert looked == ["due"]
        left = len(memory.items("sessions"))
        assert left >= 2 * PAGE
        for _ in range(3):
            expiry.reap(now=world.now)
        assert guest.get("/v1/session").status == 200
        assert len(memory.items("sessions")) == 1


def test_many_cost_few_requests(world: World) -> None:
    """The four lifetimes: a run takes as many as one network may open in a minute, at 8 requests a hundred."""
    with in_memory() as memory:
        opened(world, 5 * PAGE)
        world.clock.advance(KEPT)
        with meter.metering() as metered:
            reap(world)
        assert memory.items("sessions") == []
    needed = [one.requests for one in metered.calls if one.write or one.table == "sessions"]
    assert sum(needed) <= 5 * 8 + 2 * len(expiry.LANES)  # and the cursors, forgotten and set again
    assert expiry.PATIENT.entries_a_run >= service.OPENED


def opened(world: World, number: int) -> None:
    for _ in range(number):
        session = new_session("Vega 42", world.now)
        sweep.file(session, now=world.now)
        sessions.put(session)


def test_a_registration_that_nobody_confirms_is_gone_after_a_day(world: World) -> None:
    """C5, the four lifetimes."""
    register(grown_up(world))
    world.clock.advance(DAY - 1)
    reap(world)
    assert len(world.aws.items("accounts")) == 1
    world.clock.advance(1)
    reap(world)
    assert world.aws.items("accounts") == []


def test_an_account_that_nobody_uses_is_gone_by_180_days(world: World) -> None:
    """F5: confirmed and used meanwhile, it stays; 180 days after the last use it is gone."""
    with_account(world)
    world.clock.advance(DAY)
    reap(world)
    assert log_in(world.browser()).status == 200
    world.clock.advance(179 * DAY - HOUR + MINUTE)
    reap(world)
    assert len(world.aws.items("accounts")) == 1
    world.clock.advance(DAY)
    reap(world)
    assert world.aws.items("accounts") == []


def test_what_waits_for_the_reaper_names_nobody(world: World) -> None:
    """C3, F4: a session that was ended, an account that was erased leave an entry that says nothing."""
    browser = with_account(world)
    named = {
        text
        for table, names in (("sessions", ("owner_id", "own_id", "participant_id")), ("accounts", ("address", "email")))
        for one in world.aws.items(table)
        for text in (one[name]["S"] for name in names)
    }
    browser.delete("/v1/session")
    waiting = repr(world.aws.items("expiries"))
    assert waiting.count(sweep.KIND) >= 2
    assert [one for one in named if one in waiting] == []


def test_an_entry_of_a_forgotten_secret_is_let_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rotation: the net below takes the session then."""
    world.member()
    monkeypatch.setenv("EARSHOT_SECRET", base64.b64encode(SECRET[::-1]).decode())
    settings.cache_clear()
    [entry] = entries_of("session")
    assert sweep.look_after([entry.what[1]], world.now) == {}
    assert len(world.aws.items("sessions")) == 1
