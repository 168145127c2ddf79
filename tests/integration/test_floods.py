"""One person's floods reach nobody: not the others' screens, and not the reaper, on whom everybody's deletions wait."""

import uuid

import pytest

from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import channel, door, presence
from chalicelib.sessions import service
from tests.integration.test_knocking import come
from tests.integration.test_organising import change, open_room
from tests.integration.test_rooms import meeting
from tests.support.accounts import with_account
from tests.support.world import World


def test_a_tab_follows_its_room_so_often_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """B2, B11: each time reads a whole room and files a look; whoever asks too often is answered a minute later."""
    monkeypatch.setattr(channel, "RESUMES", 3)
    one = world.member()
    room = meeting(world, one)
    socket = one.connect()
    world.pushes.clear()
    for _ in range(20):
        world.clock.advance(1)
        socket.resume(room)
    assert world.pushes.kinds(socket.id) == ["room.changed"] * 3
    assert len(world.aws.items("expiries")) < 10
    world.clock.advance(MINUTE)
    socket.resume(room)
    assert world.pushes.kinds(socket.id) == ["room.changed"] * 4


def test_a_tab_is_closed_once_however_often_it_says_so(world: World) -> None:
    """B2, B3: the reaper is asked to finish it once."""
    one, tab = world.member(), str(uuid.uuid4())
    assert one.request("PUT", f"/v1/tabs/{tab}/lease", json_body={}).status == 200
    before = len(world.aws.items("expiries"))
    for _ in range(20):
        world.clock.advance(1)
        assert one.post(f"/v1/tabs/{tab}/closed", json_body={}).status == 204
    assert len(world.aws.items("expiries")) == before + 1


def test_names_change_so_often_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A13, G5: each is told, and read out, to everybody in the meeting."""
    monkeypatch.setattr(service, "NAMES", 3)
    one, two = world.member(), world.member()
    room = meeting(world, one, two)
    theirs = two.connect()
    theirs.resume(room)
    world.pushes.clear()
    asked = [one.request("PATCH", "/v1/session", json_body={"participant_name": None}) for _ in range(5)]
    assert [answer.status for answer in asked] == [200, 200, 200, 429, 429]
    assert int(asked[-1].headers["retry-after"]) <= 60
    assert world.pushes.kinds(theirs.id) == ["participant.renamed"] * 3
    world.clock.advance(MINUTE)
    assert one.request("PATCH", "/v1/session", json_body={"participant_name": None}).status == 200


def test_a_member_remembers_so_many_tabs_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """B11: made-up tabs neither fill the member's row nor push out the one that is there."""
    monkeypatch.setattr(presence, "TABS_MAX", 4)
    one, tab = world.member(), str(uuid.uuid4())
    room = meeting(world, one)
    assert one.request("PUT", f"/v1/tabs/{tab}/lease", json_body={}).status == 200
    one.connect(tab=tab).resume(room)
    for _ in range(20):
        one.connect(tab=str(uuid.uuid4())).resume(room)
    [member] = [row for row in world.aws.items("rooms") if row["kind"]["S"] == "member"]
    assert len(member["tabs"]["SS"]) <= 4
    assert tab in member["tabs"]["SS"]


def test_so_many_knock_at_one_door_in_a_minute_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A12: those inside are asked about each; a made-up crowd keeps nobody waiting for longer than a minute."""
    monkeypatch.setattr(door, "KNOCKS_AT_A_DOOR", 3)
    ada = with_account(world)
    room = open_room(ada).json()["room_id"]
    assert change(ada, room, knock=True).status == 200
    assert [come(world.member(), room).status for _ in range(5)] == [202, 202, 202, 429, 429]
    waiting = world.member()
    assert come(waiting, room).headers["retry-after"]
    world.clock.advance(MINUTE)
    assert come(waiting, room).status == 202
