"""Without a microphone: a short code admits one device, lives ten minutes, and the next is one click away (A10)."""

from contextlib import suppress
from functools import partial
from itertools import count
from urllib.parse import unquote

import pytest

from chalicelib.rooms import ending
from chalicelib.rooms.codes import LENGTH, LETTERS, TRIED, enter_by_code, make_code
from chalicelib.runtime.errors import Gone
from chalicelib.runtime.ids import opaque
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import open_session
from tests.support.browser import Answer, Browser
from tests.support.hand_clock import START_MS
from tests.support.memory import in_memory
from tests.support.pushes import recorded_pushes
from tests.support.world import World

MINUTE = 60_000


def make(browser: Browser, room_id: str | None = None) -> Answer:
    return browser.post("/v1/join-codes", json_body={} if room_id is None else {"room_id": room_id})


def enter(browser: Browser, code: str) -> Answer:
    return browser.post(f"/v1/join-codes/{code}", json_body={})


def names(browser: Browser, room_id: str) -> set[str]:
    return {one["name"] for one in browser.get(f"/v1/rooms/{room_id}").json()["participants"]}


def name_of(browser: Browser) -> str:
    return str(browser.get("/v1/session").json()["participant_name"])


def test_a_guest_without_a_room_gets_a_new_one(world: World) -> None:
    """A10: and is in it; whoever enters by the code is there too, and everyone is told how they came."""
    host, guest = world.member(), world.member()
    tab = host.connect("host-tab")
    shown = make(host).json()
    tab.resume(shown["room_id"])
    assert len(shown["code"]) == LENGTH
    assert set(shown["code"]) <= set(LETTERS)
    assert shown["expires_at_ms"] == world.now + 10 * MINUTE

    assert enter(guest, shown["code"]).json() == {"room_id": shown["room_id"]}

    assert names(host, shown["room_id"]) == {name_of(host), name_of(guest)}
    told = [one["participant"] for one in world.pushes.to("host-tab") if one["type"] == "participant.joined"]
    assert (told[-1]["name"], told[-1]["via"]) == (name_of(guest), "code")


def test_a_code_admits_one_device_and_the_next_is_made_at_once(world: World) -> None:
    """A10: code reused: 410."""
    host, first, second = world.member(), world.member(), world.member()
    shown = make(host).json()
    assert enter(first, shown["code"]).status == 200
    assert enter(second, shown["code"]).status == 410
    assert enter(first, shown["code"]).json() == {"room_id": shown["room_id"]}  # whose answer was lost asks again
    following = make(host, shown["room_id"]).json()
    assert following["code"] != shown["code"]
    assert enter(second, following["code"]).json() == {"room_id": shown["room_id"]}


@pytest.mark.parametrize(("elapsed", "status"), [(10 * MINUTE - 1, 200), (10 * MINUTE, 410)])
def test_a_code_lives_ten_minutes_to_the_millisecond(world: World, elapsed: int, status: int) -> None:
    """A10: code expired: 410."""
    host, guest = world.member(), world.member()
    code = make(host).json()["code"]
    world.clock.advance(elapsed)
    assert enter(guest, code).status == status


def test_a_code_may_be_written_as_people_write(world: World) -> None:
    """A10: read out, typed on a phone: small letters, spaces and dashes do not matter."""
    code = make(world.member()).json()["code"]
    assert enter(world.member(), f"{code[:3].lower()}-{code[3:]}%20").status == 200


@pytest.mark.parametrize("code", ["ABC", "ABCDEF7", "0O1IL0", "ÄÖÜẞÆØ", "%20"])
def test_what_cannot_be_a_code_is_said_to_be_none(world: World, code: str) -> None:
    """A10: a slip of the finger is told from a code that is over."""
    answer = enter(world.member(), code)
    assert answer.status == 422
    assert [error["at"] for error in answer.json()["errors"]] == ["code"]


def test_whoever_is_inside_uses_no_code_up(world: World) -> None:
    """A10: one device means one that comes in."""
    host, guest = world.member(), world.member()
    shown = make(host).json()
    assert enter(host, shown["code"]).json() == {"room_id": shown["room_id"]}
    assert enter(guest, shown["code"]).status == 200


def test_strangers_make_no_codes_for_a_meeting(world: World) -> None:
    """Not yours and not there are one answer."""
    shown = make(world.member()).json()
    stranger = world.member()
    assert make(stranger, shown["room_id"]).status == make(stranger, opaque()).status == 404


def test_a_code_of_a_meeting_that_has_ended_is_over(world: World) -> None:
    """B11: ending deletes what is shared; the code leads nowhere, and its rows are gone."""
    host, guest = world.member(), world.member()
    shown = make(host).json()
    ending.end_room(shown["room_id"], now=world.now)
    assert enter(guest, shown["code"]).status == 410
    assert [row for row in world.aws.items("rooms") if row["kind"]["S"] == "code"] == []


def test_guessing_is_slowed_down(world: World) -> None:
    """DESIGN, limits: a session has few tries."""
    guesser = world.member()
    assert [enter(guesser, "AAAAAA").status for _ in range(TRIED + 1)] == [410] * TRIED + [429]


def test_no_code_is_stored(world: World) -> None:
    """Whoever reads the table enters nowhere by it."""
    code = make(world.member()).json()["code"]
    assert code not in str(world.aws.items())


def test_whoever_enters_another_meeting_leaves_the_first(world: World) -> None:
    """One meeting at a time; the first sees them go."""
    host, guest = world.member(), world.member()
    first = make(guest).json()["room_id"]
    shown = make(host).json()
    enter(guest, shown["code"])
    assert guest.get(f"/v1/rooms/{first}").status == 404
    assert guest.get(f"/v1/rooms/{shown['room_id']}").status == 200


def test_the_picture_shows_the_page_that_enters_by_it(world: World) -> None:
    """A10: QR; a picture of our own, from nobody else's server."""
    qr = make(world.member()).json()["qr"]
    assert qr.startswith("data:image/svg+xml")
    assert "<path" in unquote(qr)


def comes_in(code: str, who: Session, came: list[Session]) -> None:
    with suppress(Gone):
        enter_by_code(code, who, "", now=START_MS)
        came.append(who)


def test_of_two_devices_with_one_code_one_comes_in() -> None:
    """A10, exhaustively at one switch: the second runs whole between any two requests of the first."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            host, one, other = (open_session(now=START_MS) for _ in range(3))
            code, came = make_code(None, host, now=START_MS).code, list[Session]()
            with memory.interrupted(switch, partial(comes_in, code, other, came)) as reached:
                comes_in(code, one, came)
            assert len(came) == 1, switch
        if not reached():
            break
    assert switch > 3
