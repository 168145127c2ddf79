"""What goes on with its organiser, or with who it names, killed after each write: the next looks move all of it on."""

from contextlib import suppress
from unittest.mock import patch

import pytest

from chalicelib.insights import history
from chalicelib.insights.meeting_models import MeetingEntry, namings
from chalicelib.insights.name_models import Called, name_attendees
from chalicelib.lifetimes import DAY, MINUTE
from chalicelib.runtime import expiry
from chalicelib.runtime.expiry_models import forget_cursor
from chalicelib.runtime.ids import derived
from chalicelib.sessions import uses
from chalicelib.sessions.participant_models import new_participant, participants
from tests.support.accounts import log_in, with_account
from tests.support.belongings import session_of
from tests.support.crashing import due, one_thread, points
from tests.support.insights import reported
from tests.support.memory import Crash, Memory
from tests.support.world import World

ORGANISERS = ("meeting", "attended", "listed", "in-meeting", None)  # kinds of rows; parts and keys are of none
NAMES = ("person", "named-in")
TABLES = ("meetings", "reports", "disclosures", "organiser-keys", "participants")


def ends(memory: Memory, kinds: tuple[str | None, ...]) -> list[tuple[str, int]]:
    rows = [
        row
        for table in ("meetings", "reports", "disclosures", "organiser-keys", "participants")
        for row in memory.items(table)
    ]
    kept = [row for row in rows if row.get("kind", {}).get("S") in kinds]
    return sorted((repr(sorted(row)), int(row["expires_at_ms"]["N"])) for row in kept)


def _go_on(world: World) -> None:
    """The reaper's next runs, after it has died."""
    for lane in expiry.LANES:
        forget_cursor(lane)
    for _ in range(3):
        world.clock.advance(MINUTE)
        expiry.reap(now=world.now)


def converges(world: World, memory: Memory, kind: str, kinds: tuple[str | None, ...]) -> None:
    """Wherever the reaper is killed in its look at what is due of a kind, all of it ends as late as without."""
    [(at_ms, _)] = list(due(memory)[kind].items())
    world.clock.now_ms = at_ms
    before, wanted = ends(memory, kinds), list[tuple[str, int]]()
    at = points(world, memory, lambda: _reap(world))
    for survived in (10_000, *at):
        with memory.undone():
            _killed(world, memory, survived)
            _go_on(world)
            found = [(row, end - end % DAY) for row, end in ends(memory, kinds)]  # a line's end is told from the look
            wanted = wanted or found
            assert found == wanted, f"killed after {survived} requests"
            assert found != [(row, end - end % DAY) for row, end in before]
        world.clock.now_ms = at_ms
    assert len(at) > 3


def _reap(world: World) -> None:
    for lane in expiry.LANES:
        forget_cursor(lane)
    expiry.reap(now=world.now)


def _killed(world: World, memory: Memory, survived: int) -> None:
    with memory.crash_after(survived), suppress(Crash):
        _reap(world)


@pytest.mark.parametrize("kind", ["organiser", "history"])
def test_an_organiser_who_goes_on_loses_nothing_by_a_crash(world: World, kind: str) -> None:
    """D11: the account is used after the meeting; the reaper dies in each look that moves on what it has."""
    with one_thread() as memory:
        held = reported(world)
        assert held.organiser.get(f"/v1/meetings/{held.room}/report").status == 200
        world.clock.advance(100 * DAY)
        assert log_in(held.organiser).status == 200
        world.clock.advance(MINUTE)
        expiry.reap(now=world.now)
        converges(world, memory, kind, ORGANISERS)


def test_who_goes_on_stays_named_by_a_crash(world: World) -> None:
    """D11: the reaper dies while it moves names on."""
    with one_thread() as memory:
        reported(world)
        for row in memory.items("meetings"):
            if row["kind"]["S"] == "named-in":
                lives = MeetingEntry.living_until(world.now + 300 * DAY)
                namings.update((row["owner"]["S"], row["entry"]["S"]), lives, now=world.now)
        world.clock.now_ms = min(due(memory)[history.NAMES])
        _reap(world)  # those who came last are named ten minutes longer
        converges(world, memory, history.NAMES, NAMES)


def test_whoever_uses_their_account_stays_known_and_named_by_a_crash(world: World) -> None:
    """F3, D11: the reaper dies while it moves on as whom they have used it, of whom it looks at some at a time."""
    with one_thread() as memory, patch.object(uses, "LOOK", 3):
        ada = with_account(world)
        _go_on(world)
        world.clock.advance(DAY)
        account_id = session_of(ada, world.now).account_id or ""
        for number in range(5):
            who = derived("own", str(number))
            participants.put(new_participant(account_id, who, now=world.now - 31 * DAY))
            name_attendees(derived("meeting", str(number)), {who: Called("Ada")}, now=world.now - DAY)
        assert ada.get("/v1/session").status == 200
        converges(world, memory, uses.USED, ("named-in", None))
