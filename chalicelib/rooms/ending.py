"""The end of a meeting: unreadable at once, everybody told, everything of it deleted (B11)."""

from functools import partial

from chalicelib.rooms import connections, push
from chalicelib.rooms.models import code_key, new_left
from chalicelib.rooms.record_models import (
    CODE,
    DEPARTURES_OVER,
    HEAD,
    ORGANISER,
    Head,
    JoinCode,
    Knock,
    Left,
    Member,
    Organiser,
    entries,
    heads,
    join_codes,
    members,
    runs_by,
)
from chalicelib.runtime import events, expiry
from chalicelib.runtime.ids import RoomId, SessionId
from chalicelib.runtime.parallel import together
from chalicelib.sessions.models import forget_room

EMPTY = "empty-room"  # kind of expiry entries: of meetings that have nobody, or an end that may have broken off
SIDE_BY_SIDE = 8  # members are let go in so many rows at once: a full room within seconds
PEOPLE_A_RUN = 1_000  # are let go by one: the organiser's answer has 29 s, and the reaper other work
LAST = (ORGANISER, HEAD)  # by these a repetition finds what broke off


def end_room(room_id: RoomId, *, now: int) -> bool:
    """Ends the meeting. Where it breaks off, nobody can read the room, and the reaper repeats it, which is safe: it
    ended when that was first said. False where people of a crowd are left, for the repetition to let go.
    """
    if heads.get((room_id, HEAD), now=now) is None:
        return True
    expiry.file(EMPTY, room_id, now, now=now)
    once = [Head.ended_at_ms.set(Head.ended_at_ms | now)]
    head = heads.update((room_id, HEAD), once, now=now)
    if head is None:
        return True
    push.ended(room_id, now=now)
    events.publish(events.RoomEnded(room_id, int(head.ended_at_ms), now))
    found = entries.query(room_id, now=now)
    _send_away([one for one in found if isinstance(one, Knock)], now)
    people = [one for one in found if isinstance(one, Member)]
    together([partial(_let_go, people[:PEOPLE_A_RUN][row::SIDE_BY_SIDE], now) for row in range(SIDE_BY_SIDE)])
    if len(people) > PEOPLE_A_RUN:
        return False
    codes = [code_key(one.entry.removeprefix(CODE)) for one in found if isinstance(one, JoinCode)]
    join_codes.delete_many(codes)
    connections.forget_audience(connections.of_room(room_id), now=now)
    rest = [one.entry for one in found if not isinstance(one, Left) and one.entry not in LAST]
    led = [(runs_by(one.account_id), room_id) for one in found if isinstance(one, Organiser)]
    entries.delete_many([*((room_id, entry) for entry in rest), *led, *((room_id, entry) for entry in LAST)])
    return True


def _send_away(knocks: list[Knock], now: int) -> None:
    """Who waits at the door need not wait for the rest of the minute: they ask once more, and learn why."""
    for knock in knocks:
        if knock.required and not knock.refused and not knock.join_id:  # a sound has an end of its own
            push.answered(SessionId(knock.session_id), RoomId(knock.room_id), admitted=False, now=now)


def _let_go(people: list[Member], now: int) -> None:
    left = [new_left(RoomId(member.room_id), member.participant_id, now) for member in people]
    DEPARTURES_OVER.file(left, now=now)
    for member, gone in zip(people, left, strict=True):
        room_id = RoomId(member.room_id)
        entries.put(gone)
        members.delete((room_id, member.entry))
        forget_room(member.session_id, room_id, now=now)
        events.publish(events.MemberLeft(member.participant_id, room_id, now))
