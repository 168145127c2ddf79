"""Who is there: by the heartbeats of their tabs; and an empty meeting ends after ten minutes (B11)."""

import uuid

import pytest

from chalicelib.lifetimes import CONNECTION, DAY, MINUTE
from chalicelib.rooms import connections
from chalicelib.runtime import expiry
from chalicelib.runtime.ids import ConnectionId
from tests.integration.test_join_codes import enter, make
from tests.integration.test_knocking import come
from tests.integration.test_organising import go_in, open_room
from tests.integration.test_rooms import meeting, name_of, present
from tests.support.accounts import with_account
from tests.support.browser import Browser, Socket
from tests.support.world import World

AWAY, EMPTY = 5 * MINUTE, 10 * MINUTE


class Tab:
    """A page in a meeting: its socket and its lease."""

    def __init__(self, who: Browser, room: str) -> None:
        self.who, self.room, self.id = who, room, str(uuid.uuid4())
        self.beat()
        self.open()

    def open(self) -> None:
        self.socket: Socket = self.who.connect(tab=self.id)
        self.socket.resume(self.room)

    def beat(self) -> int:
        return self.who.request("PUT", f"/v1/tabs/{self.id}/lease", json_body={}).status

    def close(self) -> None:
        """As a browser does: the beacon, then the socket."""
        self.who.post(f"/v1/tabs/{self.id}/closed?tab={self.id}", json_body={})
        self.socket.close()


def pass_time(world: World, ms: int, *beating: Tab) -> None:
    """Minute by minute, with the reaper at work."""
    end = world.now + ms
    while world.now < end:
        world.clock.advance(min(MINUTE, end - world.now))
        for tab in beating:
            tab.beat()
        expiry.reap(now=world.now)


def left(world: World, tab: Tab) -> list[int]:
    """When others were told to have gone."""
    told = world.pushes.to(tab.socket.id)
    return [message["at_ms"] for message in told if message["type"] == "participant.left"]


def living(world: World) -> set[str]:
    """Kinds of what is there of any meeting."""
    rows = world.aws.items("rooms")
    return {row["kind"]["S"] for row in rows if int(row["expires_at_ms"]["N"]) > world.now}


def watched(world: World) -> tuple[Tab, Tab]:
    """Two people in a meeting, each with a tab."""
    one, two = world.member(), world.member()
    room = meeting(world, one, two)
    return Tab(one, room), Tab(two, room)


def test_somebody_is_away_five_minutes_after_their_last_heartbeat(world: World) -> None:
    """DESIGN, presence: the departure is recorded at that heartbeat; the stale socket is closed."""
    watcher, other = watched(world)
    pass_time(world, 2 * MINUTE, watcher, other)
    last = world.now
    pass_time(world, AWAY - MINUTE, watcher)
    assert len(present(watcher.who, watcher.room)) == 2
    pass_time(world, 2 * MINUTE, watcher)
    assert present(watcher.who, watcher.room) == [name_of(watcher.who)]
    assert left(world, watcher) == [last]
    assert world.pushes.closed == [other.socket.id]
    assert world.aws.mentions(other.socket.id) == []

    other.beat()
    other.open()

    assert world.pushes.kinds(watcher.socket.id)[-1] == "participant.joined"
    assert len(present(watcher.who, watcher.room)) == 2


def test_offline_for_less_nobody_notices(world: World) -> None:
    """Issue 5, offline: a socket that closes and opens again within five minutes is no departure."""
    watcher, other = watched(world)
    told = len(world.pushes.to(watcher.socket.id))
    other.socket.close()
    pass_time(world, AWAY - MINUTE, watcher)
    other.beat()
    other.open()
    pass_time(world, AWAY - MINUTE, watcher)
    assert [message["type"] for message in world.pushes.to(watcher.socket.id)[told:]] == []
    assert len(present(watcher.who, watcher.room)) == 2


def test_a_closed_tab_is_a_departure_at_once(world: World) -> None:
    """B3, B5: unless another tab of theirs is there."""
    watcher, other = watched(world)
    second = Tab(other.who, other.room)
    other.close()
    assert len(present(watcher.who, watcher.room)) == 2
    second.close()
    assert present(watcher.who, watcher.room) == [name_of(watcher.who)]
    assert left(world, watcher) == [world.now]


def test_any_tab_of_theirs_keeps_somebody_here(world: World) -> None:
    """DESIGN, presence: any of the participant's tabs in the room."""
    watcher, other = watched(world)
    second = Tab(other.who, other.room)
    pass_time(world, 2 * AWAY, watcher, second)
    assert len(present(watcher.who, watcher.room)) == 2


def test_a_connection_without_a_tab_is_present_while_it_is_open(world: World) -> None:
    """docs/api.md: a program without a lease."""
    watcher, program = watched(world)[0], world.member()
    go_in(world, program, watcher.room)
    socket = program.connect()
    socket.resume(watcher.room)
    pass_time(world, 3 * AWAY, watcher)
    assert name_of(program) in present(watcher.who, watcher.room)
    socket.close()
    assert name_of(program) not in present(watcher.who, watcher.room)


def test_who_joined_and_never_came_is_away_after_five_minutes(world: World) -> None:
    """DESIGN, presence: a membership alone is nobody's presence, and keeps no meeting open."""
    watcher = watched(world)[0]
    absent = world.member()
    go_in(world, absent, watcher.room)
    assert name_of(absent) in present(watcher.who, watcher.room)
    pass_time(world, AWAY + MINUTE, watcher)
    assert name_of(absent) not in present(watcher.who, watcher.room)


