"""Rooms that turn out to be one: whatever happens in whatever order, everyone ends in the oldest room."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule

from chalicelib.rooms import service
from chalicelib.rooms.models import members_of
from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.ids import ConnectionId, RoomId, opaque
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import open_session
from tests.support.hand_clock import START_MS
from tests.support.memory import Crash, Memory, in_memory
from tests.support.pushes import recorded_pushes


class Rooms(RuleBasedStateMachine):
    """The truth is a partition of the rooms into classes; each class's oldest room is where its people are."""

    rooms: Bundle[RoomId] = Bundle("rooms")

    def __init__(self) -> None:
        super().__init__()
        self._memory_context, self._pushes_context = in_memory(), recorded_pushes()
        self.memory: Memory = self._memory_context.__enter__()
        self.pushes = self._pushes_context.__enter__()
        self.now = START_MS
        self.opened: list[RoomId] = []  # oldest first
        self.class_of: dict[RoomId, set[RoomId]] = {}
        self.inside: dict[str, set[RoomId]] = {}  # by participant: the rooms they entered
        self.sessions: dict[str, Session] = {}

    def teardown(self) -> None:
        self._pushes_context.__exit__(None, None, None)
        self._memory_context.__exit__(None, None, None)

    @initialize(target=rooms, people=st.just(4))
    def everyone_has_a_room_of_their_own(self, people: int) -> Any:
        for age in range(people):
            room = RoomId(opaque())
            service.open_room(room, now=self.now + age)
            service.open_room(room, now=self.now + 1_000)  # twice is once: the age stays
            self.opened.append(room)
            self.class_of[room] = {room}
            session = open_session(now=self.now)
            service.enter_room(room, session, via="sound", now=self.now + age)
            self.sessions[session.participant_id] = session
            self.inside[session.participant_id] = {room}
        self.now += 2_000
        return multiple(*self.opened)

    def oldest(self, room: RoomId) -> RoomId:
        return min(self.class_of[room], key=self.opened.index)

    @rule(who=st.integers(0, 3), room=rooms)
    def enter(self, who: int, room: RoomId) -> None:
        session = list(self.sessions.values())[who]
        assert service.enter_room(room, session, via="sound", now=self.now) == self.oldest(room)
        self.inside[session.participant_id] |= {self.oldest(room)}

    @rule(who=st.integers(0, 3), room=rooms)
    def open_a_tab(self, who: int, room: RoomId) -> None:
        session = list(self.sessions.values())[who]
        connection = ConnectionId(opaque())
        service.connect(connection, session, now=self.now)
        head = service.resume(connection, room, now=self.now)
        assert head is None or self.oldest(RoomId(head.room_id)) == self.oldest(room)

    @rule(one=rooms, other=rooms)
    def merge(self, one: RoomId, other: RoomId) -> None:
        self._expect_merged(one, other)
        assert service.merge_rooms(one, other, now=self.now) == self.oldest(one)

    def _expect_merged(self, one: RoomId, other: RoomId) -> None:
        together = self.class_of[one] | self.class_of[other]
        for room in together:
            self.class_of[room] = together

    @precondition(lambda self: bool(self.opened))
    @invariant()
    def everyone_is_in_the_oldest_room_of_theirs(self) -> None:
        """A6: nobody lost, nobody anywhere else."""
        for oldest in {self.oldest(room) for room in self.opened}:
            expected = {who for who, rooms in self.inside.items() if rooms & self.class_of[oldest]}
            assert {one.participant_id for one in members_of(oldest, now=self.now)} == expected

    @precondition(lambda self: bool(self.opened))
    @invariant()
    def every_room_leads_to_its_oldest(self) -> None:
        """No circle, and no way that ends elsewhere."""
        for room in self.opened:
            head = service.current_room(room, now=self.now)
            assert head is not None
            assert head.room_id == self.oldest(room)

    @precondition(lambda self: bool(self.opened))
    @invariant()
    def whoever_is_in_reads_the_same_from_any_of_the_names(self) -> None:
        """A member of a merged room is taken along; a stranger finds nothing."""
        for session in self.sessions.values():
            for room in self.opened:
                mine = any(self.oldest(one) == self.oldest(room) for one in self.inside[session.participant_id])
                try:
                    head, _ = service.read_room(self.oldest(room), session, now=self.now)
                except NotFound:
                    assert not mine
                else:
                    assert mine
                    assert head.room_id == self.oldest(room)


def members(room: RoomId, now: int) -> set[str]:
    return {one.participant_id for one in members_of(room, now=now)}


def test_a_merge_that_dies_half_way_is_finished_by_its_repetition() -> None:
    """Crash between writes: no lost device, wherever it happens."""
    unfinished = []
    for survived in range(12):
        with in_memory() as memory, recorded_pushes():
            older, younger, now = RoomId(opaque()), RoomId(opaque()), START_MS
            for room in (older, younger):
                service.open_room(room, now=now + (room == younger))
                service.enter_room(room, open_session(now=now), via="sound", now=now)
            with suppress(Crash), memory.crash_after(survived):
                service.merge_rooms(older, younger, now=now)
            service.merge_rooms(older, younger, now=now)
            unfinished += [survived] if len(members(older, now)) < 2 else []
    assert unfinished == []


def furnished() -> tuple[list[RoomId], Session]:
    """Three rooms, oldest first, a person in each; and one more person, outside."""
    rooms = [RoomId(opaque()) for _ in range(3)]
    for age, room in enumerate(rooms):
        service.open_room(room, now=START_MS + age)
        service.enter_room(room, open_session(now=START_MS), via="sound", now=START_MS)
    return rooms, open_session(now=START_MS)


@pytest.mark.parametrize("first_act", ["enter", "merge"])
def test_entering_and_merging_at_the_same_moment_leave_nobody_behind(first_act: str) -> None:
    """A6: the other act happens whole between any two requests of the first."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            (older, younger, _), person = furnished()
            acts: dict[str, Callable[[], object]] = {
                "enter": partial(service.enter_room, younger, person, via="sound", now=START_MS),
                "merge": partial(service.merge_rooms, older, younger, now=START_MS),
            }
            second_act = acts["merge" if first_act == "enter" else "enter"]
            with memory.interrupted(switch, second_act) as reached:
                acts[first_act]()
            if not reached():
                break
            assert person.participant_id in members(older, START_MS), switch
            assert len(members(older, START_MS)) == 3, switch
    assert switch > 3


def test_merges_at_the_same_moment_end_in_the_oldest_room() -> None:
    """A6: no circle, nobody lost, whichever of two merges runs between any two requests of the other."""
    for pairs in permutations([(0, 1), (1, 2), (0, 2)], 2):
        for switch in count():
            with in_memory() as memory, recorded_pushes():
                rooms, _ = furnished()
                one, other = (partial(service.merge_rooms, rooms[a], rooms[b], now=START_MS) for a, b in pairs)
                with memory.interrupted(switch, other) as reached:
                    one()
                if not reached():
                    break
                assert len(members(rooms[0], START_MS)) == 3, (pairs, switch)
                leads_to = [service.current_room(room, now=START_MS) for room in rooms]
                assert [head and head.room_id for head in leads_to] == [rooms[0]] * 3
        assert switch > 3


Rooms.TestCase.settings = settings(max_examples=15, stateful_step_count=8, deadline=None)
TestRooms = Rooms.TestCase
