"""Guests with a full name, over tables in memory, and where that name is stored."""

from chalicelib.rooms.service import enter_room, open_room
from chalicelib.runtime.ids import RoomId, opaque
from chalicelib.sessions.models import Session, find
from chalicelib.sessions.service import change_name, open_session
from tests.support.hand_clock import START_MS
from tests.support.memory import Memory

NAME = "Philippa Example"
TABLES = ("sessions", "rooms", "meetings", "expiries")


def someone(name: str = NAME) -> Session:
    """A grown-up guest of that name."""
    return change_name(open_session(now=START_MS, age="adult"), name, now=START_MS)


def an_open_room() -> RoomId:
    room_id = RoomId(opaque())
    open_room(room_id, now=START_MS)
    return room_id


def in_a_room(who: Session) -> RoomId:
    """One that they have entered."""
    room_id = an_open_room()
    enter_room(room_id, who, via="code", now=START_MS)
    return room_id


def known(who: Session) -> Session:
    """Their session as it is by now."""
    found = find(who.session_id, now=START_MS)
    assert found is not None
    return found


def holding(memory: Memory) -> list[str]:
    """The tables in which the name stands."""
    return [table for table in TABLES if NAME in str(memory.items(table))]
