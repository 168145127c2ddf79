"""Joining with real recordings through the real application: sound in, one meeting out."""

import uuid

import pytest

from tests.support.browser import Browser
from tests.support.sounds import listen
from tests.support.world import World

A1, A2, B1 = "room-a-seat-1", "room-a-seat-2", "room-b-seat-1"


def status(browser: Browser, join_id: str) -> dict[str, object]:
    found: dict[str, object] = browser.get(f"/v1/joins/{join_id}").json()
    return found


def names(browser: Browser, room_id: str) -> set[str]:
    return {one["name"] for one in browser.get(f"/v1/rooms/{room_id}").json()["participants"]}


def my_name(browser: Browser) -> str:
    return str(browser.get("/v1/session").json()["participant_name"])


@pytest.mark.parametrize("order", [(A1, A2, B1), (B1, A2, A1), (A2, B1, A1)])
def test_two_in_one_room_meet_and_the_third_stays_out(world: World, order: tuple[str, ...]) -> None:
    """A2, A6: whoever heard the same room lands in the same meeting, in whatever order they come."""
    people = {seat: world.member() for seat in order}
    joins = {seat: listen(people[seat], seat, heard_until_ms=world.now).json()["join_id"] for seat in order}

    found = {seat: status(people[seat], joins[seat]) for seat in order}

    assert [found[A1]["status"], found[A2]["status"], found[B1]["status"]] == ["joined", "joined", "listening"]
    assert found[A1]["room_id"] == found[A2]["room_id"]
    assert "room_id" not in found[B1]
    for seat in (A1, A2):
        assert names(people[seat], str(found[A1]["room_id"])) == {my_name(people[A1]), my_name(people[A2])}


def test_the_answer_to_a_clip_says_how_long_it_lives(world: World) -> None:
    """docs/api.md: 202 {join_id, status, retry_after_ms, expires_at_ms}; A3: 10 s from the end of the recording."""
    join_id = str(uuid.uuid4())
    answer = listen(world.member(), A1, heard_until_ms=world.now - 300, join_id=join_id)
    assert answer.status == 202
    assert answer.json() == {
        "join_id": join_id, "status": "listening", "expires_at_ms": world.now - 300 + 10_000, "retry_after_ms": 1_000,
    }  # fmt: skip


def test_a_device_that_is_joined_by_another_is_told_at_once(world: World) -> None:
    """The verdict is pushed over the WebSocket and can be polled."""
    first, second = world.member(), world.member()
    socket = first.connect()
    join_id = listen(first, A1, heard_until_ms=world.now).json()["join_id"]
    assert world.pushes.to(socket.id) == []

    answer = listen(second, A2, heard_until_ms=world.now)

    changed = [message for message in world.pushes.to(socket.id) if message["type"] == "join.changed"]
    assert changed[0] == {
        "type": "join.changed", "join_id": join_id, "status": "joined", "at_ms": world.now,
        "room_id": answer.json()["room_id"], "hint": None,
    }  # fmt: skip
    assert names(first, answer.json()["room_id"]) == {my_name(first), my_name(second)}


def test_the_same_clip_twice_has_one_effect(world: World) -> None:
    """A11: the same clip id twice: one effect."""
    first, second = world.member(), world.member()
    join_id, other_id = str(uuid.uuid4()), str(uuid.uuid4())
    for _ in range(2):
        listen(first, A1, heard_until_ms=world.now, join_id=join_id)
    again = [listen(second, A2, heard_until_ms=world.now, join_id=other_id).json() for _ in range(3)]
    once_more = listen(first, A1, heard_until_ms=world.now, join_id=join_id).json()

    assert len({answer["room_id"] for answer in [*again, once_more]}) == 1
    assert len(world.aws.sounds()) == 2
    assert len(world.aws.verdicts()) == 2
    assert sorted(item["kind"]["S"] for item in world.aws.items("rooms")) == ["member", "member", "room", "sequence"]


def test_other_sound_under_the_same_id_changes_nothing(world: World) -> None:
    """A11: the same clip id twice: one effect, whatever it sounds like the second time, and however late it comes."""
    first, second, join_id = world.member(), world.member(), str(uuid.uuid4())
    listen(first, A1, heard_until_ms=world.now)
    listen(second, B1, heard_until_ms=world.now, join_id=join_id)
    before, heard_until_ms = world.aws.items("clips"), world.now
    for later_ms in (0, 5_000, 6_000):
        world.clock.advance(later_ms)
        again = listen(second, A2, heard_until_ms=heard_until_ms, join_id=join_id).json()
        assert again["status"] == ("listening" if later_ms < 6_000 else "expired")
    assert world.aws.items("clips") == before
    assert world.aws.items("rooms") == []


