"""Two meetings that turn out to be one: the history, the report and the names are those of one (D1, D11)."""

import pytest

from chalicelib.insights.meeting_models import presence_of
from chalicelib.insights.models import rooms_of
from chalicelib.rooms.service import merge_rooms
from chalicelib.runtime import expiry
from chalicelib.runtime.ids import RoomId
from tests.support.browser import Browser
from tests.support.insights import Held, agree, assemble, end, grown_up_guest, hold, send
from tests.support.workflows import executed
from tests.support.world import World

MINUTE = 60_000


def other_room(who: Browser) -> str:
    """A meeting that nobody runs, with one member."""
    return str(who.post("/v1/join-codes", json_body={}).json()["room_id"])


def enter(who: Browser, room: str, other: Browser) -> None:
    """By a code that somebody inside shows."""
    code = other.post("/v1/join-codes", json_body={"room_id": room}).json()["code"]
    assert who.post(f"/v1/join-codes/{code}", json_body={}).status == 200


def named(who: Browser, name: str) -> Browser:
    assert who.request("PATCH", "/v1/session", json_body={"participant_name": name}).status == 200
    return who


@pytest.fixture
def merged(world: World) -> tuple[Held, Browser, str]:
    """Ada's meeting, and beside it Ben, with Cy, who left after a minute and came back; then the two are one."""
    made = hold(world)
    world.clock.advance(MINUTE)  # the older room remains
    made.enter(made.organiser, "Ada")
    ben, cy = (named(grown_up_guest(world), name) for name in ("Ben", "Cy"))
    room = other_room(ben)
    agree(cy)
    enter(cy, room, ben)
    world.clock.advance(MINUTE)
    assert cy.delete(f"/v1/rooms/{room}/participants/me").status == 204
    world.clock.advance(MINUTE)
    merge_rooms(RoomId(made.room), RoomId(room), now=world.now)
    return made, cy, room


def test_who_left_before_the_rooms_were_one_was_in_the_meeting(merged: tuple[Held, Browser, str]) -> None:
    """D1, D4: their stay and their name are in its history, what they said then in the report."""
    held, cy, room = merged
    now = held.world.now
    talk = ("talk", now - MINUTE - 30_000, now - MINUTE)
    assert send(cy, room, 1, talk, from_ms=now - 2 * MINUTE, to_ms=now - MINUTE).status == 202
    end(held)
    assemble(held)
    people = held.organiser.get(f"/v1/meetings/{held.room}").json()["participants"]
    assert {one["name"]: one["presence_ms"] for one in people} == {"Ada": 2 * MINUTE, "Ben": 2 * MINUTE, "Cy": MINUTE}
    [one] = held.organiser.get(f"/v1/meetings/{held.room}/report").json()["report"]["people"]
    assert (one["name"], one["figures"]["talk_ms"]) == ("Cy", 30_000)


def test_nothing_stays_behind_in_the_room_that_merged(merged: tuple[Held, Browser, str]) -> None:
    """D11: no stay and no name lies where nobody looks; a name that is deleted leaves the one history."""
    held, cy, room = merged
    end(held)
    assert presence_of(room, now=held.world.now) == {}
    owners = {row["owner"]["S"] for row in held.world.aws.items("meetings")}
    assert room not in owners
    assert {row["entry"]["S"] for row in held.world.aws.items("meetings")} & {room} == set()
    assert cy.request("PATCH", "/v1/session", json_body={"participant_name": None}).status == 200
    people = held.organiser.get(f"/v1/meetings/{held.room}").json()["participants"]
    assert "Cy" not in {one["name"] for one in people}


def test_an_address_that_was_given_in_one_of_them_is_in_the_history(world: World) -> None:
    """D1: of two of one organiser, though the other knew its giver's name first, without it."""
    held, cy = hold(world), grown_up_guest(world)
    held.enter(cy, "Cy")
    world.clock.advance(MINUTE)
    room = held.organiser.post("/v1/rooms", json_body={"title": "The same again"}).json()["room_id"]
    assert cy.post(f"/v1/rooms/{room}/participants", json_body={"email": "cy@example.org"}).status == 201
    world.clock.advance(MINUTE)
    assert cy.delete(f"/v1/rooms/{room}/participants/me").status == 204
    assert merge_rooms(RoomId(held.room), RoomId(room), now=world.now) == held.room
    end(held)
    people = held.organiser.get(f"/v1/meetings/{held.room}").json()["participants"]
    assert [(one["name"], one["email"]) for one in people] == [("Cy", "cy@example.org")]


def test_of_two_meetings_that_nobody_ran_nothing_remains(world: World) -> None:
    """D7, D11: nor of the one that merged into the other."""
    ben, cy = grown_up_guest(world), grown_up_guest(world)
    one, other = other_room(ben), other_room(cy)
    for who, room in ((ben, one), (cy, other)):
        who.delete(f"/v1/rooms/{room}/participants/me")
    merge_rooms(RoomId(one), RoomId(other), now=world.now)
    assert {len(rooms_of(room, now=world.now)) for room in (one, other)} == {1, 2}
    for _ in range(12):
        world.clock.advance(MINUTE)
        expiry.reap(now=world.now)
    assert world.aws.items("meetings") == world.aws.items("insights") == []


def measured_before(world: World) -> tuple[Held, Browser]:
    """Of one organiser's two meetings the younger becomes part of the other, with what was measured of Cy in it."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    world.clock.advance(MINUTE)
    room = held.organiser.post("/v1/rooms", json_body={"title": "The same again"}).json()["room_id"]
    cy = grown_up_guest(world)
    agree(cy)
    Held(world, held.organiser, room).enter(cy, "Cy")
    world.clock.advance(MINUTE)
    assert send(cy, room, 1, from_ms=world.now - MINUTE, to_ms=world.now).status == 202
    assert merge_rooms(RoomId(held.room), RoomId(room), now=world.now) == held.room
    return held, cy


@pytest.mark.parametrize("leaves", [False, True])
def test_who_withdraws_in_a_meeting_that_was_two_leaves_nothing_measured(world: World, leaves: bool) -> None:
    """D10: there or gone; what lies in the room that merged is found by both."""
    held, cy = measured_before(world)
    assert [row for row in world.aws.items("insights") if row["kind"]["S"] == "batch"] != []
    if leaves:
        assert cy.delete(f"/v1/rooms/{held.room}/participants/me").status in (204, 404)
    assert cy.request("PUT", "/v1/consents", json_body={"insights": False}).status == 200
    assert [row for row in held.world.aws.items("insights") if row["kind"]["S"] == "batch"] == []


def test_a_guest_of_a_meeting_that_was_two_is_erased(world: World) -> None:
    """F4, D10: by the workflow, at its first attempt."""
    held, cy = measured_before(world)
    assert cy.delete("/v1/session?erase=all").status == 200
    assert executed(held.world.app, held.world.workflows.started[-1]).status == "SUCCEEDED"
    assert [row for row in held.world.aws.items("insights") if row["kind"]["S"] == "batch"] == []


def test_who_was_erased_does_not_come_back_with_what_the_rooms_have_become(merged: tuple[Held, Browser, str]) -> None:
    """F4: the meeting ends within the minutes until their erasure has come to its end."""
    held, cy, _ = merged
    assert cy.delete("/v1/session?erase=all").status == 200
    end(held)
    found = held.organiser.get(f"/v1/meetings/{held.room}").json()["participants"]
    assert sorted(one["name"] for one in found) == ["Ada", "Ben"]
    now = held.world.now
    assert len(presence_of(held.room, now=now)) == 2
