"""By invitation link, and past a door that asks: nobody is in before somebody inside has said yes (A12, B12)."""

import uuid
from xml.etree import ElementTree

import pytest

from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import door, qr, service as rooms
from chalicelib.rooms.door import KNOCKS
from chalicelib.rooms.models import find_member, new_organiser
from chalicelib.rooms.record_models import Organiser, organisers
from chalicelib.runtime.ids import ParticipantId, RoomId, opaque
from chalicelib.sessions.service import open_session
from tests.integration.test_join_codes import enter, make
from tests.integration.test_organising import change, claim, go_in, open_room, read
from tests.integration.test_rooms import meeting, name_of, present, session_of
from tests.support.accounts import GROWN_UP, with_account
from tests.support.browser import Answer, Browser, Socket
from tests.support.memory import in_memory
from tests.support.world import World


def come(who: Browser, room: str, **wanted: object) -> Answer:
    return who.post(f"/v1/rooms/{room}/participants", json_body=wanted)


def me(who: Browser, world: World) -> str:
    return str(session_of(world, who).participant_id)


def answer(who: Browser, room: str, guest: str, admit: bool) -> int:
    return who.post(f"/v1/rooms/{room}/admissions/{guest}", json_body={"admit": admit}).status


def closed_room(world: World) -> tuple[Browser, str, Socket]:
    """Ada in a room of hers that asks everybody to knock."""
    ada = with_account(world)
    room = open_room(ada).json()["room_id"]
    assert change(ada, room, knock=True).status == 200
    assert come(ada, room).status == 201  # who runs it need not knock
    socket = ada.connect()
    socket.resume(room)
    world.pushes.clear()
    return ada, room, socket


def test_whoever_comes_after_the_knock_is_asked_too(world: World) -> None:
    """A12, B12: a reload, a second tab or a member who is back: they see who is at the door, until somebody answers."""
    ada, room, _ = closed_room(world)
    guest, other = world.member(), world.member()
    for who in (guest, other):
        assert come(who, room).status == 202
    assert answer(ada, room, me(other, world), False) == 204
    late = ada.connect("late")
    late.resume(room)
    changed, asked = world.pushes.to(late.id)
    assert (asked["type"], asked["participant_id"], asked["name"]) == (
        "participant.knocking", me(guest, world), name_of(guest),
    )  # fmt: skip
    assert (asked["required"], asked["via"], asked["sequence"]) == (True, "link", changed["sequence"])
    assert answer(ada, room, me(guest, world), True) == 204
    later = ada.connect("later")
    later.resume(room)
    assert world.pushes.kinds(later.id) == ["room.changed"]


def test_an_invitation_makes_a_member(world: World) -> None:
    """B12: by the link of a room that an account opened; twice is once."""
    ada, guest = with_account(world), world.member()
    room = open_room(ada).json()["room_id"]
    assert [come(guest, room).json() for _ in range(2)] == [{"room_id": room}] * 2
    assert [(one["name"], one["via"]) for one in guest.get(f"/v1/rooms/{room}").json()["participants"]] == [
        (name_of(guest), "link")
    ]


def test_rooms_without_a_link_are_entered_by_nobody_who_knows_their_id(world: World) -> None:
    """A10, B12: whoever left a meeting by sound does not come back by its address, claimed or not."""
    ada, guest, left = with_account(world), world.member(), world.member()
    room = meeting(world, ada, left)
    left.delete(f"/v1/rooms/{room}/participants/me")
    claim(ada, room)
    for who, where in ((left, room), (guest, room), (guest, opaque()), (guest, str(uuid.uuid4()))):
        assert come(who, where).status == 404
    assert world.browser().post(f"/v1/rooms/{room}/participants", json_body={}).status == 401


def test_a_name_on_the_way_in_follows_the_rule_of_age(world: World) -> None:
    """C7: no name and no address before the question; what is refused lets nobody in."""
    ada, guest = with_account(world), world.member()
    room = open_room(ada).json()["room_id"]
    for wanted in ({"name": "Grace"}, {"email": "grace@example.org"}):
        assert come(guest, room, **wanted).json()["type"] == "/problems/age-required"
    guest.post("/v1/session/age", json_body=GROWN_UP)
    for wanted in ({"name": "a\u202eb"}, {"email": "nobody"}, {"phone": "1"}):
        assert come(guest, room, **wanted).status == 422
    assert guest.get(f"/v1/rooms/{room}").status == 404
    assert come(guest, room, name="Grace", email="grace@example.org").status == 201
    assert present(guest, room) == ["Grace"]
    assert "grace@example.org" not in str(world.aws.items("rooms") + world.aws.items("sessions"))