@pytest.mark.parametrize("second_seat", [A2, B1])
def test_somebody_elses_join_id_names_another_clip(world: World, second_seat: str) -> None:
    """A11: nobody can read or replace another's clip by knowing its id."""
    first, second = world.member(), world.member()
    join_id = listen(first, A1, heard_until_ms=world.now).json()["join_id"]
    before = world.aws.mentions(join_id)

    answer = listen(second, second_seat, heard_until_ms=world.now, join_id=join_id)

    assert answer.status == 202
    assert (answer.json()["status"] == "joined") is (second_seat == A2)
    assert all(item in world.aws.mentions(join_id) for item in before)


def test_one_person_in_two_tabs_is_no_meeting(world: World) -> None:
    """A2: two browsers, not one person's two clips."""
    person = world.member()
    listen(person, A1, heard_until_ms=world.now)
    assert listen(person, A2, heard_until_ms=world.now).json()["status"] == "listening"


def test_clip_after_clip_people_stay_in_one_meeting(world: World) -> None:
    """A1, A6: a clip under way when the verdict comes opens no second meeting."""
    first, second, third = world.member(), world.member(), world.member()
    for person in (first, second, third):
        person.connect()
    listen(first, A1, heard_until_ms=world.now)
    room = listen(second, A2, heard_until_ms=world.now).json()["room_id"]
    world.clock.advance(4_000)

    listen(first, A1, heard_until_ms=world.now)
    found = listen(third, A2, heard_until_ms=world.now).json()

    assert found["room_id"] == room
    assert names(third, room) == {my_name(first), my_name(second), my_name(third)}


def test_a_third_device_finds_the_meeting_of_the_first_two(world: World) -> None:
    """A4, A6: a matched clip serves later arrivals until its 10 s end."""
    first, second, third = world.member(), world.member(), world.member()
    listen(first, A1, heard_until_ms=world.now)
    room = listen(second, A2, heard_until_ms=world.now).json()["room_id"]
    heard_until_ms = world.now
    world.clock.advance(5_000)
    found = listen(third, A1, heard_until_ms=heard_until_ms).json()
    assert (found["status"], found["room_id"]) == ("joined", room)


def test_a_member_inside_lets_a_newcomer_in(world: World) -> None:
    """A13: a member inside clicks the logo too and names the room: the newcomer lands in that meeting."""
    first, second, newcomer = world.member(), world.member(), world.member()
    listen(first, A1, heard_until_ms=world.now)
    room = listen(second, A2, heard_until_ms=world.now).json()["room_id"]
    world.clock.advance(60_000)

    inside = listen(first, A1, heard_until_ms=world.now, headers={"Earshot-Room": room})
    arrived = listen(newcomer, A2, heard_until_ms=world.now)

    assert inside.status == 202
    assert arrived.json()["room_id"] == room
    assert my_name(newcomer) in names(first, room)
    assert len(names(first, room)) == 3


def test_a_newcomer_first_and_the_member_second_meet_as_well(world: World) -> None:
    """A13: order does not matter."""
    first, second, newcomer = world.member(), world.member(), world.member()
    listen(first, A1, heard_until_ms=world.now)
    room = listen(second, A2, heard_until_ms=world.now).json()["room_id"]
    world.clock.advance(60_000)

    waiting = listen(newcomer, A2, heard_until_ms=world.now).json()
    inside = listen(first, A1, heard_until_ms=world.now, headers={"Earshot-Room": room})

    assert waiting["status"] == "listening"
    assert inside.json()["room_id"] == room
    assert status(newcomer, waiting["join_id"])["room_id"] == room


def test_a_newcomer_lands_in_the_meeting_of_a_member_who_does_not_name_it(world: World) -> None:
    """A13: test with the room given and not given: whoever is inside brings the newcomer there."""
    first, second, newcomer = world.member(), world.member(), world.member()
    socket = first.connect()
    listen(first, A1, heard_until_ms=world.now)
    room = listen(second, A2, heard_until_ms=world.now).json()["room_id"]
    socket.resume(room)
    world.clock.advance(60_000)

    listen(first, A1, heard_until_ms=world.now)
    found = listen(newcomer, A2, heard_until_ms=world.now).json()

    assert found["room_id"] == room


