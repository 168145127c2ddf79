"""What was not told is found by the next heartbeat (docs/adr/0020, B4, B6)."""

import uuid
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from chalicelib.content import showing, staging
from chalicelib.rooms import service as rooms
from chalicelib.runtime import meter
from chalicelib.runtime.ids import RoomId, TabId
from chalicelib.sessions.service import open_session
from tests.support.browser import Browser, Socket
from tests.support.memory import Crash, in_memory
from tests.support.pages import LEASE_MS, URL, Page, following, meeting, merge, seen
from tests.support.world import World

MORE_THAN_A_SHOWING_TAKES = 12  # requests


def pulse(world: World, socket: Socket, room: str) -> dict[str, Any] | None:
    """What the next heartbeat says of the room."""
    socket.send({"action": "heartbeat", "room_id": room})
    answer = world.pushes.to(socket.id)[-1]
    assert (answer["type"], answer["at_ms"]) == ("heartbeat", world.now)
    found: dict[str, Any] | None = answer.get("room")
    return found


def sequence(browser: Browser, room: str) -> int:
    return int(browser.get(f"/v1/rooms/{room}").json()["sequence"])


def screen(world: World, socket: Socket) -> set[str]:
    """What a page shows that knows the messages and nothing else."""
    found = set[str]()
    for message in world.pushes.to(socket.id):
        if message["type"] == "content.shown":
            found.add(message["content"]["content_id"])
        if message["type"] == "content.removed":
            found.discard(message["content_id"])
    return found


def shown_in(viewer: Browser, room: str) -> dict[str, dict[str, Any]]:
    """As a pulse says it."""
    found = seen(viewer, room)
    return {one["content_id"]: {"as": one["as"], "expires_at_ms": one["expires_at_ms"]} for one in found}


@pytest.mark.parametrize("act", ["show", "take back"])
def test_whenever_a_process_dies_the_next_heartbeat_shows_what_it_had_done(world: World, act: str) -> None:
    """B4, B6: between writing and telling, too, where no number is missing."""
    unnoticed = 0
    for survived in range(MORE_THAN_A_SHOWING_TAKES):
        with in_memory() as memory:
            viewer, host = world.member(), open_session(now=world.now)
            room = meeting(viewer)
            rooms.enter_room(RoomId(room), host, via="sound", now=world.now)
            socket = following(viewer, room, f"viewer-{survived}")
            item, _ = staging.stage_content(URL, None, TabId(str(uuid.uuid4())), host, now=world.now)
            shows = partial(showing.show, item.content_id, RoomId(room), "card")
            if act == "take back":
                shows(session=host, now=world.now)
            dying = shows if act == "show" else partial(showing.take_back, item.content_id)
            with suppress(Crash), memory.crash_after(survived):
                dying(session=host, now=world.now)
            known = sequence(viewer, room)
            there = shown_in(viewer, room)
            assert pulse(world, socket, room) == {"room_id": room, "sequence": known, "shown": there}
            unnoticed += screen(world, socket) != there.keys()
    assert unnoticed, "it never died between writing and telling"


def test_a_pulse_is_one_query_and_writes_nothing(world: World) -> None:
    """docs/adr/0020: whoever is in the room, two units for what is shown, one for each tab that shows it."""
    page, viewer = Page(world.member()), world.member()
    room = meeting(page.browser, viewer)
    for n in range(10):
        page.shown(room, title=f"{n}")
    socket = following(viewer, room, "viewer")
    with meter.metering() as counted:
        found = pulse(world, socket, room)
    assert found is not None
    assert len(found["shown"]) == 10
    assert [(call.operation, call.table, call.write) for call in counted.calls] == [
        ("GetItem", "connections", False),
        ("Query", "rooms", False),
        ("BatchGetItem", "tabs", False),
    ]
    assert counted.units <= 4


def test_a_pulse_tells_of_heartbeats_and_lists_nothing_that_is_over(world: World) -> None:
    """B7: no message says that an end was put off; the answer to a viewer's own heartbeat does."""
    page, viewer = Page(world.member()), world.member()
    room = meeting(page.browser, viewer)
    one = page.shown(room)
    socket = following(viewer, room, "viewer")
    world.clock.advance(LEASE_MS - 1)
    assert page.hear().status == 200
    later = pulse(world, socket, room)
    assert later is not None
    assert later["shown"] == {one: {"as": "card", "expires_at_ms": world.now + LEASE_MS}} == shown_in(viewer, room)
    world.clock.advance(LEASE_MS)
    over = pulse(world, socket, room)
    assert over is not None
    assert over["shown"] == {}


def test_a_pulse_is_for_who_follows_the_room(world: World) -> None:
    """B6: nobody outside learns what is shown; whoever left does not either; whoever is asked to resume does so."""
    page, viewer, stranger = Page(world.member()), world.member(), world.member()
    room = meeting(page.browser, viewer)
    page.shown(room)
    socket = viewer.connect("viewer")
    assert pulse(world, socket, room) is None
    socket.resume(room)
    assert pulse(world, socket, room) is not None
    outside = following(stranger, room, "stranger")
    assert pulse(world, outside, room) is None
    assert viewer.delete(f"/v1/rooms/{room}/participants/me").status == 204
    assert pulse(world, socket, room) is None


@pytest.mark.parametrize("room", ["", "x", "room#x", "A" * 22, "é", "a" * 5_000])
def test_a_room_that_is_none_has_no_pulse(world: World, room: str) -> None:
    """docs/api.md: the heartbeat is answered all the same."""
    socket = world.member().connect("own")
    assert pulse(world, socket, room) is None


def test_who_has_not_moved_along_is_told_to_by_the_pulse(world: World) -> None:
    """A6: the number of the room that was left behind is that of its last message, which said where to."""
    viewer, other = world.member(), world.member()
    room, second = meeting(viewer), meeting(other)
    socket = following(other, second, "other")
    before = pulse(world, socket, second)
    merge(world, room, second)
    after = pulse(world, socket, second)
    assert before is not None
    assert after is not None
    assert after["sequence"] > before["sequence"]
