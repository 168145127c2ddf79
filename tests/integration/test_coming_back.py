"""Whoever comes back at the very moment they are found away is there (B2, B5, B11, B13).

Exhaustively at one switch: the one runs whole between any two requests of the other.
"""

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count

import pytest

from app import app as app  # the reaper knows its handlers
from chalicelib.content import staging
from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import calls, channel, connections, ending, presence, push, service as rooms
from chalicelib.rooms.call_models import find_call
from chalicelib.rooms.models import find_member, find_room, new_organiser
from chalicelib.rooms.record_models import IS_HERE, ORGANISER, Member, Organiser, members, organisers
from chalicelib.runtime import expiry
from chalicelib.runtime.errors import TooMany
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId, TabId, opaque
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import open_session
from tests.support.hand_clock import START_MS
from tests.support.memory import in_memory
from tests.support.pushes import Pushes, recorded_pushes

OLD, NEW = ConnectionId("old"), ConnectionId("new")
AWAY = START_MS + 5 * MINUTE + 1_000
SOON = START_MS + MINUTE


@dataclass
class Alone:
    """Somebody alone in a meeting, whose page has lost its socket."""

    leased: bool

    def __post_init__(self) -> None:
        expiry.reap(now=START_MS)
        self.room, self.session = RoomId(opaque()), open_session(now=START_MS)
        rooms.open_room(self.room, now=START_MS)
        rooms.enter_room(self.room, self.session, via="sound", now=START_MS)
        self.tab = TabId(str(uuid.uuid4())) if self.leased else None
        if self.tab:
            staging.hold_tab(self.tab, self.session, now=START_MS)
        self.open(OLD, now=START_MS)

    def open(self, connection: ConnectionId, *, now: int) -> None:
        channel.connect(connection, self.session, now=now, tab_id=self.tab)
        channel.resume(connection, self.room, now=now)

    def returns(self, now: int) -> None:
        self.open(NEW, now=now)
        if self.leased:
            channel.hear_tab(NEW, now=now)

    def found_away(self, now: int) -> None:
        presence.look_after(f"{self.room}.{self.session.participant_id}", now)

    def old_closes(self, now: int) -> None:
        channel.disconnect(OLD, now=now)

    def member(self, now: int) -> Member | None:
        return find_member(self.room, ParticipantId(self.session.participant_id), now=now)

    def lives_on(self, now: int) -> bool:
        """Whether the meeting is there after a quarter of an hour of heartbeats, and they in it."""
        for minute in range(1, 16):
            if minute % 2 == 0:
                channel.hear_tab(NEW, now=now + minute * MINUTE)
            expiry.reap(now=now + minute * MINUTE)
        found = self.member(now + 15 * MINUTE)
        return found is not None and found.here


def cut(pushes: Pushes) -> bool:
    """The new socket was closed with the old ones: its page opens another."""
    return NEW in pushes.closed


Act = Callable[[Alone, int], None]


@pytest.mark.parametrize(
    ("first", "second", "leased", "now"),
    [
        (Alone.found_away, Alone.returns, True, AWAY),
        (Alone.old_closes, Alone.returns, True, AWAY),
        (Alone.old_closes, Alone.returns, False, SOON),
        (Alone.returns, Alone.found_away, True, AWAY),
        (Alone.returns, Alone.old_closes, True, AWAY),
        (Alone.returns, Alone.old_closes, False, SOON),
    ],
)
def test_whoever_comes_back_is_seen_and_keeps_their_meeting(first: Act, second: Act, leased: bool, now: int) -> None:
    """B2, B11: present, or told to open another socket; an empty meeting ends, one that is not does not."""
    kept = 0
    for switch in count():
        with in_memory() as memory, recorded_pushes() as pushes:
            alone = Alone(leased)
            with memory.interrupted(switch, partial(second, alone, now)) as reached:
                first(alone, now)
            if not reached():
                break
            if not cut(pushes):
                found = alone.member(now)
                assert found is not None, switch
                assert found.here, switch
                assert alone.lives_on(now), switch
                kept += 1
    assert kept > 5


