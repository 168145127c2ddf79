"""Meetings through the real application: who is in, who sees them, who is told."""

import itertools
import uuid
from functools import partial

import pytest

from chalicelib.rooms import connections, service
from chalicelib.rooms.models import members_of
from chalicelib.runtime.ids import ConnectionId, RoomId, opaque
from chalicelib.sessions.edge import held_pass
from chalicelib.sessions.models import Session, find
from chalicelib.sessions.service import change_name, find_session, open_session
from tests.support.browser import HOST, Browser
from tests.support.hand_clock import START_MS
from tests.support.memory import in_memory
from tests.support.pushes import recorded_pushes
from tests.support.world import World

STRANGE_IDS = ["A" * 22, "x", "a" * 23, "room%23x", "member%23x", "%00", "..", "é"]


def session_of(world: World, browser: Browser) -> Session:
    cookies = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    return find_session(held_pass({"cookie": cookies}), now=world.now)


def meeting(world: World, *people: Browser) -> RoomId:
    """A room with these people in it."""
    room = RoomId(opaque())
    service.open_room(room, now=world.now)
    for person in people:
        service.enter_room(room, session_of(world, person), via="sound", now=world.now)
    return room


def merge(world: World, one: RoomId, other: RoomId) -> None:
    service.merge_rooms(one, other, now=world.now)


def present(browser: Browser, room: str) -> list[str]:
    return [one["name"] for one in browser.get(f"/v1/rooms/{room}").json()["participants"]]


def name_of(browser: Browser) -> str:
    return str(browser.get("/v1/session").json()["participant_name"])


def test_a_member_reads_the_room(world: World) -> None:
    """docs/api.md: GET /v1/rooms/{id}, in the order of arrival."""
    first, second = world.member(), world.member()
    room = meeting(world, first)
    world.clock.advance(5)
    service.enter_room(room, session_of(world, second), via="link", now=world.now)

    found = first.get(f"/v1/rooms/{room}").json()

    assert found["room_id"] == room
    assert [(one["name"], one["via"], one["joined_at_ms"]) for one in found["participants"]] == [
        (name_of(first), "sound", world.now - 5),
        (name_of(second), "link", world.now),
    ]
    assert found["me"] == found["participants"][0]["participant_id"]
    assert (found["organiser"], found["content"]) == (False, [])


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("DELETE", "/participants/me")])
def test_a_stranger_cannot_tell_a_room_from_none(world: World, method: str, tail: str) -> None:
    """docs/api.md: 404 not yours or not there (indistinguishable)."""
    member, stranger = world.member(), world.member()
    room = meeting(world, member)
    real = stranger.request(method, f"/v1/rooms/{room}{tail}")
    others = [stranger.request(method, f"/v1/rooms/{strange}{tail}") for strange in STRANGE_IDS]
    assert (real.status, real.json()["type"]) == (404, "/problems/not-found")
    assert {(answer.status, answer.body) for answer in others} == {(404, real.body)}
    assert {frozenset(answer.headers.items()) for answer in others} == {frozenset(real.headers.items())}


def test_without_a_session_a_session_is_asked_for(world: World) -> None:
    room = meeting(world, world.member())
    assert world.browser().get(f"/v1/rooms/{room}").status == 401


def test_leaving_is_at_once_and_the_others_are_told(world: World) -> None:
    """B5's base, C1: whoever left is not shown any more; the others hear of it."""
    stays, leaves = world.member(), world.member()
    room = meeting(world, stays, leaves)
    socket = stays.connect()
    socket.resume(room)
    me = leaves.get(f"/v1/rooms/{room}").json()["me"]

    assert leaves.delete(f"/v1/rooms/{room}/participants/me").status == 204

    assert present(stays, room) == [name_of(stays)]
    assert leaves.get(f"/v1/rooms/{room}").status == 404
    left = [message for message in world.pushes.to(socket.id) if message["type"] == "participant.left"]
    assert [message["participant_id"] for message in left] == [me]


def test_whoever_left_hears_nothing_any_more(world: World) -> None:
    stays, leaves = world.member(), world.member()
    room = meeting(world, stays, leaves)
    socket = leaves.connect()
    socket.resume(room)
    leaves.delete(f"/v1/rooms/{room}/participants/me")
    world.pushes.clear()

    service.enter_room(room, session_of(world, world.member()), via="sound", now=world.now)

    assert world.pushes.to(socket.id) == []


def test_an_empty_room_holds_nobodys_data(world: World) -> None:
    """The four lifetimes: explicit acts delete at once; what is left for ten minutes names nobody."""
    person = world.member()
    room = meeting(world, person)
    person.delete(f"/v1/rooms/{room}/participants/me")
    left = world.aws.items("rooms")
    assert {item["kind"]["S"] for item in left} == {"left", "room", "sequence", "empty"}
    assert [item for item in left if {"name", "session_id", "participant_id"} & set(item)] == []


