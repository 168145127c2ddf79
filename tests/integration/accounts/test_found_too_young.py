"""A guest who said to be old enough is found too young at the very moment at which something else of theirs happens."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count

import pytest

from chalicelib.accounts.registration import confirm_address, register
from chalicelib.accounts.schemas import NewAccount
from chalicelib.privacy.service import decide_here
from chalicelib.rooms.models import members_of
from chalicelib.rooms.service import enter_room, leave_room
from chalicelib.runtime import expiry
from chalicelib.runtime.errors import Gone, Problem
from chalicelib.runtime.ids import RoomId
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import change_name, end_session, forget_age, open_session
from tests.support.accounts import EMAIL, PASSWORD, mailed_token
from tests.support.hand_clock import START_MS
from tests.support.memory import Crash, in_memory
from tests.support.named import NAME, an_open_room, holding, in_a_room, known, someone
from tests.support.pushes import recorded_pushes
from tests.support.world import World

MINUTE = 60_000
MEANWHILE_MS = START_MS + 5
LEAVING_MS = START_MS + 40_000

pytestmark = pytest.mark.usefixtures("world")


def _refused(act: Callable[[], object]) -> None:
    with suppress(Problem):
        act()


def _enters() -> tuple[Session, RoomId, Callable[[], object]]:
    guest, room_id = someone(), an_open_room()
    return guest, room_id, partial(enter_room, room_id, guest, via="code", now=MEANWHILE_MS)


def _renames() -> tuple[Session, RoomId, Callable[[], object]]:
    guest = someone("Ada")
    room_id = in_a_room(guest)
    return known(guest), room_id, partial(change_name, known(guest), NAME, now=MEANWHILE_MS)


@pytest.mark.parametrize("prepared", [_enters, _renames])
def test_no_meeting_shows_the_name_of_who_enters_or_renames_meanwhile(
    prepared: Callable[[], tuple[Session, RoomId, Callable[[], object]]],
) -> None:
    """C7, C1, D1, exhaustively at one switch: nobody sees it from then on, and no history takes it up as they leave."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            guest, room_id, act = prepared()
            with memory.interrupted(switch, partial(_refused, act)) as reached:
                forget_age(guest, now=START_MS)
            if not reached():
                break
            [member] = members_of(room_id, now=MEANWHILE_MS)
            assert member.name == known(guest).participant_name != NAME, switch
            leave_room(room_id, known(guest), now=LEAVING_MS)
            for minute in range(10):
                expiry.reap(now=START_MS + minute * MINUTE)
            assert holding(memory) == [], switch
    assert switch > 5


def test_a_name_on_its_way_is_not_taken_from_who_is_too_young() -> None:
    """C7, C1, exhaustively at one switch: the answer stands between the steps of a rename, in a meeting."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            guest, _, rename = _renames()
            with memory.interrupted(switch, partial(forget_age, guest, now=START_MS)) as reached:
                _refused(rename)
            if not reached():
                break
            assert holding(memory) == [], switch
    assert switch > 4


@pytest.mark.parametrize("clock_ms", [START_MS, START_MS - 5])
def test_a_registration_on_its_way_goes_with_the_age(clock_ms: int) -> None:
    """C7, exhaustively at one switch: wherever between its steps the guest is found too young, by whatever clock,
    nothing of it stays.
    """
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            guest = open_session(now=START_MS, age="adult")
            found_out = partial(forget_age, guest, now=clock_ms)
            with memory.interrupted(switch, found_out) as reached:
                register(NewAccount(EMAIL, PASSWORD), guest, "en", "203.0.113.7", now=START_MS)
            if not reached():
                break
            assert memory.items("accounts") == memory.items("mail-tokens") == [], switch
    assert switch > 5


@pytest.mark.parametrize("consents_at", [START_MS, MEANWHILE_MS])
@pytest.mark.parametrize("consent_first", [True, False])
def test_no_consent_is_left_of_who_is_too_young(consents_at: int, consent_first: bool) -> None:
    """C7, F1, exhaustively at one switch: whichever request stands between the other's steps, by whatever clock."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            guest = someone()
            acts = [
                partial(_refused, partial(decide_here, guest, {"news": True, "insights": True}, now=consents_at)),
                partial(forget_age, guest, now=START_MS),
            ]
            act, meanwhile = acts if consent_first else acts[::-1]
            with memory.interrupted(switch, meanwhile) as reached:
                act()
            if not reached():
                break
            assert memory.items("consents") == [], switch
    assert switch > 3


def test_a_link_mailed_while_its_guest_is_found_too_young_opens_nothing(world: World) -> None:
    """C7, exhaustively: where the registration breaks off before it looks, by a clock that is ahead of the answer's."""
    refused = 0
    for survived in count():
        with in_memory() as memory, recorded_pushes():
            guest, mails = open_session(now=START_MS, age="adult"), len(world.aws.mails())
            forget_age(guest, now=START_MS)
            died = True
            with memory.crash_after(survived), suppress(Crash):
                register(NewAccount(EMAIL, PASSWORD), guest, "en", "203.0.113.7", now=MEANWHILE_MS)
                died = False
            if len(world.aws.mails()) > mails:
                with pytest.raises(Gone):
                    confirm_address(mailed_token(world), now=MEANWHILE_MS)
                refused += died
        if not died:
            break
    assert refused > 0


def test_a_registration_goes_although_its_session_ends_meanwhile(world: World) -> None:
    """C7, exhaustively at one switch: confirmed, never logged in to, and logged out of in another tab."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            guest = open_session(now=START_MS, age="adult")
            register(NewAccount(EMAIL, PASSWORD), guest, "en", "203.0.113.7", now=START_MS)
            confirm_address(mailed_token(world), now=START_MS)
            ends, session = partial(end_session, guest.session_id, now=MEANWHILE_MS), known(guest)
            with memory.interrupted(switch, ends) as reached:
                forget_age(session, now=START_MS)
            if not reached():
                break
            assert memory.items("accounts") == memory.items("mail-tokens") == [], switch
    assert switch > 3
