"""An erasure that takes months: nobody reads anything of theirs meanwhile, and it is done in the end (F4)."""

import json
from collections.abc import Iterator
from contextlib import suppress

import pytest

from chalicelib.insights import history, keeping
from chalicelib.insights.meeting_models import MEETING, attendees, meetings, stays
from chalicelib.lifetimes import DAY, MINUTE
from chalicelib.privacy import erasing, models, service as privacy
from chalicelib.privacy.replaying import replay
from chalicelib.runtime import events
from chalicelib.runtime.ids import RoomId
from tests.support.belongings import NAME, Belongings, guest_with_everything, owner_with_everything
from tests.support.erasures import erase, finish, report_of, started
from tests.support.memory import Memory, in_memory
from tests.support.passing import ttl
from tests.support.world import World

MAKE = {"guest": guest_with_everything, "account": owner_with_everything}


@pytest.fixture
def memory() -> Iterator[Memory]:
    with in_memory() as found:
        yield found


def pass_day(theirs: Belongings, memory: Memory, erasure_id: str) -> None:
    """The reaper begins the workflow again and again, and it does nothing; whoever ran the meeting goes on."""
    theirs.world.clock.advance(DAY)
    assert theirs.over.organiser.get("/v1/session").status == 200
    assert keeping.look_after_meeting(theirs.over.room, theirs.world.now) is not None
    [account_id] = {one.account_id for one in meetings.get_many([(theirs.over.room, MEETING)], now=theirs.world.now)}
    assert keeping.look_after(history.kept_name(account_id), theirs.world.now) is not None
    with suppress(erasing.Unfinished):
        erasing.see_through(erasure_id, theirs.world.now)
    ttl(memory, theirs.world.now)


def told_of(theirs: Belongings) -> tuple[str, bool]:
    """What the report's state is, and whether it or the history says anything of them."""
    read = [theirs.over.organiser.get(f"/v1/meetings/{theirs.over.room}{page}").json() for page in ("", "/report")]
    said = json.dumps(read)
    return read[1]["status"], any(one in said for one in theirs.person.participants)


@pytest.mark.parametrize("who", MAKE)
def test_who_is_erased_stays_so_until_it_is_done(world: World, memory: Memory, who: str) -> None:
    """F4, F6: on day 31 and on day 200 they are in no report and no history, what comes late is refused, and a backup
    brings nobody back; then the receipt comes."""
    theirs = MAKE[who](world)
    assert erase(theirs).status == 200
    erasure_id, erased_ms = str(started(world)[-1].given["erasure_id"]), world.now
    for day in range(1, 201):
        pass_day(theirs, memory, erasure_id)
        if day in (29, 31, 200):
            assert told_of(theirs) == ("assembling", False), day
    [me] = [one for one in theirs.person.participants if one == theirs.over.ids[NAME]]
    assert privacy.is_gone(privacy.guest(me), now=world.now)
    assert {int(one["erased_at_ms"]["N"]) for one in memory.items("erasures") if "whole" in one} == {erased_ms}
    late = events.StayEnding(RoomId(theirs.over.room), me, NAME, erased_ms, world.now, world.now)
    events.publish(late)
    assert [one for one in attendees.query(theirs.over.room, now=0) if me in str(one.entry)] == []
    assert world.now not in {int(one.to_ms) for one in stays.query(theirs.over.room, now=0) if "attended" in one.entry}
    world.clock.advance(3 * MINUTE)
    finish(erasure_id, world.now)
    assert [one.participant_id for one in report_of(theirs)[0].people] == [theirs.over.ids["Ben"]]
    assert [row for row in memory.items("meetings") if me in repr(row)] == []
    assert told_of(theirs) == ("ready", False)
    assert replay(now=world.now).found == 0


def test_whoever_was_erased_again_since_is_dated_by_that(world: World, memory: Memory) -> None:
    """F6: what was handed out of an address between two erasures is known as the erased one's by the later."""
    models.keep_traces(["address"], world.now, "once", now=world.now)
    models.keep_traces(["address"], world.now - DAY, "twice", now=world.now + DAY)
    [kept] = memory.items("erasures")
    assert (int(kept["erased_at_ms"]["N"]), int(kept["expires_at_ms"]["N"])) == (world.now, world.now + 31 * DAY)
