"""Who is not surely in the room knocks, and those inside say whether they are (A7, A12)."""

from chalicelib.rooms import merging, push
from chalicelib.rooms.models import KNOCK_BY, Person, find_member, knocks, new_knock
from chalicelib.runtime import events
from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.ids import ParticipantId, RoomId, SessionId
from chalicelib.sessions.models import Session


def knock(room_id: RoomId, person: Person, join_id: str, *, now: int) -> bool:
    """Asks the members once about a person; False where the meeting is gone or they are asked already."""
    room = merging.current_room(room_id, now=now)
    if room is None:
        return False
    made = new_knock(room.room_id, person, join_id, now)
    if not knocks.create(made, now=now):
        return False
    push.knocking(made, person.name, now=now)
    return True


def answer_knock(room_id: RoomId, participant_id: ParticipantId, session: Session, *, admit: bool, now: int) -> None:
    """A member's answer; who knocked enters as sound leads people in, from `joining`.

    Raises NotFound for strangers, and where nobody of that id knocks (any more).
    """
    if find_member(room_id, ParticipantId(session.participant_id), now=now) is None:
        raise NotFound("There is no such meeting, or you are not in it.")
    key = (room_id, KNOCK_BY + participant_id)
    found = knocks.get(key, now=now)
    if found is None:
        raise NotFound("Nobody of that id is at the door.")
    if admit:
        session_id = SessionId(found.session_id)
        events.publish(events.ParticipantAdmitted(found.join_id, session_id, room_id, found.knocked_at_ms, now))
    knocks.delete(key)
