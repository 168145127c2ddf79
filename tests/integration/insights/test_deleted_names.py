"""Whoever deletes their name is not in the organiser's history by it any more (C1, D1)."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count

import pytest

from chalicelib.insights import meeting_lives, meeting_models, name_models
from chalicelib.rooms.models import members_of
from chalicelib.rooms.service import leave_room
from chalicelib.runtime import expiry
from chalicelib.runtime.addresses import Address
from chalicelib.sessions.models import Session
from chalicelib.sessions.renewal import sign_in
from chalicelib.sessions.service import change_name, forget_age
from tests.support.accounts import log_in, mailed_token, register
from tests.support.browser import Browser
from tests.support.hand_clock import START_MS
from tests.support.insights import hold
from tests.support.memory import Crash, in_memory
from tests.support.named import NAME, holding, in_a_room, known, someone
from tests.support.pushes import recorded_pushes
from tests.support.world import World

EMAIL = "philippa@example.org"
MINUTE = 60_000
SETTLED_MS = START_MS + expiry.SETTLED_MS + MINUTE  # the reaper has been there


def rename(browser: Browser, name: str | None) -> None:
    assert browser.request("PATCH", "/v1/session", json_body={"participant_name": name}).status == 200


def names(organiser: Browser, room: str) -> list[str | None]:
    return [one["name"] for one in organiser.get(f"/v1/meetings/{room}").json()["participants"]]


def test_a_deleted_name_leaves_the_history_of_every_meeting_at_once(world: World) -> None:
    """C1: of those that ended and of those that go on; whoever was there with them stays named."""
    over, running = hold(world), None
    ben = over.guest(NAME)
    over.enter(over.organiser, "Ada")
    running = over.organiser.post("/v1/rooms", json_body={"title": "Another"}).json()["room_id"]
    assert ben.post(f"/v1/rooms/{running}/participants", json_body={}).status == 201
    world.clock.advance(MINUTE)
    assert over.organiser.delete(f"/v1/rooms/{over.room}").status == 204
    assert ben.delete(f"/v1/rooms/{running}/participants/me").status == 204
    assert sorted(filter(None, names(over.organiser, over.room))) == ["Ada", NAME]

    rename(ben, None)
    assert NAME not in str(world.aws.items())
    assert set(names(over.organiser, over.room)) == {"Ada", None}
    assert over.organiser.delete(f"/v1/rooms/{running}").status == 204
    assert names(over.organiser, running) == [None]


def test_a_changed_name_stays_with_the_meetings_it_was_used_in(world: World) -> None:
    """C1, D1: the organiser keeps the last name that somebody had while they were there."""
    held = hold(world)
    ben = held.guest("Ben")
    rename(ben, "Benedict")
    world.clock.advance(MINUTE)
    ben.delete(f"/v1/rooms/{held.room}/participants/me")
    rename(ben, "Somebody Else")
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204
    assert names(held.organiser, held.room) == ["Benedict"]


def test_where_a_name_stands_lives_and_goes_with_the_history(world: World) -> None:
    """D1, D11: it is found as long as it lives, and says nothing about anybody afterwards."""
    held = hold(world)
    held.guest(NAME)
    world.clock.advance(MINUTE)
    held.organiser.delete(f"/v1/rooms/{held.room}")
    meeting = meeting_models.find_meeting(held.room, now=world.now)
    assert meeting is not None
    world.clock.now_ms = int(meeting.expires_at_ms) - 1
    name_models.forget_names(held.ids[NAME], world.now, NAME.__eq__, now=world.now)
    assert NAME not in str(world.aws.items("meetings"))

    meeting_lives.forget_entries(held.room, now=world.now)
    assert world.aws.items("meetings") == []


def test_a_name_taken_after_a_log_in_stays_although_one_was_deleted_before(world: World) -> None:
    """C1, D1: what is looked for minutes later is the deleted name, whatever session its bearer has by then."""
    held = hold(world)
    ben = held.guest(NAME)
    register(ben, EMAIL)
    ben.post("/v1/accounts/verify", json_body={"token": mailed_token(world)})
    rename(ben, None)
    assert log_in(ben, EMAIL).status == 200
    rename(ben, "Ada Lovelace")
    world.clock.advance(MINUTE)
    assert ben.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
    world.clock.advance(expiry.SETTLED_MS + MINUTE)
    expiry.reap(now=world.now)
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204
    assert names(held.organiser, held.room) == ["Ada Lovelace"]


@pytest.mark.parametrize("second", ["Zoe", None])
def test_of_two_changes_at_once_the_meeting_shows_what_the_session_says(second: str | None) -> None:
    """C1, exhaustively at one switch: they rename themselves in one tab, and again or not at all in another."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            guest = someone()
            room_id = in_a_room(guest)
            tab = known(guest)
            with memory.interrupted(switch, partial(change_name, tab, second, now=START_MS)) as reached:
                change_name(tab, "Philippa", now=START_MS)
            if not reached():
                break
            [member] = members_of(room_id, now=START_MS)
            assert member.name == known(guest).participant_name, switch
    assert switch > 4


def _logs_in(who: Session, now: int) -> None:
    made = sign_in(known(who), "account", Address("ada@example.org"), lambda _: None, now=now, age="adult", proof="")
    assert made is not None


def _deletes(who: Session) -> None:
    change_name(known(who), None, now=START_MS)


def _is_too_young(who: Session) -> None:
    forget_age(known(who), now=START_MS)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("act", "renewed_at"),
    [(_deletes, None), (_deletes, START_MS), (_deletes, SETTLED_MS - 1_000), (_is_too_young, None)],
)
def test_a_deletion_that_breaks_off_is_finished_by_itself(
    act: Callable[[Session], None], renewed_at: int | None
) -> None:
    """C1, C7, exhaustively: wherever the process dies, either nothing was deleted, or the name is nowhere soon; also
    where its bearer logs in before that.
    """
    for survived in count():
        with in_memory() as memory, recorded_pushes():
            guest = someone()
            leave_room(in_a_room(guest), known(guest), now=START_MS)
            in_a_room(known(guest))
            died = True
            with memory.crash_after(survived), suppress(Crash):
                act(guest)
                died = False
            kept = known(guest).participant_name == NAME
            if renewed_at:
                _logs_in(guest, renewed_at)
            for minute in range(4):
                expiry.reap(now=SETTLED_MS + minute * MINUTE)
            assert ("sessions" in holding(memory)) == kept, survived
            if not kept:
                assert holding(memory) == [], survived
        if not died:
            break
    assert survived > 5
    assert not kept


@pytest.mark.usefixtures("world")
def test_a_name_on_its_way_into_the_history_is_deleted_there_too() -> None:
    """C1, exhaustively at one switch: they leave by another tab while they delete their name."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            guest = someone()
            room_id, stale = in_a_room(guest), known(guest)
            with memory.interrupted(switch, partial(_deletes, guest)) as reached:
                leave_room(room_id, stale, now=START_MS)
            if not reached():
                break
            expiry.reap(now=SETTLED_MS)
            assert holding(memory) == [], switch
    assert switch > 0
