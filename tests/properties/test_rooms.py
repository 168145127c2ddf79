"""Rooms that turn out to be one: whatever happens in whatever order, everyone ends in the oldest room."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import Phase, settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule

from app import app as app  # what subjects hear of each other
from chalicelib.lifetimes import EMPTY_FOR_MS, MINUTE
from chalicelib.rooms import channel, door, ending, presence, service
from chalicelib.rooms.models import knock_key, members_of, new_organiser
from chalicelib.rooms.record_models import ORGANISER, Knock, Organiser, knocks, organisers
from chalicelib.runtime import expiry
from chalicelib.runtime.errors import Denied, NotFound, TooMany
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId, opaque
from chalicelib.sessions.models import Session, find
from chalicelib.sessions.service import end_session, open_session
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
        channel.connect(connection, session, now=self.now)
        head = channel.resume(connection, room, now=self.now)
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


@pytest.mark.parametrize("leaves", ["logs out", "leaves"])
def test_who_leaves_after_a_merge_that_died_half_way_is_not_brought_back_by_its_repetition(leaves: str) -> None:
    """A4, B5: wherever it died; whoever stayed is in the one meeting."""
    for survived in count():
        with in_memory() as memory, recorded_pushes():
            (older, younger, _), _ = furnished()
            person = open_session(now=START_MS)
            service.enter_room(younger, person, via="sound", now=START_MS)
            with suppress(Crash), memory.crash_after(survived):
                service.merge_rooms(older, younger, now=START_MS)
                break
            if leaves == "logs out":
                end_session(person.session_id, now=START_MS)
            else:
                service.leave_room(younger, person, now=START_MS)
            service.merge_rooms(older, younger, now=START_MS)
            assert person.participant_id not in members(older, START_MS) | members(younger, START_MS), survived
            assert len(members(older, START_MS)) == 2, survived
    assert survived > 5


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


class Doors(RuleBasedStateMachine):
    """One room of an account's, and people who come, go, knock, run it and end it; now and then the reaper calls.

    The truth: who is in, who is present, since when nobody is, whose room it is, whether it asks.
    """

    def __init__(self) -> None:
        super().__init__()
        import app  # noqa: F401 - subscribes the subjects to one another's events

        self._stack = ExitStack()
        self.memory: Memory = self._stack.enter_context(in_memory())
        self.pushes = self._stack.enter_context(recorded_pushes())
        self.now = START_MS
        self.people = [open_session(now=self.now) for _ in range(4)]
        self.room = RoomId(opaque())
        service.open_room(self.room, now=self.now)
        organiser = new_organiser(self.room, "account", self.now, link=True)
        organisers.put(organiser)
        self.inside: set[int] = set()
        self.tabs: dict[int, ConnectionId] = {}
        self.empty_since: int | None = None
        self.asks = self.over = False

    def teardown(self) -> None:
        self._stack.close()

    def session(self, who: int) -> Session:
        return find(self.people[who].session_id, now=self.now) or self.people[who]

    def at_the_door(self, who: int) -> Knock | None:
        return knocks.get(knock_key(self.room, self.people[who].participant_id), now=self.now)

    def _came(self, who: int) -> None:
        self.inside.add(who)
        self.empty_since = None

    def _went(self, who: int) -> None:
        if who in self.inside:
            self.inside.discard(who)
            self.tabs.pop(who, None)
            if not self.inside:
                self.empty_since = self.now

    @rule(ms=st.sampled_from([1, 1_000, 59_999, 60_000, 9 * MINUTE]))
    def time_passes(self, ms: int) -> None:
        """Everyone inside has a tab without a lease: present while it is open."""
        self.now += ms
        expiry.reap(now=self.now)
        if self.empty_since is not None and self.now >= self.empty_since + EMPTY_FOR_MS:
            self.over = True

    @rule(who=st.integers(0, 3))
    def come_by_link(self, who: int) -> None:
        try:
            found = door.come_by_link(self.room, self.session(who), now=self.now)
        except NotFound:
            assert self.over
        except Denied:
            knock = self.at_the_door(who)
            assert knock is not None
            assert knock.refused
        except TooMany:
            assert self.asks
        else:
            self._arrived(who, found)

    def _arrived(self, who: int, found: object) -> None:
        assert not self.over, "a meeting that is over was entered"
        if isinstance(found, door.Knocking):
            assert self.asks
            assert who not in self.inside
            return
        assert who in self.inside or not self.asks, "nobody said yes"
        self._came(who)
        self._open_tab(who)

    def _open_tab(self, who: int) -> None:
        if who not in self.tabs:
            self.tabs[who] = ConnectionId(opaque())
            channel.connect(self.tabs[who], self.session(who), now=self.now)
            channel.resume(self.tabs[who], self.room, now=self.now)

    @rule(who=st.integers(0, 3), other=st.integers(0, 3), admit=st.booleans())
    def answer(self, who: int, other: int, admit: bool) -> None:
        found = self.at_the_door(other)
        waits = found is not None and not found.refused and who in self.inside and not self.over
        guest = ParticipantId(self.people[other].participant_id)
        try:
            door.answer_knock(self.room, guest, self.session(who), admit=admit, now=self.now)
        except NotFound:
            assert not waits
        else:
            assert waits
            if admit:
                self._came(other)
                self._open_tab(other)

    @rule(who=st.integers(0, 3), survived=st.none() | st.integers(0, 12))
    def leave(self, who: int, survived: int | None) -> None:
        """Whoever dies while leaving leaves again."""
        if survived is not None:
            with suppress(Crash, NotFound), self.memory.crash_after(survived):
                door.leave(self.room, self.session(who), now=self.now)
        with suppress(NotFound):
            door.leave(self.room, self.session(who), now=self.now)
        was_in = who in self.inside
        self._went(who)
        if was_in and survived is not None and not self.inside:
            presence.look_at_room(self.room, self.now, now=self.now)  # as the reaper would, a little later

    @rule(ask=st.booleans())
    def organiser_decides(self, ask: bool) -> None:
        organisers.update((self.room, ORGANISER), [Organiser.knock.set(ask)], now=self.now)
        self.asks = ask

    @precondition(lambda self: self.now > START_MS + 5_000)
    @rule(survived=st.none() | st.integers(0, 20))
    def organiser_ends(self, survived: int | None) -> None:
        """Broken off anywhere and repeated: over is over."""
        if survived is not None:
            with suppress(Crash), self.memory.crash_after(survived):
                ending.end_room(self.room, now=self.now)
        ending.end_room(self.room, now=self.now)
        self.over = True

    @invariant()
    def members_are_those_who_were_let_in(self) -> None:
        expected = set() if self.over else {self.people[who].participant_id for who in self.inside}
        assert {one.participant_id for one in members_of(self.room, now=self.now)} == expected

    @invariant()
    def whoever_is_in_reads_it_and_nobody_else(self) -> None:
        for who, session in enumerate(self.people):
            try:
                room, _ = service.read_room(self.room, session, now=self.now)
            except NotFound:
                assert self.over or who not in self.inside
            else:
                assert not self.over
                assert room.room_id == self.room

    @invariant()
    def a_meeting_that_is_over_has_left_nothing(self) -> None:
        if self.over:
            rows = [row for row in self.memory.items("rooms") if int(row["expires_at_ms"]["N"]) > self.now]
            assert {row["kind"]["S"] for row in rows if row["room_id"]["S"] == self.room} <= {"left", "sequence"}


Doors.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, phases=set(Phase) - {Phase.shrink, Phase.explain}
)  # a failure is shown as it was found
TestDoors = Doors.TestCase