def test_whoever_comes_by_link_leaves_the_meeting_they_were_in(world: World) -> None:
    """One meeting at a time."""
    ada, guest = with_account(world), world.member()
    first = meeting(world, guest, world.member())
    room = open_room(ada).json()["room_id"]
    come(guest, room)
    assert guest.get(f"/v1/rooms/{first}").status == 404


def test_nobody_is_in_before_somebody_inside_says_yes(world: World) -> None:
    """A12: by link: asked, told, and in by asking again or by the push alone."""
    ada, room, socket = closed_room(world)
    guest = world.member()
    tab = guest.connect()

    waiting = come(guest, room)

    assert (waiting.status, waiting.json()) == (
        202,
        {"status": "knocking", "room_id": room, "expires_at_ms": world.now + MINUTE},
    )
    assert guest.get(f"/v1/rooms/{room}").status == 404
    assert present(ada, room) == [name_of(ada)]
    [asked] = world.pushes.to(socket.id)
    assert (asked["type"], asked["name"], asked["via"], asked["required"]) == (
        "participant.knocking", name_of(guest), "link", True,
    )  # fmt: skip
    assert come(guest, room).status == 202  # once more asks nobody again
    assert len(world.pushes.to(socket.id)) == 1

    assert answer(ada, room, asked["participant_id"], True) == 204

    admitted = {"type": "knock.answered", "room_id": room, "admitted": True, "at_ms": world.now}
    assert admitted in world.pushes.to(tab.id)
    assert come(guest, room).status == 201
    assert set(present(ada, room)) == {name_of(ada), name_of(guest)}