def test_a_program_without_a_socket_is_present_by_its_lease(world: World) -> None:
    """docs/api.md: any of its tabs, where none has followed the room."""
    watcher = watched(world)[0]
    program, tab = world.member(), str(uuid.uuid4())
    go_in(world, program, watcher.room)
    for _ in range(8):
        assert program.request("PUT", f"/v1/tabs/{tab}/lease").status == 200
        pass_time(world, 2 * MINUTE, watcher)
    assert name_of(program) in present(watcher.who, watcher.room)
    pass_time(world, AWAY, watcher)
    assert name_of(program) not in present(watcher.who, watcher.room)


def test_a_connection_that_vanished_was_there_until_it_was_last_looked_after(world: World) -> None:
    """D1, DESIGN: nobody is said to have gone when they came."""
    watcher, program = watched(world)[0], world.member()
    go_in(world, program, watcher.room)
    socket = program.connect()
    socket.resume(watcher.room)
    pass_time(world, 62 * MINUTE, watcher)
    world.pushes.gone.add(socket.id)
    went = world.now
    connections.remove(ConnectionId(socket.id), now=world.now)  # as a push finds it gone
    pass_time(world, AWAY + MINUTE, watcher)
    *_, told = left(world, watcher)
    assert went - AWAY <= told <= went


def test_a_meeting_is_empty_from_the_last_departure_on_however_it_is_known(world: World) -> None:
    """B11: ten minutes after the one who left, though another was lost before and is missed only now."""
    one, two = watched(world)
    pass_time(world, MINUTE, one, two)
    pass_time(world, 4 * MINUTE, two)
    assert two.who.delete(f"/v1/rooms/{two.room}/participants/me").status == 204
    pass_time(world, EMPTY - MINUTE)
    one.beat()
    assert one.who.get(f"/v1/rooms/{one.room}").status == 200
    pass_time(world, 2 * MINUTE)
    assert one.who.get(f"/v1/rooms/{one.room}").status == 404


def test_a_planned_meeting_that_nobody_came_to_ends_ten_minutes_after_its_start(world: World) -> None:
    """B11, B12: somebody had a look before."""
    ada = with_account(world)
    start = world.now + 30 * MINUTE
    room = open_room(ada, planned_start_ms=start).json()["room_id"]
    assert come(ada, room).status == 201
    ada.delete(f"/v1/rooms/{room}/participants/me")
    pass_time(world, 39 * MINUTE)
    assert ada.get(f"/v1/rooms/{room}/invitation").status == 200
    pass_time(world, 3 * MINUTE)
    assert ada.get(f"/v1/rooms/{room}/invitation").status == 404


def test_a_meeting_ends_ten_minutes_after_the_last_has_left(world: World) -> None:
    """B11: until then whoever comes by a code finds it."""
    host, guest, late = world.member(), world.member(), world.member()
    room = make(host).json()["room_id"]
    codes = [make(host, room).json()["code"] for _ in range(2)]
    host.delete(f"/v1/rooms/{room}/participants/me")
    pass_time(world, EMPTY - MINUTE)
    assert enter(guest, codes[0]).json() == {"room_id": room}
    guest.delete(f"/v1/rooms/{room}/participants/me")
    pass_time(world, EMPTY + MINUTE)
    assert enter(late, codes[1]).status == 410
    assert living(world) <= {"left"}


def test_a_meeting_whose_people_are_all_away_ends_and_deletes_what_is_shown(world: World) -> None:
    """B11: empty since the last heartbeat; members included, everything goes."""
    who = world.member()
    tab = Tab(who, meeting(world, who))
    shown = tab.who.post("/v1/content", json_body={"url": "https://example.org/"}, headers={"Earshot-Tab": tab.id})
    path = f"/v1/content/{shown.json()['content_id']}/shown"
    assert tab.who.request("PUT", path, json_body={"room_id": tab.room, "as": "card"}).status == 200
    last = world.now
    pass_time(world, EMPTY - 1)
    assert tab.who.get(f"/v1/rooms/{tab.room}").status == 200
    pass_time(world, 2 * MINUTE)
    assert tab.who.get(f"/v1/rooms/{tab.room}").status == 404
    assert living(world) <= {"left"}
    assert world.now - last < EMPTY + 2 * MINUTE


def test_a_membership_is_a_way_back_for_ten_minutes(world: World) -> None:
    """B11: whoever was away comes back to their meeting, and it goes on."""
    tab = Tab(world.member(), "")
    tab.room = meeting(world, tab.who)
    tab.open()
    pass_time(world, EMPTY - MINUTE)
    tab.beat()
    tab.open()
    pass_time(world, 2 * EMPTY, tab)
    assert present(tab.who, tab.room) == [name_of(tab.who)]


@pytest.mark.parametrize(("start_in", "there"), [(DAY, True), (MINUTE, False), (None, False)])
def test_a_planned_meeting_is_not_over_before_it_begins(world: World, start_in: int | None, there: bool) -> None:
    """B12: whoever has a look before the start leaves the room as it was."""
    ada = with_account(world)
    planned = {} if start_in is None else {"planned_start_ms": world.now + start_in}
    room = open_room(ada, **planned).json()["room_id"]
    pass_time(world, EMPTY * 2)
    assert come(ada, room).status == 201  # nobody was in yet: nothing to end
    pass_time(world, MINUTE)
    ada.delete(f"/v1/rooms/{room}/participants/me")
    pass_time(world, EMPTY + MINUTE)
    assert (come(ada, room).status == 201) is there


def test_a_socket_that_the_gateway_closes_as_it_runs_out_leaves_no_row(world: World) -> None:
    """F4: nothing but its closing leads to them."""
    guest = world.member()
    socket = guest.connect("of-two-hours")
    assert world.aws.items("connections")
    world.clock.advance(CONNECTION.length_ms)
    socket.close()
    assert world.aws.items("connections") == []
