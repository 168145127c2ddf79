"""Who runs a meeting: opens it ahead, claims it, decides about it, ends it (B11, B12)."""

import uuid
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from app import app as app  # with it the reaper knows its handlers
from chalicelib.lifetimes import DAY, HOUR, MINUTE
from chalicelib.rooms import ending, organising, service
from chalicelib.rooms.models import find_room
from chalicelib.runtime import expiry
from chalicelib.runtime.ids import RoomId, opaque
from chalicelib.sessions.service import open_session
from tests.integration.test_rooms import meeting, merge, present, session_of
from tests.support.accounts import with_account
from tests.support.browser import Answer, Browser
from tests.support.hand_clock import START_MS
from tests.support.memory import Crash, in_memory
from tests.support.pushes import recorded_pushes
from tests.support.world import World

OTHER = "grace@example.org"
ORIGIN = "https://earshot.example"


def open_room(who: Browser, **wanted: object) -> Answer:
    return who.post("/v1/rooms", json_body=wanted)


def change(who: Browser, room: str, **wanted: object) -> Answer:
    return who.request("PATCH", f"/v1/rooms/{room}", json_body=wanted)


def claim(who: Browser, room: str) -> Answer:
    return who.request("PUT", f"/v1/rooms/{room}/organiser", json_body={})


def calendar(who: Browser, room: str) -> Answer:
    return who.get(f"/v1/rooms/{room}/calendar.ics")


def read(who: Browser, room: str) -> dict[str, Any]:
    found: dict[str, Any] = who.get(f"/v1/rooms/{room}").json()
    return found


def go_in(world: World, who: Browser, room: str, via: str = "link") -> str:
    return service.enter_room(RoomId(room), session_of(world, who), via=via, now=world.now)


def test_an_account_opens_a_room_with_a_link(world: World) -> None:
    """B12: titled and planned; a room without anybody in it."""
    ada = with_account(world)
    made = open_room(ada, title="  Weekly\tmeeting ", planned_start_ms=world.now + DAY).json()
    assert made == {
        "room_id": made["room_id"],
        "title": "Weekly meeting",
        "planned_start_ms": world.now + DAY,
        "link": f"{ORIGIN}/rooms/{made['room_id']}",
        "settings": {"knock": False, "analytics_id": None},
    }
    assert ada.get(f"/v1/rooms/{made['room_id']}").status == 404  # to open is not to enter

    go_in(world, ada, made["room_id"])
    guest = world.member()
    go_in(world, guest, made["room_id"])

    mine, theirs = read(ada, made["room_id"]), read(guest, made["room_id"])
    assert {name: mine[name] for name in made} == made
    assert (mine["organiser"], theirs["organiser"]) == (True, False)
    assert (theirs["title"], theirs["link"]) == ("Weekly meeting", made["link"])


def test_guests_open_no_rooms(world: World) -> None:
    """B12: an account opens rooms."""
    assert world.browser().post("/v1/rooms", json_body={}).json()["type"] == "/problems/session-required"
    assert world.member().post("/v1/rooms", json_body={}).json()["type"] == "/problems/sign-in-required"
    assert world.aws.items("rooms") == []


@pytest.mark.parametrize(
    ("wanted", "at"),
    [({"title": "x" * 121}, "title"), ({"title": "a\u202eb"}, "title"), ({"title": "\u200d"}, "title"),
     ({"planned_start_ms": 0}, "planned_start_ms"), ({"planned_start_ms": 2**53}, "planned_start_ms"),
     ({"planned_start_ms": "soon"}, "$.planned_start_ms"), ({"knock": True}, "$")],
)  # fmt: skip
def test_what_a_room_cannot_be_is_refused_with_its_reason(world: World, wanted: dict[str, object], at: str) -> None:
    """B12: and nothing is made."""
    answer = open_room(with_account(world), **wanted)
    assert (answer.status, [one["at"] for one in answer.json()["errors"]]) == (422, [at])
    assert world.aws.items("rooms") == []


@pytest.mark.parametrize(("ahead_ms", "status"), [(179 * DAY - 1, 201), (179 * DAY, 422), (-DAY, 201), (-DAY - 1, 422)])
def test_a_meeting_is_planned_for_when_its_room_lives(world: World, ahead_ms: int, status: int) -> None:
    """B12; the four lifetimes: a room lives 180 days."""
    ada = with_account(world)
    assert open_room(ada, planned_start_ms=world.now + ahead_ms).status == status


def test_one_account_does_not_open_rooms_without_end(world: World) -> None:
    """DESIGN, limits."""
    ada = with_account(world)
    answers = [open_room(ada).status for _ in range(organising.OPENED + 1)]
    assert answers == [201] * organising.OPENED + [429]
    world.clock.advance(HOUR)
    assert open_room(ada).status == 201


