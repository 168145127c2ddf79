"""An erasure holds against what is under way, and whatever breaks off is finished (F4)."""

import uuid
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from chalicelib.content.staging import stage_content
from chalicelib.insights.intake import Batch
from chalicelib.insights.service import take_batch
from chalicelib.privacy import erasing
from chalicelib.rooms import door, merging, service as rooms
from chalicelib.rooms.channel import connect
from chalicelib.rooms.models import entering, new_member
from chalicelib.runtime import expiry, lateness
from chalicelib.runtime.errors import NotFound, Problem, Unauthenticated
from chalicelib.runtime.ids import ConnectionId, RoomId, TabId
from tests.support.belongings import CANARY, LINK, NAME, guest_with_everything, owner_with_everything, session_of
from tests.support.erasures import MINUTE, erase, finish, left_over, started
from tests.support.memory import Crash, in_memory
from tests.support.world import World


def test_what_was_under_way_at_the_erasure_is_refused_or_goes(world: World) -> None:
    """F4: requests that had found their session before it was gone."""
    theirs = guest_with_everything(world)
    late, room, now = session_of(theirs.browser, world.now), RoomId(theirs.running.room), world.now
    assert erase(theirs).status == 200
    with pytest.raises(NotFound):
        take_batch(room, TabId("tab"), 9, Batch([]), late, now=now)
    with pytest.raises(Problem):
        stage_content(LINK, None, TabId(str(uuid.UUID(int=8))), late, now=now)
    with pytest.raises(Unauthenticated):
        connect(ConnectionId("late"), late, now=now)
    for enter in (rooms.enter_room, rooms.walk_in, door.come_in):
        with pytest.raises(NotFound):
            enter(room, late, via="link", now=now)
    assert door.knock(room, rooms.person(late), now=now) is None
    assert NAME not in theirs.running.organiser.get(f"/v1/rooms/{room}").body
    assert [one for one in world.aws.items("rooms") if one["kind"]["S"] == "member" and NAME in str(one)] == []
    begun = world.aws.items("receipts")[0]["erasure_id"]["S"]
    finish(begun, world.now)
    assert left_over(world, theirs) == []


def test_an_erasure_that_does_not_end_is_told_as_late_and_not_given_up(world: World) -> None:
    """F4: its workflow is started and never done; whoever runs Earshot hears of it after an hour, for as long."""
    with in_memory(), lateness.heard_by(lambda kind, late_ms: heard.append((kind, late_ms))):
        heard = list[tuple[str, int]]()
        theirs = guest_with_everything(world)
        assert erase(theirs).status == 200
        for passed in range(2 * 60):
            if passed == 60:
                assert dict(heard).get("erasing", 0) == 0
            world.clock.advance(MINUTE)
            expiry.reap(now=world.now)
        assert max(late_ms for kind, late_ms in heard if kind == "erasing") > 30 * MINUTE
        [begun] = started(world)
        finish(begun.given["erasure_id"], world.now)
        heard.clear()
        for _ in range(2 * 60):
            world.clock.advance(MINUTE)
            expiry.reap(now=world.now)
    assert [kind for kind, _ in heard].count("erasing") == 1


def test_who_sat_down_by_sound_at_that_moment_is_shown_to_nobody(world: World) -> None:
    """F4: their clip had found the meeting before, and the seat was taken just after."""
    theirs = guest_with_everything(world)
    late, room, now = session_of(theirs.browser, world.now), RoomId(theirs.running.room), world.now
    assert erase(theirs).status == 200
    pushed, member = len(world.pushes.sent), new_member(room, rooms.person(late), via="sound", now=now)
    assert entering(member, now=now, asked=True).commit()
    merging.welcome(member, now=now)
    assert NAME not in theirs.running.organiser.get(f"/v1/rooms/{room}").body
    assert NAME not in str(world.pushes.sent[pushed:])


def test_an_erasure_that_breaks_off_is_finished_by_itself(world: World) -> None:
    """F4, exhaustively: wherever the process dies, either nothing has happened, or nothing is left soon."""
    done = 0
    with in_memory() as memory:
        theirs = guest_with_everything(world)
        session = session_of(theirs.browser, world.now)
        for survived in count():
            with memory.undone():
                died = True
                world.workflows.started.clear()
                with memory.crash_after(survived), suppress(Crash):
                    erasing.erase_guest(session, now=world.now)
                    died = False
                begun = memory.items("receipts")
                if begun:
                    done += 1
                    expiry.reap(now=world.now + MINUTE)
                    [execution] = started(world)
                    finish(execution.given["erasure_id"], world.now + 4 * MINUTE)
                    assert [one for one in _everything(memory) if CANARY in one] == [], survived
                else:
                    assert theirs.browser.get("/v1/session").status == 200
            if not died:
                break
    assert done > 5


def _everything(memory: Any) -> list[str]:
    return [repr(item) for name in memory._tables for item in memory._tables[name].values()]


def test_a_sweep_that_breaks_off_anywhere_goes_on(world: World) -> None:
    """F4, exhaustively: each request of the workflow's task may be its last; the next run converges."""
    with in_memory() as memory:
        theirs = owner_with_everything(world)
        assert erase(theirs).status == 200
        [begun] = memory.items("receipts")
        erasure_id, now = begun["erasure_id"]["S"], world.now + 3 * MINUTE
        for survived in count():
            with memory.undone():
                died = True
                with memory.crash_after(survived), suppress(Crash):
                    erasing.sweep(erasure_id, now=now)
                    died = False
                finish(erasure_id, now)
                assert [one for one in _everything(memory) if CANARY in one] == [], survived
            if not died:
                break
    assert survived > 20


def test_the_reaper_starts_what_nobody_started_and_what_failed(world: World) -> None:
    """F4: whoever was to start the workflow may have died, and an execution may fail."""
    theirs = guest_with_everything(world)
    world.workflows.started.clear()
    world.workflows.busy = True
    assert erase(theirs).status == 200
    assert world.workflows.started == []
    world.workflows.busy = False
    expiry.reap(now=world.now + MINUTE)
    [first] = started(world)
    world.workflows.over.add(first.name)
    expiry.reap(now=world.now + 7 * MINUTE)
    assert [one.name[-2:] for one in started(world)] == ["-1", "-2"]