def test_leaving_twice_is_not_there(world: World) -> None:
    person = world.member()
    room = meeting(world, person, world.member())
    answers = [person.delete(f"/v1/rooms/{room}/participants/me").status for _ in range(2)]
    assert answers == [204, 404]


def test_away_with_the_last_socket_and_back_with_a_new_one(world: World) -> None:
    """Presence: a second tab keeps a person here; closing the last takes them away; resuming brings them back."""
    watcher, person = world.member(), world.member()
    room = meeting(world, watcher, person)
    view = watcher.connect()
    view.resume(room)
    one, two = person.connect(), person.connect()
    for socket in (one, two):
        socket.resume(room)
    world.pushes.clear()

    one.close()
    with_one_left = present(watcher, room)
    two.close()
    with_none = present(watcher, room)
    person.connect().resume(room)
    back = present(watcher, room)

    assert [len(names) for names in (with_one_left, with_none, back)] == [2, 1, 2]
    assert name_of(person) not in with_none
    assert world.pushes.kinds(view.id) == ["participant.left", "participant.joined"]


def test_a_socket_that_closes_twice_or_was_never_open_is_no_error(world: World) -> None:
    person = world.member()
    room = meeting(world, person)
    socket = person.connect()
    socket.resume(room)
    for _ in range(2):
        socket.close()
    assert world.aws.items("connections") == []


def test_sequences_rise_by_one_so_that_a_gap_shows(world: World) -> None:
    """Messages carry a per-room sequence; the room says which it includes."""
    watcher = world.member()
    room = meeting(world, watcher)
    socket = watcher.connect()
    socket.resume(room)
    for _ in range(3):
        service.enter_room(room, session_of(world, world.member()), via="sound", now=world.now)
    told = [message["sequence"] for message in world.pushes.to(socket.id)]
    assert told == list(range(told[0], told[0] + 4))
    assert watcher.get(f"/v1/rooms/{room}").json()["sequence"] == told[-1]


def test_entering_twice_is_being_there_once(world: World) -> None:
    """A6: retries do not matter: one member, one announcement."""
    watcher, person = world.member(), world.member()
    room = meeting(world, watcher, person)
    socket = watcher.connect()
    socket.resume(room)
    world.pushes.clear()
    service.enter_room(room, session_of(world, person), via="sound", now=world.now)
    assert world.pushes.sent == []
    assert len(present(watcher, room)) == 2


def test_a_name_changed_while_its_bearer_comes_is_the_one_that_is_seen() -> None:
    """A13, C1, exhaustively at one switch: the change runs whole between any two requests of the entering."""
    for switch in itertools.count():
        with in_memory() as memory, recorded_pushes():
            room, host, guest = RoomId(opaque()), open_session(now=START_MS), open_session(now=START_MS)
            service.open_room(room, now=START_MS)
            service.enter_room(room, host, via="link", now=START_MS)
            with memory.interrupted(switch, partial(change_name, guest, None, now=START_MS)) as reached:
                service.enter_room(room, guest, via="link", now=START_MS)
            known = find(guest.session_id, now=START_MS)
            assert known is not None
            seen = {one.name for one in members_of(room, now=START_MS)}
            assert seen == {host.participant_name, known.participant_name}, switch
        if not reached():
            break
    assert switch > 3


def test_two_rooms_merge_into_the_older_and_everybody_is_told(world: World) -> None:
    """A6: two provisional meetings merge into the older one, and everybody is told."""
    first, second = world.member(), world.member()
    older = meeting(world, first)
    world.clock.advance(1)
    younger = meeting(world, second)
    socket = second.connect()
    socket.resume(younger)
    world.pushes.clear()

    merge(world, younger, older)

    assert present(first, older) == present(second, older)
    assert set(present(first, older)) == {name_of(first), name_of(second)}
    moved = [message for message in world.pushes.to(socket.id) if message["type"] == "room.changed"]
    assert [message["merged_into"] for message in moved] == [older]
    assert second.get(f"/v1/rooms/{younger}").json()["room_id"] == older
    assert world.member().get(f"/v1/rooms/{younger}").status == 404


def test_a_tab_of_a_merged_room_hears_the_older_one(world: World) -> None:
    """Nobody sits in a meeting without hearing of it."""
    first, second = world.member(), world.member()
    older = meeting(world, first)
    world.clock.advance(1)
    younger = meeting(world, second)
    socket = second.connect()
    socket.resume(younger)
    merge(world, older, younger)
    world.pushes.clear()
    newcomer = world.member()
    service.enter_room(older, session_of(world, newcomer), via="sound", now=world.now)
    assert [one["participant"]["name"] for one in world.pushes.to(socket.id)] == [name_of(newcomer)]


def test_reading_a_merged_room_does_not_undo_leaving(world: World) -> None:
    """The four lifetimes: leaving is at once; no read may undo it."""
    first, second = world.member(), world.member()
    older = meeting(world, first)
    world.clock.advance(1)
    younger = meeting(world, second)
    merge(world, older, younger)
    assert second.delete(f"/v1/rooms/{older}/participants/me").status == 204

    assert second.get(f"/v1/rooms/{younger}").status == 404
    assert present(first, older) == [name_of(first)]


