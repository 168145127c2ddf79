"""What rooms hold of somebody, and where: see runtime/holdings.py."""

from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.lifetimes import CONNECTION, JOIN_CODE, KNOCK, LEFT, MEETING, STAGED_CONTENT, TAB
from chalicelib.rooms.call_models import leave_call
from chalicelib.rooms.connections import Connection, connections, find_all, followed_by, of_session
from chalicelib.rooms.record_models import (
    CALL,
    KNOCK_BY,
    LEFT_BY,
    MEMBER,
    MERGED,
    ORGANISER,
    SEALED_EMAIL,
    SHOWN,
    Call,
    Empty,
    Head,
    JoinCode,
    Knock,
    Left,
    Member,
    Merged,
    Organiser,
    RoomEntry,
    Runs,
    Sequence as Numbers,
    Shown,
    calls,
    entries,
    knocks,
    members,
    merges,
    organisers,
    runs,
    runs_by,
)
from chalicelib.rooms.tabs import TAB_OF, Lease, TabEntry, leases
from chalicelib.runtime import holdings, vault
from chalicelib.runtime.holdings import EVER, Person
from chalicelib.runtime.ids import ConnectionId, SessionId
from chalicelib.runtime.store import Table

shown_items: Table[Shown] = Table(Shown, "rooms")
ROOMS_READ = 100  # of one request, DynamoDB quota


def _known_by_rooms(person: Person, now: int) -> Person:
    """The rooms that their tabs follow, that they run, and what all of them have merged into."""
    followed = {room for one in sorted(person.sessions) for room in followed_by(SessionId(one), now=now)}
    led = {one.leads_to for one in _runs_of(person, now)}
    return person.also(rooms=_merged({*person.rooms, *followed, *led}, now))


def _merged(rooms: set[str], now: int) -> set[str]:
    known, fresh = set(rooms), rooms
    while fresh:
        found = _get(merges, [(one, MERGED) for one in sorted(fresh)], now)
        fresh = {str(one.into) for one in found} - known
        known |= fresh
    return known


def _get(table: Table[Any], keys: Sequence[tuple[str, str]], now: int) -> Iterator[Any]:
    for start in range(0, len(keys), ROOMS_READ):
        yield from table.get_many(keys[start : start + ROOMS_READ], now=now)


def _runs_of(person: Person, now: int) -> list[Runs]:
    return runs.query(runs_by(person.account_id), now=now) if person.account_id else []


def organisers_of_person(person: Person, now: int) -> Iterator[Organiser]:
    found = _get(organisers, [(one, ORGANISER) for one in sorted(person.rooms)], now) if person.account_id else ()
    return (one for one in found if one.account_id == person.account_id)


def members_of_person(person: Person, now: int) -> Iterator[Member]:
    return _get(members, [(room, MEMBER + who) for who in sorted(person.participants) for room in person.rooms], now)


def _knocks_of(person: Person, now: int) -> Iterator[Knock]:
    return _get(knocks, [(room, KNOCK_BY + who) for who in sorted(person.participants) for room in person.rooms], now)


def _left_by(person: Person, now: int) -> Iterator[Left]:
    return _get(entries, [(room, LEFT_BY + who) for who in sorted(person.participants) for room in person.rooms], now)


def _calls_of(person: Person, now: int) -> Iterator[Call]:
    found = _get(calls, [(one, CALL) for one in sorted(person.rooms)], now)
    return (one for one in found if person.participants & set(one.people or ()))


def _hang_up(found: Sequence[Call], person: Person, _: int) -> None:
    for one in found:
        for who in sorted(person.participants & set(one.people or ())):
            leave_call(one.room_id, who, now=EVER)  # one that has run out is found, too


def _shown_of(person: Person, now: int) -> Iterator[Shown]:
    for room in sorted(person.rooms):
        found = shown_items.query(room, now=now, where=RoomEntry.entry.startswith(SHOWN))
        yield from (one for one in found if one.owner_id in person.participants)


def _leases_of(person: Person, now: int) -> Iterator[Lease]:
    for who in sorted(person.participants):
        yield from leases.query(who, now=now, where=TabEntry.entry.startswith(TAB_OF))


def _connections_of(person: Person, now: int) -> Iterator[Connection]:
    """The sockets' own rows before those of the sessions, by which they are found."""
    for session in sorted(person.sessions):
        listed = connections.query(of_session(SessionId(session)), now=now)
        yield from find_all([ConnectionId(one.connection_id) for one in listed], now=now)
        yield from listed
    for room in sorted(person.rooms):
        found = connections.query(f"room#{room}", now=now)
        yield from (one for one in found if one.participant_id in person.participants)


def _organised(one: Organiser) -> dict[str, Any]:
    return {
        "room_id": one.room_id,
        "title": one.title,
        "planned_start_ms": None if one.planned_start_ms is None else int(one.planned_start_ms),
        "knock": bool(one.knock),
        "analytics_id": one.analytics_id,
    }


def _joined(one: Member) -> dict[str, Any]:
    said = {"name": one.name, "email": one.email and vault.unseal(SEALED_EMAIL, one.email)}
    return {"room_id": one.room_id, **said, "joined_at_ms": int(one.joined_at_ms), "via": one.via}


def _showed(one: Shown) -> dict[str, Any]:
    return {"room_id": one.room_id, "content_id": one.content_id, "url": one.url, "title": one.title}


def _opened(one: Lease) -> dict[str, Any]:
    return {"tab_id": one.tab_id, "heard_at_ms": int(one.heard_at_ms)}


_THE_MEETINGS = "it is the meeting's, and names nobody"
holdings.known_by("rooms", _known_by_rooms)
for kind in (Head, Merged, Numbers, Empty):
    holdings.is_nobodys(kind, MEETING, why=_THE_MEETINGS)
holdings.hold(
    Connection,
    connections,
    CONNECTION,
    find=_connections_of,
    export=lambda one: {"tab_id": one.tab_id or None},
    at_once=True,
)
holdings.hold(Member, members, MEETING, find=members_of_person, export=_joined, at_once=True)
holdings.hold(
    Call,
    calls,
    MEETING,
    find=_calls_of,
    export=lambda one: {"room_id": one.room_id, "call": True},
    erase=_hang_up,
    at_once=True,
)
holdings.hold(Organiser, organisers, MEETING, find=organisers_of_person, export=_organised, at_once=True)
holdings.hold(Runs, runs, MEETING, find=_runs_of, export=lambda one: {"room_id": one.leads_to})
holdings.hold(Shown, entries, STAGED_CONTENT, find=_shown_of, export=_showed, at_once=True)
holdings.hold(Lease, leases, TAB, find=_leases_of, export=_opened, at_once=True)
holdings.let_pass(JoinCode, JOIN_CODE, why="it leads to a meeting, and holds at most an opaque name")
holdings.hold(Knock, knocks, KNOCK, find=_knocks_of, export=lambda one: {"room_id": one.room_id, "via": one.via})
holdings.hold(Left, entries, LEFT, find=_left_by, export=lambda one: {"room_id": one.room_id, "left": True})
