"""Telling a room or a session what happened, at once; connections found gone are taken out on the way."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.rooms import connections
from chalicelib.rooms.call_models import find_call
from chalicelib.rooms.messages import (
    CallChanged,
    KnockAnswered,
    ParticipantJoined,
    ParticipantKnocking,
    ParticipantLeft,
    ParticipantRenamed,
    ParticipantView,
    RoomChanged,
    RoomEnded,
    RoomMessage,
)
from chalicelib.rooms.models import find_member, next_sequence
from chalicelib.rooms.record_models import Knock, Member
from chalicelib.rooms.room import Room
from chalicelib.runtime import live
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId, SessionId
from chalicelib.runtime.queues import send_all

QUEUE = "push"
CHUNK = 100  # connections of one invocation: far from its time limit even where all of them are slow


def came_or_went(member: Member, *, now: int, left_at_ms: int | None = None, leaves: bool = False) -> None:
    """Whether they are here, and since when they are not, which may be known only later. `leaves`: by their own act."""
    room_id, participant_id = RoomId(member.room_id), ParticipantId(member.participant_id)

    def tell(sequence: int) -> RoomMessage:
        found = find_member(room_id, participant_id, now=now)
        if found is not None and found.here:
            return ParticipantJoined(room_id, sequence, now, participant=view(found))
        at_ms = now if left_at_ms is None else left_at_ms
        return ParticipantLeft(room_id, sequence, at_ms, participant_id=participant_id)

    numbered(room_id, tell, now=now, left_at_ms=now if leaves else None)


def renamed(member: Member, name: str, *, now: int) -> None:
    room_id, participant_id = RoomId(member.room_id), ParticipantId(member.participant_id)

    def tell(sequence: int) -> RoomMessage:
        found = find_member(room_id, participant_id, now=now)
        known_as = name if found is None else found.name
        return ParticipantRenamed(room_id, sequence, now, participant_id=participant_id, name=known_as)

    numbered(room_id, tell, now=now)


def knocking(knock: Knock, name: str, *, now: int) -> None:
    """The name is not stored with the knock: whoever changes it meanwhile has changed it."""
    who = {"participant_id": knock.participant_id, "name": name}
    _numbered(ParticipantKnocking, knock.room_id, now, **who, via=knock.via, required=bool(knock.required))


def knocking_still(to: ConnectionId, room: Room, knock: Knock, name: str, *, now: int) -> None:
    """To one who has come since the others were asked; no news of the room, and so without a number of its own."""
    who: dict[str, Any] = {"participant_id": knock.participant_id, "name": name, "via": knock.via}
    live.send([to], ParticipantKnocking(room.room_id, room.sequence, now, **who, required=bool(knock.required)))


def merged(room_id: RoomId, into: RoomId, *, now: int) -> None:
    """Tells everyone in `room_id` to move over."""
    _numbered(RoomChanged, room_id, now, merged_into=into)


def call_changed(room_id: RoomId, *, now: int) -> None:
    numbered(
        room_id,
        lambda sequence: CallChanged(room_id, sequence, now, people=sorted(find_call(room_id, now=now))),
        now=now,
    )


def changed(room_id: RoomId, *, now: int) -> None:
    """Everyone in the room reads it again."""
    _numbered(RoomChanged, room_id, now)


def ended(room_id: RoomId, *, now: int) -> None:
    _numbered(RoomEnded, room_id, now)


def answered(session_id: SessionId, room_id: RoomId, *, admitted: bool, now: int) -> None:
    to_session(session_id, KnockAnswered(room_id, admitted, now), now=now)


def to_room(room_id: RoomId, message: msgspec.Struct, *, now: int) -> None:
    _send(connections.of_room(room_id), message, now)


def to_session(session_id: SessionId, message: msgspec.Struct, *, now: int) -> None:
    _send(connections.of_session(session_id), message, now)


def to_member(member: Member, message: msgspec.Struct, *, now: int) -> None:
    """To those tabs of a member that follow the room; never by way of a queue, where it would be stored."""
    mine = connections.tabs_following(member.room_id, member.session_id, now=now)
    send_chunk(connections.of_room(member.room_id), mine[:CHUNK], message, now=now)


def view(member: Member) -> ParticipantView:
    return ParticipantView(member.participant_id, member.name, int(member.joined_at_ms), member.via)  # type: ignore[arg-type]  # `via` is written from the same set of words


def numbered(room_id: RoomId, tell: Callable[[int], RoomMessage], *, now: int, left_at_ms: int | None = None) -> None:
    """The room's next message, to everyone in it; to nobody where the room is over.

    `tell` reads what it tells of, after the number is taken: of two changes at once the later message knows both, and
    whoever goes by the numbers ends with what is true.
    """
    sequence = next_sequence(room_id, now=now, left_at_ms=left_at_ms)
    if sequence is not None:
        to_room(room_id, tell(sequence), now=now)


def _numbered(kind: type[RoomMessage], room_id: str, now: int, **fields: Any) -> None:
    """Where nothing has to be read."""
    room = RoomId(room_id)
    numbered(room, lambda sequence: kind(room, sequence, now, **fields), now=now)


def _send(audience: str, message: msgspec.Struct, now: int) -> None:
    """The first hundred at once; in a larger room other processes tell the others, a hundred each."""
    to = connections.audience_ids(audience, now=now)
    chunks = [to[start : start + CHUNK] for start in range(0, len(to), CHUNK)]
    if chunks[1:]:
        send_all(QUEUE, [{"audience": audience, "to": chunk, "message": message} for chunk in chunks[1:]])
    for chunk in chunks[:1]:
        send_chunk(audience, chunk, message, now=now)


def send_chunk(
    audience: str, to: Sequence[ConnectionId], message: msgspec.Struct | Mapping[str, Any], *, now: int
) -> None:
    """Sends to at most CHUNK connections of an audience; those that are gone are taken out afterwards."""
    gone = live.send(to, message)
    if gone:
        connections.remove_all(gone, now=now, audience=audience)
