"""Of two things at the same moment the later number says what is true: screens that go by the numbers end alike."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from itertools import count
from typing import Any

import pytest

from chalicelib.content import showing, staging
from chalicelib.rooms import service as rooms
from chalicelib.runtime.errors import Problem
from chalicelib.runtime.ids import RoomId, TabId
from chalicelib.sessions.service import open_session
from tests.support.browser import Browser, Socket
from tests.support.memory import in_memory
from tests.support.pages import URL, following, meeting, seen
from tests.support.world import World

REQUESTS_MAX = 16  # of the longer act


class Host:
    """Somebody who has staged a link, and what they do."""

    def __init__(self, room: str, now: int) -> None:
        self.session, self.room, self.now = open_session(now=now), RoomId(room), now
        rooms.enter_room(self.room, self.session, via="sound", now=now)
        self.tab = TabId(str(uuid.uuid4()))
        self.link = staging.stage_content(URL, None, self.tab, self.session, now=now)[0].content_id

    def act(self, name: str) -> Callable[[], object]:
        mine: dict[str, Any] = {"session": self.session, "now": self.now}
        acts: dict[str, Callable[[], object]] = {
            "show": partial(showing.show, self.link, self.room, "card", **mine),
            "frame": partial(showing.show, self.link, self.room, "frame", **mine),
            "take back": partial(showing.take_back, self.link, **mine),
            "delete": partial(staging.delete_content, self.link, **mine),
            "close": partial(staging.close_tab, self.tab, **mine),
            "leave": partial(rooms.leave_room, self.room, **mine),
            "enter": partial(rooms.enter_room, self.room, via="link", **mine),
        }
        return acts[name]


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        ("show", "delete", False), ("show", "take back", False), ("show", "close", False), ("show", "leave", False),
        ("take back", "show", True), ("frame", "show", True), ("delete", "show", True),
    ],
)  # fmt: skip
def test_a_screen_ends_with_what_the_room_shows(world: World, first: str, second: str, shown: bool) -> None:
    """B4–B6: a link that is gone from the cloud is on no screen, and one that is shown on all."""
    for at in range(REQUESTS_MAX):
        with in_memory() as memory:
            viewer, room, host, socket = _begun(world, at)
            if shown:
                host.act("show")()
            _both(memory.interrupted(at, partial(_quietly, host.act(second))), host.act(first))
            assert _screen(_told(world, socket), {}) == {one["content_id"]: one["as"] for one in seen(viewer, room)}, at


@pytest.mark.parametrize(("first", "second"), [("enter", "leave"), ("leave", "enter")])
def test_a_screen_ends_with_who_is_there(world: World, first: str, second: str) -> None:
    """C1, B5: coming, going and coming again."""
    for at in range(REQUESTS_MAX):
        with in_memory() as memory:
            viewer, room, host, socket = _begun(world, at)
            if first == "enter":
                host.act("leave")()
            _both(memory.interrupted(at, partial(_quietly, host.act(second))), host.act(first))
            assert _people(_told(world, socket), set()) == _present(viewer, room), at


@pytest.mark.parametrize("act", ["show", "take back", "enter", "leave"])
def test_a_reading_is_at_least_as_new_as_its_number(world: World, act: str) -> None:
    """B5, B6: a Query is no snapshot; whatever happens between two rows of it, messages with higher numbers mend."""
    missed = 0
    for at in count():
        with in_memory() as memory:
            viewer, room, host, socket = _begun(world, at)
            if act == "take back":
                host.act("show")()
            if act == "enter":
                host.act("leave")()
            memory.page_rows = 1
            with memory.interrupted(at, partial(_quietly, host.act(act))) as reached:
                answer = viewer.get(f"/v1/rooms/{room}").json()
            if not reached():
                break
            memory.page_rows = None
            later = [one for one in _told(world, socket) if one["sequence"] > answer["sequence"]]
            screen = {one["content_id"]: one["as"] for one in answer["content"]}
            people = {one["participant_id"] for one in answer["participants"]} - {answer["me"]}
            assert _screen(later, screen) == {one["content_id"]: one["as"] for one in seen(viewer, room)}, at
            assert _people(later, people) == _present(viewer, room), at
            missed += bool(later)
    assert missed, "it never happened within the reading"


def _begun(world: World, at: int) -> tuple[Browser, str, Host, Socket]:
    """A viewer in a meeting, its id, somebody else who is in it, and the viewer's socket, which follows it."""
    viewer = world.member()
    room = meeting(viewer)
    return viewer, room, Host(room, world.now), following(viewer, room, f"viewer-{at}")


def _both(interrupted: AbstractContextManager[object], act: Callable[[], object]) -> None:
    with interrupted:
        _quietly(act)


def _quietly(act: Callable[[], object]) -> None:
    with suppress(Problem):
        act()


def _told(world: World, socket: Socket) -> list[dict[str, Any]]:
    """The room's messages in the order of their numbers, which a page restores by reading."""
    numbered = [one for one in world.pushes.to(socket.id) if "sequence" in one]
    return sorted(numbered, key=lambda one: int(one["sequence"]))


def _screen(told: list[dict[str, Any]], known: dict[object, object]) -> dict[object, object]:
    """What is shown on a page that knew so much, and is told so."""
    found = dict(known)
    for message in told:
        if message["type"] == "content.shown":
            found[message["content"]["content_id"]] = message["content"]["as"]
        if message["type"] == "content.removed":
            found.pop(message["content_id"], None)
    return found


def _people(told: list[dict[str, Any]], known: set[object]) -> set[object]:
    """Who is there besides the viewer."""
    found = set(known)
    for message in told:
        if message["type"] == "participant.joined":
            found.add(message["participant"]["participant_id"])
        if message["type"] == "participant.left":
            found.discard(message["participant_id"])
    return found


def _present(viewer: Browser, room: str) -> set[object]:
    answer = viewer.get(f"/v1/rooms/{room}").json()
    return {one["participant_id"] for one in answer["participants"]} - {answer["me"]}
