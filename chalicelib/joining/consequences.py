"""What joining does when something happens elsewhere: somebody left, ended their session, was let in or refused."""

from chalicelib.joining import models, seat_models
from chalicelib.joining.models import ClipId
from chalicelib.joining.seat_models import find_seat, move_seat, take_seat
from chalicelib.rooms import push, service as rooms
from chalicelib.rooms.messages import JoinChanged
from chalicelib.runtime import events
from chalicelib.runtime.ids import RoomId
from chalicelib.sessions.models import Session, find

REFUSED = "refused"  # a hint beside those of quality.py
SEAT_TRIES = 3  # each further one follows a seat that was taken meanwhile


def give_up_seat(event: events.MemberLeft) -> None:
    """Whoever leaves a meeting takes their sound along; what they hear from now on may lead them to another."""
    for _ in range(SEAT_TRIES):
        seat = find_seat(event.participant_id, now=event.now)
        if seat is not None and not _leads_to(seat, event.room_id, event.now):
            break
        if seat_models.give_up_seat(event.participant_id, seat, now=event.now):
            if seat is not None and seat != event.room_id:  # it has merged: nothing stays behind on the way
                rooms.forget_member(seat, event.participant_id, now=event.now)
            break
    models.delete_clips_of(event.participant_id, now=event.now)


def forget_sound(event: events.SessionEnded) -> None:
    """Whoever ends their session takes their sound along, and their place where their sound has led them."""
    seat = find_seat(event.participant_id, now=event.now)
    if seat is not None:
        rooms.forget_member(seat, event.participant_id, now=event.now)
    models.delete_clips_of(event.participant_id, now=event.now)


def seat_admitted(event: events.ParticipantAdmitted) -> None:
    """Whoever was let in by the people has found their meeting as if by sound, and is told; unless they left since."""
    session = find(event.session_id, now=event.now)
    if session is None or not _seated(event, session):  # of several answers the first lets in
        return
    entered = rooms.enter_room(event.room_id, session, via="sound", now=event.now)
    if event.required and session.room_id and session.room_id != entered:  # where they waited
        rooms.forget_member(RoomId(session.room_id), session.participant_id, now=event.now)
    changed = JoinChanged(event.join_id, "joined", event.now, room_id=entered)
    push.to_session(event.session_id, changed, now=event.now)


def tell_refused(event: events.ParticipantRefused) -> None:
    """Whoever was not let in learns it, by push and by asking."""
    if models.refuse_join(ClipId(event.participant_id, event.join_id), REFUSED, now=event.now):
        changed = JoinChanged(event.join_id, "inconclusive", event.now, hint=REFUSED)
        push.to_session(event.session_id, changed, now=event.now)


def _seated(event: events.ParticipantAdmitted, session: Session) -> bool:
    who, room_id = session.participant_id, event.room_id
    if take_seat(who, room_id, heard_at_ms=event.knocked_at_ms, now=event.now):
        return True
    return event.required and move_seat(who, room_id, now=event.now)


def _leads_to(seat: RoomId, room_id: str, now: int) -> bool:
    """Whether the seat is in that room by now, or in one that is over."""
    current = rooms.current_room(seat, now=now)
    return seat == room_id or current is None or current.room_id == room_id
