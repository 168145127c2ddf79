"""Members who talk over the network: signals between two of them, and a call of at most six (B13)."""

import io
from functools import partial
from itertools import count

import pytest

from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import calls, channel, connections, push, service
from chalicelib.rooms.call_models import find_call
from chalicelib.rooms.calls import CALL_MAX, SIGNAL_MAX, SIGNALS, change_call
from chalicelib.rooms.models import find_room, next_sequence
from chalicelib.runtime.ids import ConnectionId, RoomId, opaque
from chalicelib.sessions.models import Session, find as find_session
from chalicelib.sessions.service import open_session
from tests.integration.test_rooms import meeting, merge
from tests.support.browser import Browser, Socket
from tests.support.hand_clock import START_MS
from tests.support.memory import in_memory
from tests.support.pushes import recorded_pushes
from tests.support.world import World


def tab(who: Browser, room: str) -> Socket:
    socket = who.connect()
    socket.resume(room)
    return socket


def me(who: Browser, room: str) -> str:
    return str(who.get(f"/v1/rooms/{room}").json()["me"])


def signal(socket: Socket, to: str, data: str = "offer") -> None:
    socket.send({"action": "signal", "to": to, "data": data})


def join(socket: Socket, room: str, joined: bool = True) -> None:
    socket.send({"action": "call", "room_id": room, "joined": joined})