def test_whoever_is_refused_is_told_and_may_ask_again_a_minute_later(world: World) -> None:
    """A12: and not without end."""
    ada, room, socket = closed_room(world)
    guest = world.member()
    tab = guest.connect()
    come(guest, room)
    who = me(guest, world)
    assert answer(ada, room, who, False) == 204
    assert world.pushes.to(tab.id) == [
        {"type": "knock.answered", "room_id": room, "admitted": False, "at_ms": world.now}
    ]
    assert (come(guest, room).status, come(guest, room).json()["type"]) == (403, "/problems/refused")
    assert answer(ada, room, who, True) == 404  # a refusal stands
    world.clock.advance(MINUTE - 1)
    assert come(guest, room).status == 403
    world.clock.advance(1)
    assert come(guest, room).status == 202
    assert world.pushes.kinds(socket.id).count("participant.knocking") == 2
    for _ in range(KNOCKS - 2):
        world.clock.advance(MINUTE // 3)
        answer(ada, room, who, False)
        world.clock.advance(MINUTE)
        come(guest, room)
    assert guest.get(f"/v1/rooms/{room}").status == 404


def test_nobody_waits_at_the_door_of_a_meeting_that_has_ended(world: World) -> None:
    """A12, B11: told at once, however they knocked; asking again says that it is over. Others hear nothing."""
    ada, room, _ = closed_room(world)
    by_link, by_code, refused = world.member(), world.member(), world.member()
    code = make(ada, room).json()["code"]
    tabs = [who.connect() for who in (by_link, by_code, refused)]
    assert (come(by_link, room).status, enter(by_code, code).status, come(refused, room).status) == (202, 202, 202)
    assert answer(ada, room, me(refused, world), False) == 204
    world.pushes.clear()

    assert ada.delete(f"/v1/rooms/{room}").status == 204

    told = {"type": "knock.answered", "room_id": room, "admitted": False, "at_ms": world.now}
    assert [world.pushes.to(tab.id) for tab in tabs] == [[told], [told], []]
    assert (come(by_link, room).status, enter(by_code, code).status) == (404, 410)


def test_knocking_without_end_has_to_wait(world: World) -> None:
    """A12: asking again is limited."""
    _, room, _ = closed_room(world)
    guest = world.member()
    answers = []
    for _ in range(KNOCKS + 1):
        answers.append(come(guest, room).status)
        guest.delete(f"/v1/rooms/{room}/participants/me")
    assert answers == [202] * KNOCKS + [429]


def test_a_code_brings_to_the_door_and_stays_that_devices_own(world: World) -> None:
    """A12, A10: one device, which may knock by it again; nobody else."""
    ada, room, _ = closed_room(world)
    guest, other = world.member(), world.member()
    code = make(ada, room).json()["code"]
    assert enter(guest, code).status == 202
    assert guest.get(f"/v1/rooms/{room}").status == 404
    assert enter(other, code).status == 410
    world.clock.advance(MINUTE)
    assert enter(guest, code).json()["status"] == "knocking"
    assert answer(ada, room, me(guest, world), True) == 204
    assert enter(guest, code).json() == {"room_id": room}
    assert [one["via"] for one in read(ada, room)["participants"]] == ["link", "code"]


def test_whoever_knocks_may_go_away(world: World) -> None:
    """A12: then nobody can let them in any more."""
    ada, room, _ = closed_room(world)
    guest = world.member()
    come(guest, room)
    who = me(guest, world)
    assert guest.delete(f"/v1/rooms/{room}/participants/me").status == 204
    assert answer(ada, room, who, True) == 404
    assert guest.delete(f"/v1/rooms/{room}/participants/me").status == 404


@pytest.mark.parametrize(("after_ms", "status"), [(MINUTE - 1, 204), (MINUTE, 404)])
def test_a_knock_can_be_answered_for_a_minute(world: World, after_ms: int, status: int) -> None:
    """The four lifetimes: to the millisecond."""
    ada, room, _ = closed_room(world)
    guest = world.member()
    come(guest, room)
    who = me(guest, world)
    world.clock.advance(after_ms)
    assert answer(ada, room, who, True) == status
    assert (guest.get(f"/v1/rooms/{room}").status == 200) is (status == 204)


def test_any_member_answers_and_no_stranger(world: World) -> None:
    """A12: those inside see who is at the door."""
    ada, room, _ = closed_room(world)
    change(ada, room, knock=False)
    friend = world.member()
    come(friend, room)
    change(ada, room, knock=True)
    guest = world.member()
    come(guest, room)
    who = me(guest, world)
    assert answer(guest, room, who, True) == answer(world.member(), room, who, True) == 404
    assert answer(friend, room, who, True) == 204
    assert guest.get(f"/v1/rooms/{room}").status == 200


def test_members_stay_in_when_knocking_is_asked_for(world: World) -> None:
    """A12: it is about coming in."""
    ada, guest = with_account(world), world.member()
    room = open_room(ada).json()["room_id"]
    go_in(world, guest, room)
    change(ada, room, knock=True)
    assert come(guest, room).status == 201


def test_a_door_that_closes_this_moment_is_closed(world: World) -> None:
    """A12: with knock on, no membership before the confirmation, however close the two are."""
    for at in range(12):
        with in_memory() as memory:
            host, guest = open_session(now=world.now), open_session(now=world.now)
            room = RoomId(opaque())
            rooms.open_room(room, now=world.now)
            rooms.enter_room(room, host, via="sound", now=world.now)
            run_by = new_organiser(room, "an account", world.now, link=True)
            organisers.put(run_by)

            def close(run_by: Organiser = run_by) -> None:
                run_by.knock = True
                organisers.put(run_by)

            with memory.interrupted(at, close) as closed:
                found = door.come_in(room, guest, via="link", now=world.now)
            inside = find_member(room, ParticipantId(guest.participant_id), now=world.now) is not None
            assert inside is isinstance(found, str)
            assert inside or closed()
            if at == 0:
                assert not inside


def test_what_the_invitation_leads_to_is_drawn_for_a_camera(world: World) -> None:
    """B12: for whoever has the link; a meeting without one has no picture."""
    ada = with_account(world)
    room = open_room(ada).json()["room_id"]
    drawn = world.browser().get(f"/v1/rooms/{room}/invitation.svg")
    assert (drawn.status, drawn.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert drawn.body == qr.svg(f"https://earshot.example/rooms/{room}")
    assert ElementTree.fromstring(drawn.body).tag == "{http://www.w3.org/2000/svg}svg"
    for other in (meeting(world, ada), opaque(), "x"):
        assert ada.get(f"/v1/rooms/{other}/invitation.svg").status == 404
