"""Telling a room or a session what happened, at once; connections found gone are taken out on the way."""

import msgspec

from chalicelib.rooms import connections
from chalicelib.rooms.messages import ParticipantJoined, ParticipantLeft, ParticipantView, RoomChanged
from chalicelib.rooms.models import HEAD, Head, Member, heads
from chalicelib.runtime import live
from chalicelib.runtime.ids import RoomId, SessionId


def arrived(member: Member, *, now: int) -> Head | None:
    """Announces an arrival; the room as it is after it, None if it has ended."""
    room_id = RoomId(member.room_id)
    head = _next(room_id, now)
    if head is not None:
        to_room(room_id, ParticipantJoined(room_id, int(head.sequence), now, participant=view(member)), now=now)
    return head


def departed(member: Member, *, now: int) -> None:
    room_id = RoomId(member.room_id)
    head = _next(room_id, now)
    if head is not None:
        message = ParticipantLeft(room_id, int(head.sequence), now, participant_id=member.participant_id)
        to_room(room_id, message, now=now)


def merged(room_id: RoomId, into: RoomId, *, now: int) -> None:
    """Tells everyone in `room_id` to move over."""
    head = _next(room_id, now)
    if head is not None:
        to_room(room_id, RoomChanged(room_id, int(head.sequence), now, merged_into=into), now=now)


def to_room(room_id: RoomId, message: msgspec.Struct, *, now: int) -> None:
    _send(connections.of_room(room_id), message, now)


def to_session(session_id: SessionId, message: msgspec.Struct, *, now: int) -> None:
    _send(connections.of_session(session_id), message, now)


def view(member: Member) -> ParticipantView:
    return ParticipantView(member.participant_id, member.name, int(member.joined_at_ms), member.via)  # type: ignore[arg-type]  # `via` is written from the same set of words


def _next(room_id: RoomId, now: int) -> Head | None:
    return heads.update((room_id, HEAD), [Head.sequence.add(1)], now=now)


def _send(audience: str, message: msgspec.Struct, now: int) -> None:
    for gone in live.send(connections.audience_ids(audience, now=now), message):
        connections.remove(gone, now=now)