def test_of_two_who_come_at_once_the_last_message_names_both(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """B13: whoever reads the messages in their order knows who is in the call."""
    one, two = world.member(), world.member()
    room = meeting(world, one, two)
    mine, theirs = tab(one, room), tab(two, room)
    real = next_sequence

    def overtaken(room_id: RoomId, *, now: int, left_at_ms: int | None = None) -> int | None:
        monkeypatch.setattr(push, "next_sequence", real)
        join(theirs, room)  # comes to its end while the first change is under way
        return real(room_id, now=now, left_at_ms=left_at_ms)

    monkeypatch.setattr(push, "next_sequence", overtaken)
    world.pushes.clear()
    join(mine, room)
    told = [message for message in world.pushes.to(mine.id) if message["type"] == "call.changed"]
    last = max(told, key=lambda message: message["sequence"])
    assert last["people"] == sorted([me(one, room), me(two, room)])


def test_a_signal_reaches_the_other_and_nobody_else(world: World, log_lines: io.StringIO) -> None:
    """B13: between two of a call; nothing of it is stored or logged."""
    one, two, third = (world.member() for _ in range(3))
    room = meeting(world, one, two, third)
    mine, theirs, elsewhere, other = tab(one, room), tab(two, room), two.connect(), tab(third, room)
    for one_of_them in (mine, theirs, other):
        join(one_of_them, room)
    world.pushes.clear()
    signal(mine, me(two, room), "v=0 secret candidate")
    assert world.pushes.sent == [
        (theirs.id, {"type": "signal", "room_id": room, "from": me(one, room), "data": "v=0 secret candidate"})
    ]
    assert world.pushes.to(elsewhere.id) == world.pushes.to(other.id) == []
    assert "secret" not in str(world.aws.items()) + log_lines.getvalue()


def test_nobody_hears_a_call_without_being_seen_in_it(world: World) -> None:
    """B13: whoever signals is sent sound and pictures; a member who is not in the call gets nothing through."""
    one, two = world.member(), world.member()
    room = meeting(world, one, two)
    mine, theirs = tab(one, room), tab(two, room)
    join(mine, room)
    for sender, to in ((theirs, me(one, room)), (mine, me(two, room))):
        world.pushes.clear()
        signal(sender, to)
        assert world.pushes.sent == [(sender.id, {"type": "signal.failed", "to": to, "reason": "not-here"})]
    join(theirs, room)
    join(theirs, room, joined=False)
    world.pushes.clear()
    signal(theirs, me(one, room))
    assert world.pushes.kinds(mine.id) == []


def test_whoever_leaves_while_entering_the_call_is_not_in_it() -> None:
    """B13, exhaustively at one switch: the leaving runs whole between any two requests of the entering."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            room, tabs = crowd()
            assert change_call(tabs[0], room, joins=True, now=START_MS)
            leaver = _known(tabs[1])
            session = find_session(leaver.session_id, now=START_MS)
            assert session is not None
            leave = partial(service.leave_room, room, session, now=START_MS)
            with memory.interrupted(switch, leave) as reached:
                change_call(tabs[1], room, joins=True, now=START_MS)
            if not reached():
                break
            found = find_room(room, now=START_MS)
            assert found is not None
            assert leaver.participant_id not in find_call(room, now=START_MS) | found.in_call, switch
            assert len(found.in_call) == 1
    assert switch > 3


def test_whoever_leaves_while_their_tab_comes_back_hears_nothing_more() -> None:
    """B5, B6, exhaustively at one switch: the leaving runs whole between any two requests of the following."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            room, tabs = crowd()
            session = find_session(_known(tabs[0]).session_id, now=START_MS)
            assert session is not None
            with memory.interrupted(switch, partial(service.leave_room, room, session, now=START_MS)) as reached:
                channel.resume(tabs[0], room, now=START_MS)
            if not reached():
                break
            assert tabs[0] not in connections.audience_ids(connections.of_room(room), now=START_MS), switch
            assert room not in (_known(tabs[0]).rooms or ()), switch
    assert switch > 3


def _known(tab: ConnectionId) -> connections.Connection:
    found = connections.find(tab, now=START_MS)
    assert found is not None
    return found


def test_signals_go_between_two_of_one_call_only(world: World) -> None:
    """B13: not to strangers, to those away, to oneself, nor from outside."""
    one, two, stranger = (world.member() for _ in range(3))
    room, other = meeting(world, one, two), meeting(world, stranger)
    mine, theirs, strange = tab(one, room), tab(two, room), tab(stranger, other)
    ids = me(one, room), me(two, room), me(stranger, other)
    for socket, where in ((mine, room), (theirs, room), (strange, other)):
        join(socket, where)
    world.pushes.clear()
    signal(mine, ids[2])
    signal(strange, ids[0])
    signal(mine, ids[0])
    signal(mine, opaque())
    signal(mine, "x")
    theirs.close()
    world.pushes.clear()
    signal(mine, ids[1])
    assert world.pushes.sent == [(mine.id, {"type": "signal.failed", "to": ids[1], "reason": "not-here"})]


@pytest.mark.parametrize(
    ("data", "kinds"),
    [("x" * SIGNAL_MAX, ["signal"]), ("x" * (SIGNAL_MAX + 1), ["signal.failed"]), ("é" * (SIGNAL_MAX // 2), ["signal"]),
     ("é" * (SIGNAL_MAX // 2) + "x", ["signal.failed"]), ("x" * 120_000, ["signal.failed"])],
)  # fmt: skip
def test_a_signal_has_at_most_16_kb(world: World, data: str, kinds: list[str]) -> None:
    """B13: in bytes; who sends more is told so."""
    one, two = world.member(), world.member()
    room = meeting(world, one, two)
    mine, theirs = tab(one, room), tab(two, room)
    for socket in (mine, theirs):
        join(socket, room)
    other = me(two, room)
    world.pushes.clear()
    signal(mine, other, data)
    assert [message["type"] for _, message in world.pushes.sent] == kinds


def test_floods_of_signals_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """B13: rate-limited, and the sender is told."""
    monkeypatch.setattr(calls, "SIGNALS", 3)
    one, two = world.member(), world.member()
    room = meeting(world, one, two)
    mine, theirs, other = tab(one, room), tab(two, room), me(two, room)
    for socket in (mine, theirs):
        join(socket, room)
    world.pushes.clear()
    for _ in range(4):
        signal(mine, other)
    assert world.pushes.kinds(theirs.id) == ["signal"] * 3
    assert world.pushes.to(mine.id) == [{"type": "signal.failed", "to": other, "reason": "too-many"}]
    world.clock.advance(MINUTE)
    signal(mine, other)
    assert len(world.pushes.kinds(theirs.id)) == 4
    assert SIGNALS >= 100 * (CALL_MAX - 1)


def test_a_call_takes_six_and_refuses_the_seventh(world: World) -> None:
    """B13: up to 6, off by default; everyone in the meeting sees who is in it."""
    people = [world.member() for _ in range(CALL_MAX + 1)]
    room = meeting(world, *people)
    tabs = [tab(one, room) for one in people]
    ids = [me(one, room) for one in people]
    assert people[0].get(f"/v1/rooms/{room}").json()["call"] == []
    world.pushes.clear()
    for one in tabs:
        join(one, room)
    join(tabs[0], room)  # once more changes nothing
    assert people[-1].get(f"/v1/rooms/{room}").json()["call"] == sorted(ids[:CALL_MAX])
    assert world.pushes.kinds(tabs[0].id) == ["call.changed"] * CALL_MAX
    assert world.pushes.to(tabs[-1].id)[-1] == {"type": "call.refused", "room_id": room}

    join(tabs[2], room, joined=False)
    join(tabs[-1], room)

    found = people[0].get(f"/v1/rooms/{room}").json()["call"]
    assert found == sorted({*ids} - {ids[2]})
    assert world.pushes.to(tabs[2].id)[-1]["people"] == found


def test_whoever_leaves_or_goes_away_hangs_up(world: World) -> None:
    """B13: nobody waits for a picture that will not come."""
    one, two = world.member(), world.member()
    room = meeting(world, one, two)
    first, second = tab(one, room), tab(two, room)
    for socket in (first, second):
        join(socket, room)
    second.close()
    assert one.get(f"/v1/rooms/{room}").json()["call"] == [me(one, room)]
    third = tab(two, room)
    join(third, room)
    one.delete(f"/v1/rooms/{room}/participants/me")
    assert two.get(f"/v1/rooms/{room}").json()["call"] == [me(two, room)]


def test_strangers_join_no_call(world: World) -> None:
    """B13: members only."""
    one, stranger = world.member(), world.member()
    room = meeting(world, one)
    socket = stranger.connect()
    for where in (room, opaque(), "x", "é" * 22):
        join(socket, where)
        assert world.pushes.to(socket.id)[-1] == {"type": "call.refused", "room_id": where}
    assert one.get(f"/v1/rooms/{room}").json()["call"] == []


def test_a_call_of_a_merged_meeting_is_asked_for_again(world: World) -> None:
    """A6: nobody is said to be in a call whose meeting is another by now."""
    one, two = world.member(), world.member()
    older = meeting(world, one)
    world.clock.advance(1)
    younger = meeting(world, two)
    join(tab(two, younger), younger)
    merge(world, older, younger)
    assert one.get(f"/v1/rooms/{older}").json()["call"] == []
    assert [row for row in world.aws.items("rooms") if row["kind"]["S"] == "call"] == []


def crowd() -> tuple[RoomId, list[ConnectionId]]:
    """A room with one more than a call takes, each with a tab."""
    room = RoomId(opaque())
    service.open_room(room, now=START_MS)
    return room, [_tab(room, open_session(now=START_MS)) for _ in range(CALL_MAX + 1)]


def _tab(room: RoomId, session: Session) -> ConnectionId:
    connection = ConnectionId(opaque())
    service.enter_room(room, session, via="sound", now=START_MS)
    channel.connect(connection, session, now=START_MS)
    channel.resume(connection, room, now=START_MS)
    return connection


def test_of_two_who_want_the_last_place_one_has_it() -> None:
    """B13, exhaustively at one switch: the second runs whole between any two requests of the first."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            room, tabs = crowd()
            for one in tabs[: CALL_MAX - 1]:
                assert change_call(one, room, joins=True, now=START_MS)
            got = list[bool]()

            def second(room: RoomId = room, last: ConnectionId = tabs[-1], got: list[bool] = got) -> None:
                got.append(change_call(last, room, joins=True, now=START_MS))

            with memory.interrupted(switch, second) as reached:
                got.append(change_call(tabs[-2], room, joins=True, now=START_MS))
            if not reached():
                break
            assert sorted(got) == [False, True], switch
            assert len(find_call(room, now=START_MS)) == CALL_MAX
    assert switch > 3