def test_the_organiser_changes_the_room_and_everyone_is_told(world: World) -> None:
    """B12, A12, C8: title, knock, analytics id, start; what is not given stays, null clears."""
    ada, guest = with_account(world), world.member()
    room = open_room(ada, title="Old").json()["room_id"]
    go_in(world, guest, room)
    socket = guest.connect()
    socket.resume(room)
    world.pushes.clear()

    assert change(ada, room, title="New", knock=True, analytics_id="G-ABC123DEF4").status == 200
    found = read(guest, room)
    assert (found["title"], found["settings"]) == ("New", {"knock": True, "analytics_id": "G-ABC123DEF4"})
    assert world.pushes.kinds(socket.id) == ["room.changed"]

    changed = change(ada, room, analytics_id=None, planned_start_ms=world.now + HOUR).json()
    assert (changed["title"], changed["settings"]) == ("New", {"knock": True, "analytics_id": None})
    assert changed["planned_start_ms"] == world.now + HOUR
    cleared = change(ada, room, planned_start_ms=None, title=None).json()
    assert (cleared["planned_start_ms"], cleared["title"]) == (None, "")
    world.pushes.clear()
    assert change(ada, room).status == 200
    assert world.pushes.sent == []


@pytest.mark.parametrize(
    "analytics_id",
    ["", "G-", "g-abc123def4", "UA-12345-1", "G-ABC123DEF4\n", "AW-12345", "AW-12345678x", "G-ABC<script>", "GTM-ABCD"],
)
def test_only_ids_of_google_analytics_and_ads_are_taken(world: World, analytics_id: str) -> None:
    """C8: pattern-checked; what is refused changes nothing."""
    ada = with_account(world)
    room = open_room(ada, title="Mine").json()["room_id"]
    answer = change(ada, room, title="Other", analytics_id=analytics_id)
    assert (answer.status, answer.json()["errors"][0]["at"].removeprefix("$.")) == (422, "analytics_id")
    go_in(world, ada, room)
    assert (read(ada, room)["title"], read(ada, room)["settings"]) == ("Mine", {"knock": False, "analytics_id": None})


def test_nobody_else_changes_or_ends_a_meeting(world: World) -> None:
    """B12: members are told that they may not, strangers that there is no such meeting."""
    ada, grace = with_account(world), with_account(world, OTHER)
    room = open_room(ada, title="Ada's").json()["room_id"]
    for act in (lambda who: change(who, room, title="Taken"), lambda who: who.delete(f"/v1/rooms/{room}")):
        assert act(world.member()).status == 401
        assert (act(grace).status, act(grace).json()["type"]) == (404, "/problems/not-found")
    go_in(world, grace, room)
    for act in (lambda who: change(who, room, title="Taken"), lambda who: who.delete(f"/v1/rooms/{room}")):
        assert (act(grace).status, act(grace).json()["type"]) == (403, "/problems/denied")
    assert read(grace, room)["title"] == "Ada's"


def test_a_meeting_that_sound_made_has_an_organiser_once_somebody_claims_it(world: World) -> None:
    """B12: of whoever is in it and signed in the first; no invitation link comes of it."""
    ada, grace, guest = with_account(world), with_account(world, OTHER), world.member()
    room = meeting(world, ada, guest)
    assert read(ada, room)["organiser"] is False
    assert claim(grace, room).status == 404
    assert claim(guest, room).json()["type"] == "/problems/sign-in-required"
    socket = guest.connect()
    socket.resume(room)
    world.pushes.clear()

    assert [claim(ada, room).status for _ in range(2)] == [200, 200]

    assert world.pushes.kinds(socket.id) == ["room.changed"]
    assert (read(ada, room)["organiser"], read(guest, room)["organiser"]) == (True, False)
    assert read(ada, room)["link"] is None
    go_in(world, grace, room, "code")
    assert (claim(grace, room).status, claim(grace, room).json()["type"]) == (409, "/problems/conflict")
    assert change(ada, room, title="Found by ear").status == 200


def two_rooms(world: World, ada: Browser, grace: Browser) -> tuple[str, str]:
    """The older is Ada's, the younger Grace's, each with its person inside."""
    older = open_room(ada, title="Older").json()["room_id"]
    world.clock.advance(1)
    younger = open_room(grace, title="Younger").json()["room_id"]
    for who, room in ((ada, older), (grace, younger)):
        go_in(world, who, room)
    return older, younger


def test_when_two_rooms_merge_the_older_ones_organiser_stays(world: World) -> None:
    """B12, A6: and both links lead on."""
    ada, grace = with_account(world), with_account(world, OTHER)
    older, younger = two_rooms(world, ada, grace)
    merge(world, RoomId(older), RoomId(younger))
    assert (read(ada, older)["organiser"], read(grace, older)["organiser"]) == (True, False)
    assert read(grace, older)["title"] == "Older"
    assert "Younger" not in str(world.aws.items("rooms"))
    assert change(grace, younger, title="Mine").status == 403


def test_an_organiser_is_taken_over_by_a_room_that_has_none(world: World) -> None:
    """B12, A6: title, settings and link come along."""
    ada, guest = with_account(world), world.member()
    older = meeting(world, guest)
    world.clock.advance(1)
    made = open_room(ada, title="Planned", planned_start_ms=world.now + HOUR).json()
    go_in(world, ada, made["room_id"])
    change(ada, made["room_id"], knock=True)
    merge(world, older, RoomId(made["room_id"]))
    found = read(ada, older)
    assert (found["organiser"], found["title"], found["link"]) == (True, "Planned", made["link"])
    assert found["settings"] == {"knock": True, "analytics_id": None}
    assert calendar(guest, made["room_id"]).status == 200