def test_a_meeting_that_was_left_brings_nobody_back(world: World) -> None:
    """A4, A13: after leaving, the same people listening again open a new meeting."""
    first, second = world.member(), world.member()
    listen(first, A1, heard_until_ms=world.now)
    room = listen(second, A2, heard_until_ms=world.now).json()["room_id"]
    for person in (first, second):
        assert person.delete(f"/v1/rooms/{room}/participants/me").status == 204
    world.clock.advance(60_000)

    listen(first, A1, heard_until_ms=world.now)
    found = listen(second, A2, heard_until_ms=world.now).json()

    assert found["status"] == "joined"
    assert found["room_id"] != room
    assert names(first, found["room_id"]) == {my_name(first), my_name(second)}


@pytest.mark.parametrize("room", ["A" * 22, "no-such-room", "../../etc", "x" * 500])
def test_a_room_that_one_is_not_in_is_not_there(world: World, room: str) -> None:
    """A13: given a room one is not in: 404, and nothing of the clip is stored."""
    answer = listen(world.member(), A1, heard_until_ms=world.now, headers={"Earshot-Room": room})
    assert answer.status == 404
    assert world.aws.of_clips() == []
    assert world.aws.messages() == []


def test_a_strangers_room_is_not_there_either(world: World) -> None:
    """A13, docs/api.md: not yours or not there, indistinguishable."""
    first, second, stranger = world.member(), world.member(), world.member()
    listen(first, A1, heard_until_ms=world.now)
    room = listen(second, A2, heard_until_ms=world.now).json()["room_id"]
    real = listen(stranger, A1, heard_until_ms=world.now, headers={"Earshot-Room": room})
    invented = listen(stranger, A1, heard_until_ms=world.now, headers={"Earshot-Room": "B" * 22})
    assert (real.status, real.body) == (404, invented.body)


@pytest.mark.parametrize(
    ("one", "other"),
    [("8.8.8.7", "8.8.8.200"), ("8.8.8.7", "1.1.1.7"), ("8.8.8.7", "2606:4700::1"), ("", "2606:4700::1")],
    ids=["one Wi-Fi", "Wi-Fi and mobile data", "IPv4 and IPv6", "nothing known and a VPN"],
)
def test_people_in_one_room_meet_over_any_two_networks(world: World, one: str, other: str) -> None:
    """A2: a phone on mobile data and a laptop on Wi-Fi in one room must meet."""
    first, second = world.member(one), world.member(other)
    listen(first, A1, heard_until_ms=world.now)
    assert listen(second, A2, heard_until_ms=world.now).json()["status"] == "joined"


def test_without_a_session_nothing_is_heard(world: World) -> None:
    """docs/api.md: 401 no session where one is needed; nothing stored."""
    answer = listen(world.browser(), A1, heard_until_ms=world.now)
    assert answer.status == 401
    assert world.aws.items() == []


def test_a_join_is_nobody_elses_to_read(world: World) -> None:
    """docs/api.md: 404 not yours or not there (indistinguishable)."""
    owner, stranger = world.member(), world.member()
    join_id = listen(owner, A1, heard_until_ms=world.now).json()["join_id"]
    theirs, none = stranger.get(f"/v1/joins/{join_id}"), stranger.get(f"/v1/joins/{uuid.uuid4()}")
    assert (theirs.status, theirs.body) == (none.status, none.body)
    assert theirs.status == 404


def test_asking_about_an_old_join_does_not_undo_leaving(world: World) -> None:
    """The four lifetimes: leaving is at once; no read may undo it."""
    first, second = world.member(), world.member()
    listen(first, A1, heard_until_ms=world.now)
    found = listen(second, A2, heard_until_ms=world.now).json()
    assert second.delete(f"/v1/rooms/{found['room_id']}/participants/me").status == 204

    second.get(f"/v1/joins/{found['join_id']}")

    assert names(first, found["room_id"]) == {my_name(first)}


def test_the_eleventh_clip_within_ten_seconds_is_refused(world: World) -> None:
    """A11: with the time after which one more is taken; nothing of it is stored."""
    person = world.member()
    answers = [listen(person, A1, heard_until_ms=world.now) for _ in range(10)]
    assert {answer.status for answer in answers} <= {200, 202}
    stored = len(world.aws.items("clips"))
    refused = listen(person, A1, heard_until_ms=world.now)
    assert refused.status == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert len(world.aws.items("clips")) == stored
    world.clock.advance(10_000)
    assert listen(person, A1, heard_until_ms=world.now).status in {200, 202}
