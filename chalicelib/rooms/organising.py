"""Who runs a meeting: opens it ahead, claims one that sound or a code made, decides about it, ends it (B12)."""

from typing import Any

from msgspec import UNSET

from chalicelib.accounts.signed import find_signed
from chalicelib.lifetimes import HOUR, MINUTE
from chalicelib.rooms import ending, merging, push
from chalicelib.rooms.models import find_head, find_member, members_of, new_head, new_organiser, new_runs
from chalicelib.rooms.record_models import MEETINGS_OVER, ORGANISER, Organiser, entries, organisers, runs, runs_by
from chalicelib.rooms.room import Room
from chalicelib.rooms.rules import check_analytics_id, check_planned_start, clean_title
from chalicelib.rooms.schemas import NewRoom, RoomPatch
from chalicelib.runtime import events, limits
from chalicelib.runtime.errors import Conflict, Denied, NotFound
from chalicelib.runtime.ids import ParticipantId, RoomId, opaque
from chalicelib.sessions.models import Session

OPENED = 60  # rooms an hour by one account
CHANGES = 60  # a minute by one session; everybody reads the room after each
TRIES = 4  # each further one follows a merge made meanwhile


def open_planned(wanted: NewRoom, session: Session, *, now: int) -> Organiser:
    """A room with an invitation link; nobody is in it yet. Raises Unauthenticated for guests, Invalid, TooMany."""
    account = find_signed(session, now=now).account
    made = new_organiser(RoomId(opaque()), account.account_id, now, link=True)
    made.title = clean_title(wanted.title)
    if wanted.planned_start_ms is not None:
        made.planned_start_ms = check_planned_start(wanted.planned_start_ms, now, now)
    limits.count(f"rooms/{account.account_id}", allowed=OPENED, window_ms=HOUR, now=now)
    rows = [new_runs(made), new_head(RoomId(made.room_id), now), made]
    MEETINGS_OVER.file(rows, now=now)
    entries.put_many(rows)
    return made


def claim_room(room_id: RoomId, session: Session, *, now: int) -> Organiser:
    """The member's account runs the meeting from now on. Raises Unauthenticated, NotFound, Conflict if another does."""
    account = find_signed(session, now=now).account
    room = _where_i_am(room_id, session, now)
    made = new_organiser(room.room_id, account.account_id, now, link=False)
    entries.put(new_runs(made))
    fresh = organisers.create(made, now=now)
    found = merging.settle_organiser(made, now=now) if fresh else room.organiser or _organiser(room.room_id, now)
    if found is None:
        raise NotFound("This meeting has ended.")
    if found.account_id != account.account_id:
        entries.delete((runs_by(account.account_id), made.room_id))
        raise Conflict("Somebody else runs this meeting.")
    if fresh:
        push.changed(RoomId(found.room_id), now=now)
    return found


def change_room(room_id: RoomId, wanted: RoomPatch, session: Session, *, now: int) -> Organiser:
    """What is given changes, and everyone is told. Raises as `require_organiser`, Invalid and TooMany."""
    room = require_organiser(room_id, session, now=now)
    actions = _actions(wanted, room, now)
    limits.count(f"changes/{session.participant_id}", allowed=CHANGES, window_ms=MINUTE, now=now)
    for _ in range(TRIES):
        found = _update(room, actions, now) if actions else room.organiser
        moved = merging.current_room(room.room_id, now=now)
        if moved is None:
            raise NotFound("This meeting has ended.")
        if found is not None and moved.room_id == room.room_id:
            if actions:
                push.changed(room.room_id, now=now)
            return found
        room = require_organiser(moved.room_id, session, now=now)
    raise Conflict("The meeting is being changed elsewhere at the same moment.")


def tell_capture(event: events.CaptureChanged) -> None:
    """Everyone in a meeting of theirs reads it again, and asks whether insights are captured."""
    for one in runs.query(runs_by(event.account_id), now=event.now):
        if members_of(RoomId(one.leads_to), now=event.now):
            push.changed(RoomId(one.leads_to), now=event.now)


def end_meeting(room_id: RoomId, session: Session, *, now: int) -> None:
    """For everybody, at once. Also finishes an end that broke off. Raises as `require_organiser`."""
    account_id = find_signed(session, now=now).account.account_id
    found = None if merging.current_room(room_id, now=now) else _organiser(room_id, now)
    if found is not None and found.account_id == account_id:
        ending.end_room(room_id, now=now)
    else:
        ending.end_room(require_organiser(room_id, session, now=now).room_id, now=now)


def require_organiser(room_id: RoomId, session: Session, *, now: int) -> Room:
    """The room, for whoever runs it. Raises Unauthenticated for guests, Denied for other members, NotFound."""
    account = find_signed(session, now=now).account
    room = merging.current_room(room_id, now=now)
    if room is not None and room.is_run_by(account.account_id):
        return room
    _where_i_am(room_id, session, now)
    raise Denied("Only the organiser of the meeting can do this.")


def is_organiser(room: Room, session: Session) -> bool:
    return session.account_id is not None and room.is_run_by(session.account_id)


def find_invitation(room_id: RoomId, *, now: int) -> Organiser:
    """What an invitation link leads to, for whoever holds it. Raises NotFound where there is no link."""
    named, room = find_head(room_id, now=now), merging.current_room(room_id, now=now)
    if named is None or not named.by_link or room is None or room.organiser is None:
        raise NotFound("There is no such meeting.")
    return room.organiser


def find_planned(room_id: RoomId, *, now: int) -> Organiser:
    """As `find_invitation`. Raises NotFound where nothing is planned, too."""
    found = find_invitation(room_id, now=now)
    if found.planned_start_ms is None:
        raise NotFound("This meeting has no planned start.")
    return found


def _where_i_am(room_id: RoomId, session: Session, now: int) -> Room:
    room = merging.current_room(room_id, now=now)
    if room is None or find_member(room.room_id, ParticipantId(session.participant_id), now=now) is None:
        raise NotFound("There is no such meeting, or you are not in it.")
    return room


def _organiser(room_id: RoomId, now: int) -> Organiser | None:
    return organisers.get((room_id, ORGANISER), now=now)


def _update(room: Room, actions: list[Any], now: int) -> Organiser | None:
    """None where the room has merged or ended meanwhile."""
    mine = None if room.organiser is None else Organiser.account_id == room.organiser.account_id
    return organisers.update((room.room_id, ORGANISER), actions, now=now, where=mine)


def _actions(wanted: RoomPatch, room: Room, now: int) -> list[Any]:
    actions = list[Any]()
    if wanted.title is not UNSET:
        actions.append(Organiser.title.set(clean_title(wanted.title or "")))
    if wanted.knock is not UNSET:
        actions.append(Organiser.knock.set(wanted.knock))
    if wanted.analytics_id is not UNSET:
        checked = None if wanted.analytics_id is None else check_analytics_id(wanted.analytics_id)
        actions.append(_set_or_remove(Organiser.analytics_id, checked))
    if wanted.planned_start_ms is not UNSET:
        at_ms = wanted.planned_start_ms
        checked_at = None if at_ms is None else check_planned_start(at_ms, room.opened_at_ms, now)
        actions.append(_set_or_remove(Organiser.planned_start_ms, checked_at))
    return actions


def _set_or_remove(attribute: Any, value: object) -> Any:
    return attribute.remove() if value is None else attribute.set(value)