def test_the_end_is_for_everybody_and_deletes_everything(world: World) -> None:
    """B11: told at once, unreadable at once, members, codes and sequence gone; nobody is remembered as in it."""
    ada, guest = with_account(world), world.member()
    room = open_room(ada, title="Over soon").json()["room_id"]
    for who in (ada, guest):
        go_in(world, who, room)
    code = guest.post("/v1/join-codes", json_body={"room_id": room}).json()["code"]
    socket = guest.connect()
    socket.resume(room)
    last = world.pushes.to(socket.id)[-1]["sequence"]
    world.pushes.clear()

    assert ada.delete(f"/v1/rooms/{room}").status == 204

    assert world.pushes.to(socket.id) == [
        {"type": "room.ended", "room_id": room, "sequence": last + 1, "at_ms": world.now}
    ]
    assert [who.get(f"/v1/rooms/{room}").status for who in (ada, guest)] == [404, 404]
    assert {row["kind"]["S"] for row in world.aws.items("rooms")} == {"left"}  # for a minute, and it names nobody
    assert [row for row in world.aws.items("sessions") if "room_id" in row] == []
    assert world.member().post(f"/v1/join-codes/{code}", json_body={}).status == 410
    assert calendar(guest, room).status == ada.delete(f"/v1/rooms/{room}").status == 404


def test_an_end_that_breaks_off_is_finished_by_the_reaper() -> None:
    """B11: wherever it broke off, nobody reads the meeting, and within a minute nothing of it is left."""
    for survived in count():
        with in_memory() as memory, recorded_pushes():
            room = RoomId(opaque())
            service.open_room(room, now=START_MS)
            guest = open_session(now=START_MS)
            service.enter_room(room, guest, via="link", now=START_MS)
            ended = False
            with memory.crash_after(survived), suppress(Crash):
                ending.end_room(room, now=START_MS)
                ended = True
            whole = find_room(room, now=START_MS) is not None
            expiry.reap(now=START_MS + MINUTE)
            kinds = {row["kind"]["S"] for row in memory.items("rooms")}
        assert kinds <= {"left"} or whole, survived
        if ended:
            break
    assert survived > 5


def test_a_room_opened_ahead_stays_when_everybody_has_left(world: World) -> None:
    """B12: until the organiser ends it, or it has been empty for long enough after its start."""
    ada = with_account(world)
    room = open_room(ada, title="Later", planned_start_ms=world.now + DAY).json()["room_id"]
    go_in(world, ada, room)
    ada.delete(f"/v1/rooms/{room}/participants/me")
    world.clock.advance(HOUR)
    go_in(world, ada, room)
    assert present(ada, room)


def test_an_invitation_says_what_it_leads_to_before_anybody_enters(world: World) -> None:
    """B12, A12: title, start and whether one has to knock, for whoever holds the link; other rooms say nothing."""
    ada = with_account(world)
    made = open_room(ada, title="Weekly", planned_start_ms=world.now + DAY).json()["room_id"]
    go_in(world, ada, made)
    change(ada, made, knock=True)
    stranger = world.browser()
    answer = stranger.get(f"/v1/rooms/{made}/invitation")
    assert answer.json() == {"title": "Weekly", "planned_start_ms": world.now + DAY, "knock": True}
    assert stranger.jar == {}
    assert read(ada, made)["organised"] is True
    ada.delete(f"/v1/rooms/{made}")

    by_code = ada.post("/v1/join-codes", json_body={}).json()["room_id"]
    assert read(ada, by_code)["organised"] is False
    claim(ada, by_code)
    assert read(ada, by_code)["organised"] is True
    for room in (made, by_code, opaque()):
        assert stranger.get(f"/v1/rooms/{room}/invitation").status == 404


def test_the_calendar_file_needs_the_link_and_nothing_else(world: World) -> None:
    """B12: whoever holds the link has it, calendar programs without a cookie too; other rooms have none."""
    ada = with_account(world)
    made = open_room(ada, title="Tea; cake, talk", planned_start_ms=world.now + DAY).json()
    answer = calendar(world.browser(), made["room_id"])
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert made["link"] in answer.body.replace("\r\n ", "")
    without_plan = open_room(ada).json()["room_id"]
    by_sound = meeting(world, ada)
    claim(ada, by_sound)
    change(ada, by_sound, planned_start_ms=world.now + HOUR)
    for room in (without_plan, by_sound, opaque(), str(uuid.uuid4()), "x"):
        assert calendar(ada, room).status == 404


def test_a_title_lives_no_longer_than_its_room(world: World) -> None:
    """The four lifetimes: 180 days, to the millisecond."""
    ada = with_account(world)
    opened = world.now
    room = RoomId(open_room(ada, title="For ever", planned_start_ms=opened + HOUR).json()["room_id"])
    assert service.current_room(room, now=opened + 180 * DAY - 1) is not None
    assert service.current_room(room, now=opened + 180 * DAY) is None
