"""What rooms hold of somebody, and where: see runtime/holdings.py."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from chalicelib.lifetimes import CONNECTION, JOIN_CODE, KNOCK, LEFT, MEETING, STAGED_CONTENT, TAB
from chalicelib.rooms.call_models import leave_call
from chalicelib.rooms.connections import Connection, connections, find_all, of_session, places_of
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
from chalicelib.runtime.parallel import by_some, chained
from chalicelib.runtime.store import Table

shown_items: Table[Shown] = Table(Shown, "rooms")
ROOMS_READ = 100  # of one request, DynamoDB quota
AT_ONCE = 32  # sessions, side by side


def _known_by_rooms(person: Person, now: int) -> Person:
    """The rooms that their tabs follow, that they run, and what all of them have merged into."""
    follow = partial(places_of, now=now)
    followed = by_some(follow, [SessionId(one) for one in sorted(person.sessions)], AT_ONCE)
    places = person.places.union(*followed)
    led = {str(one.leads_to) for one in _runs_of(person, now)}
    into = _merges({*person.rooms, *led, *(room for room, _ in places)}, now)
    moved = {(later, who) for room, who in places for later in _path(room, into)}
    rooms = {*led, *into, *into.values(), *(room for room, _ in moved)}
    return person.also(rooms=rooms, places={*places, *moved})


def _merges(rooms: set[str], now: int) -> dict[str, str]:
    """What each of the rooms has become, and that in turn, where they have merged."""
    into, known, fresh = dict[str, str](), set(rooms), rooms
    while fresh:
        found = {str(one.room_id): str(one.into) for one in _get(merges, [(one, MERGED) for one in sorted(fresh)], now)}
        into |= found
        fresh = set(found.values()) - known
        known |= fresh
    return into


def _path(room: str, into: Mapping[str, str]) -> Iterator[str]:
    """It leads to older rooms only, and so ends."""
    while room:
        yield room
        room = into.get(room, "")


def _get(table: Table[Any], keys: Sequence[tuple[str, str]], now: int) -> Iterator[Any]:
    for start in range(0, len(keys), ROOMS_READ):
        yield from table.get_many(keys[start : start + ROOMS_READ], now=now)


def _runs_of(person: Person, now: int) -> list[Runs]:
    return runs.query(runs_by(person.account_id), now=now) if person.account_id else []


def organisers_of_person(person: Person, now: int) -> Iterator[Organiser]:
    found = _get(organisers, [(one, ORGANISER) for one in sorted(person.rooms)], now) if person.account_id else ()
    return (one for one in found if one.account_id == person.account_id)


def members_of_person(person: Person, now: int) -> Iterator[Member]:
    return _get(members, [(room, MEMBER + who) for room, who in sorted(person.places)], now)


def _knocks_of(person: Person, now: int) -> Iterator[Knock]:
    return _get(knocks, [(room, KNOCK_BY + who) for room, who in sorted(person.places)], now)


def _left_by(person: Person, now: int) -> Iterator[Left]:
    return _get(entries, [(room, LEFT_BY + who) for room, who in sorted(person.places)], now)


def _calls_of(person: Person, now: int) -> Iterator[Call]:
    found = _get(calls, [(one, CALL) for one in sorted(person.rooms)], now)
    return (one for one in found if person.participants & set(one.people or ()))


def _hang_up(found: Sequence[Call], person: Person, _: int) -> None:
    for one in found:
        for who in sorted(person.participants & set(one.people or ())):
            leave_call(one.room_id, who, now=EVER)  # one that has run out is found, too


def _shown_of(person: Person, now: int) -> Iterator[Shown]:
    ask = partial(shown_items.query, now=now, where=RoomEntry.entry.startswith(SHOWN))
    found = chained(ask, sorted({room for room, _ in person.places}))
    return (one for one in found if one.owner_id in person.participants)


def _leases_of(person: Person, now: int) -> Iterator[Lease]:
    yield from chained(
        partial(leases.query, now=now, where=TabEntry.entry.startswith(TAB_OF)), sorted(person.participants)
    )


def _connections_of(person: Person, now: int) -> Iterator[Connection]:
    """The sockets' own rows before those of the sessions, by which they are found."""
    of_sessions = [of_session(SessionId(session)) for session in sorted(person.sessions)]
    for listed in by_some(partial(connections.query, now=now), of_sessions, AT_ONCE):
        yield from find_all([ConnectionId(one.connection_id) for one in listed], now=now)
        yield from listed
    listed_in = [f"room#{room}" for room in sorted({room for room, _ in person.places})]
    found = chained(partial(connections.query, now=now), listed_in)
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