def test_a_connection_found_gone_is_taken_out(world: World) -> None:
    """`410 Gone` prunes."""
    watcher, person = world.member(), world.member()
    room = meeting(world, watcher, person)
    dead, living = watcher.connect(), person.connect()
    for socket in (dead, living):
        socket.resume(room)
    world.pushes.gone.add(dead.id)

    service.enter_room(room, session_of(world, world.member()), via="sound", now=world.now)

    assert world.aws.mentions(dead.id) == []
    assert world.pushes.kinds(living.id)[-1] == "participant.joined"


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": None}, {"Cookie": None},
     {"Origin": None, "Earshot-Client": " "}],
)  # fmt: skip
def test_a_socket_opens_for_our_own_pages_and_sessions_only(world: World, headers: dict[str, str | None]) -> None:
    """docs/api.md: `$connect` requires the exact Origin, or none and Earshot-Client; authorised by the cookie."""
    socket = world.member().connect(headers=headers)
    assert socket.status in (401, 403)
    assert world.aws.items("connections") == []


def test_a_program_opens_a_socket_by_its_name(world: World) -> None:
    assert world.member().connect(headers={"Origin": None, "Earshot-Client": "probe"}).status == 200


def test_a_malformed_origin_does_not_break_the_handshake(world: World) -> None:
    assert world.member().connect(headers={"Origin": "https://["}).status == 403


def test_a_heartbeat_is_answered_and_writes_nothing(world: World) -> None:
    """Socket ping every 60 s, answered, no write."""
    socket = world.member().connect()
    before = world.aws.items()
    socket.send({"action": "heartbeat"})
    assert world.pushes.to(socket.id) == [{"type": "heartbeat", "at_ms": world.now}]
    assert world.aws.items() == before


@pytest.mark.parametrize(
    "text",
    ["", "None", "{", "[]", "7", '{"action": "shout"}', '{"action": "resume"}', '{"action": "resume", "room_id": 7}',
     '{"action": "heartbeat", "action": "resume"}', "[" * 20_000, '{"action": "signal", "to": "x", "data": {}}'],
)  # fmt: skip
def test_a_message_that_is_none_changes_nothing(world: World, text: str) -> None:
    """A WebSocket body of None becomes the text "None"; nothing breaks."""
    socket = world.member().connect()
    before = world.aws.items()
    socket.send(text)
    assert world.pushes.sent == []
    assert world.aws.items() == before


@pytest.mark.parametrize("room", ["A" * 22, "x", "../..", "member#x", "é" * 22])
def test_nobody_follows_a_room_they_are_not_in(world: World, room: str) -> None:
    """404's twin on the socket: silence."""
    meeting(world, world.member())
    socket = world.member().connect()
    socket.resume(room)
    assert world.pushes.sent == []
    assert connections.audience_ids(connections.of_room(RoomId(room)), now=world.now) == []


def test_a_connection_ends_after_two_hours_whatever_the_gateway_says(world: World) -> None:
    """A connection row lives 2 h from the socket's opening."""
    person = world.member()
    room = meeting(world, person, world.member())
    socket = person.connect()
    world.clock.advance(7_200_000 - 1)
    socket.resume(room)
    assert connections.audience_ids(connections.of_room(room), now=world.now)
    assert connections.find(ConnectionId(socket.id), now=world.now + 1) is None


def test_a_meeting_is_gone_180_days_after_its_last_arrival(world: World) -> None:
    """The four lifetimes: what has expired does not exist: neither room nor membership."""
    person = world.member()
    room = meeting(world, person)
    opened = world.now
    assert service.current_room(room, now=opened + 180 * 86_400_000 - 1) is not None
    assert service.current_room(room, now=opened + 180 * 86_400_000) is None
    assert members_of(room, now=opened + 180 * 86_400_000) == []


def test_no_room_row_outlives_its_net(world: World) -> None:
    """The four lifetimes: `expires_at` on every item of every table after a whole meeting."""
    person = world.member()
    room = meeting(world, person, world.member())
    person.connect(str(uuid.uuid4())).resume(room)
    rows = world.aws.items()
    assert {"room", "member"} <= {row["kind"]["S"] for row in rows if "kind" in row}
    for row in rows:
        assert 0 <= int(row["expires_at"]["N"]) * 1_000 - int(row["expires_at_ms"]["N"]) < 1_000


def test_a_page_of_another_host_is_another_site(world: World) -> None:
    """The Host decides, not a list."""
    person = world.member()
    room = meeting(world, person)
    answer = person.delete(f"/v1/rooms/{room}/participants/me", headers={"Host": f"other.{HOST}"})
    assert answer.status == 403
    assert present(person, room) == [name_of(person)]