def test_whoever_was_found_away_is_not_in_the_call() -> None:
    """B13: entering it at that moment, too; nobody stands in it later without having asked."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            alone, entered = Alone(leased=True), list[bool]()

            def back_into_the_call(alone: Alone = alone, entered: list[bool] = entered) -> None:
                alone.returns(AWAY)
                entered.append(calls.change_call(NEW, alone.room, joins=True, now=AWAY))

            with memory.interrupted(switch, back_into_the_call) as reached:
                alone.found_away(AWAY)
            if not reached():
                break
            found = alone.member(AWAY)
            assert found is not None
            listed = alone.session.participant_id in find_call(alone.room, now=AWAY)
            assert listed == bool(found.in_call and found.here), switch
            if not found.here:
                assert not found.in_call, switch
    assert switch > 5


def test_of_two_tabs_of_one_person_one_leaves_the_call_while_the_other_enters() -> None:
    """B13: whoever is told that they are in it is in it."""
    refused = 0
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            alone = Alone(leased=False)
            alone.open(NEW, now=START_MS)
            leaves = partial(calls.change_call, OLD, alone.room, joins=False, now=START_MS)
            with memory.interrupted(switch, leaves) as reached:
                told = calls.change_call(NEW, alone.room, joins=True, now=START_MS)
            if not reached():
                break
            assert told == (alone.session.participant_id in find_call(alone.room, now=START_MS)), switch
            refused += not told
    assert refused


def test_a_meeting_is_not_ended_under_whoever_is_there() -> None:
    """B11: where the process that let them go has died before its second look."""
    with in_memory(), recorded_pushes():
        alone = Alone(leased=True)
        member = alone.member(START_MS)
        assert member is not None
        away = [Member.here.set(False), Member.away_since_ms.set(START_MS)]
        assert members.update((member.room_id, member.entry), away, now=START_MS, where=IS_HERE) is not None
        presence.look_at_room(alone.room, START_MS, now=START_MS)
        assert presence.end_if_empty(alone.room, START_MS + 10 * MINUTE) is None
        assert find_room(alone.room, now=START_MS + 10 * MINUTE) is not None
        found = alone.member(START_MS + 10 * MINUTE)
        assert found is not None
        assert found.here


def test_who_leaves_as_one_of_their_tabs_comes_back_is_on_no_screen() -> None:
    """B5: the last word to the others is that they have left; they were away, and another tab knows nothing of it."""
    for switch in count():
        with in_memory() as memory, recorded_pushes() as pushes:
            alone = _watched()
            alone.old_closes(SOON)
            with memory.interrupted(switch, partial(alone.returns, SOON)) as reached:
                rooms.leave_room(alone.room, alone.session, now=SOON)
            if not reached():
                break
            told = [one for one in pushes.to("viewer") if one["type"].startswith("participant.")]
            last = max(told, key=lambda one: int(one["sequence"]))
            assert last["type"] == "participant.left", switch
            assert alone.member(SOON) is None, switch
    assert switch > 5


def test_a_socket_that_closes_while_it_is_listed_leaves_no_trace() -> None:
    """B5: nobody is listed, or present, by a socket that is gone."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            alone = Alone(leased=False)
            channel.connect(NEW, alone.session, now=START_MS)
            with memory.interrupted(switch, partial(channel.disconnect, NEW, now=START_MS)) as reached:
                channel.resume(NEW, alone.room, now=START_MS)
            if not reached():
                break
            assert connections.audience_ids(connections.of_room(alone.room), now=START_MS) == [OLD], switch
    assert switch > 5


def test_a_listing_that_was_left_behind_goes_with_the_next_push() -> None:
    """The live channel: 410 prunes also what its own row knows nothing of."""
    with in_memory(), recorded_pushes() as pushes:
        alone = Alone(leased=False)
        stray = connections.row(connections.of_room(alone.room), NEW, "s", alone.session.participant_id, START_MS)
        connections.connections.put(stray)
        pushes.gone.add(NEW)
        rooms.enter_room(alone.room, _another(), via="sound", now=START_MS)
        assert connections.audience_ids(connections.of_room(alone.room), now=START_MS) == [OLD]


def test_nobody_comes_back_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """B11, floods: each coming and going is told to everybody and filed with the reaper once a minute."""
    monkeypatch.setattr(channel, "RETURNS", 3)
    with in_memory() as memory, recorded_pushes() as pushes:
        alone = _watched()
        alone.old_closes(START_MS)
        pushes.clear()
        before = len(memory.items("expiries"))
        for n in range(20):
            one = ConnectionId(f"tab-{n}")
            channel.connect(one, alone.session, now=START_MS + n)
            _quietly(partial(channel.resume, one, alone.room, now=START_MS + n))
            channel.disconnect(one, now=START_MS + n)
        assert pushes.kinds("viewer") == ["participant.joined", "participant.left"] * 3
        assert len(memory.items("expiries")) <= before + 1


def test_a_number_that_comes_after_the_end_is_nobodys() -> None:
    """B11: what is told late leaves no row of a meeting that is over."""
    with in_memory() as memory, recorded_pushes():
        alone = Alone(leased=False)
        ending.end_room(alone.room, now=START_MS)
        push.changed(alone.room, now=START_MS)
        assert {row["kind"]["S"] for row in memory.items("rooms")} == {"left"}


def test_a_membership_is_not_mended_past_a_door_that_asks_by_now() -> None:
    """A12: the switch stands between any two requests of the mending; before it, they are in."""
    inside = []
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            alone, late = Alone(leased=False), _another()
            made = new_organiser(alone.room, "ada", START_MS, link=True)
            organisers.put(made)
            asks = partial(organisers.update, (alone.room, ORGANISER), [Organiser.knock.set(True)], now=START_MS)
            with memory.interrupted(switch, asks) as reached:
                entered = rooms.mend_membership(alone.room, late, since=START_MS, now=START_MS)
            if not reached():
                break
            member = find_member(alone.room, ParticipantId(late.participant_id), now=START_MS)
            assert (entered is None) == (member is None), switch
            inside.append(member is not None)
    assert inside == sorted(inside)
    assert set(inside) == {False, True}


def test_one_session_has_so_many_sockets_and_the_newest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Floods: of too many open at once, those that were opened first are closed."""
    monkeypatch.setattr(channel, "OPEN_MAX", 3)
    with in_memory(), recorded_pushes() as pushes:
        session = open_session(now=START_MS)
        for n in range(5):
            channel.connect(ConnectionId(f"tab-{n}"), session, now=START_MS + n)
        listed = connections.session_connections(session.session_id, now=START_MS + 5)
        assert sorted(one.connection_id for one in listed) == ["tab-2", "tab-3", "tab-4"]
        assert pushes.closed == ["tab-0", "tab-1"]


def _watched() -> Alone:
    """Without a lease; somebody else is in the meeting by now, whose page follows it as `viewer`."""
    alone, viewer = Alone(leased=False), _another()
    rooms.enter_room(alone.room, viewer, via="sound", now=START_MS)
    channel.connect(ConnectionId("viewer"), viewer, now=START_MS)
    channel.resume(ConnectionId("viewer"), alone.room, now=START_MS)
    return alone


def _another() -> Session:
    return open_session(now=START_MS)


def _quietly(act: Callable[[], object]) -> None:
    with suppress(TooMany):
        act()
