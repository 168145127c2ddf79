"""Telling a room or a session what happened, at once; connections found gone are taken out on the way."""

import msgspec

from chalicelib.rooms import connections
from chalicelib.rooms.messages import (
    ParticipantJoined,
    ParticipantKnocking,
    ParticipantLeft,
    ParticipantRenamed,
    ParticipantView,
    RoomChanged,
)
from chalicelib.rooms.models import Knock, Member, next_sequence
from chalicelib.runtime import live
from chalicelib.runtime.ids import RoomId, SessionId


def arrived(member: Member, *, now: int) -> None:
    room_id = RoomId(member.room_id)
    sequence = next_sequence(room_id, now=now)
    if sequence is not None:
        to_room(room_id, ParticipantJoined(room_id, sequence, now, participant=view(member)), now=now)


def departed(member: Member, *, now: int) -> None:
    room_id = RoomId(member.room_id)
    sequence = next_sequence(room_id, now=now)
    if sequence is not None:
        to_room(room_id, ParticipantLeft(room_id, sequence, now, participant_id=member.participant_id), now=now)


def renamed(member: Member, name: str, *, now: int) -> None:
    room_id = RoomId(member.room_id)
    sequence = next_sequence(room_id, now=now)
    if sequence is not None:
        message = ParticipantRenamed(room_id, sequence, now, participant_id=member.participant_id, name=name)
        to_room(room_id, message, now=now)


def knocking(knock: Knock, name: str, *, now: int) -> None:
    """The name is not stored with the knock: whoever changes it meanwhile has changed it."""
    room_id = RoomId(knock.room_id)
    sequence = next_sequence(room_id, now=now)
    if sequence is not None:
        message = ParticipantKnocking(room_id, sequence, now, participant_id=knock.participant_id, name=name)
        to_room(room_id, message, now=now)


def merged(room_id: RoomId, into: RoomId, *, now: int) -> None:
    """Tells everyone in `room_id` to move over."""
    sequence = next_sequence(room_id, now=now)
    if sequence is not None:
        to_room(room_id, RoomChanged(room_id, sequence, now, merged_into=into), now=now)


def to_room(room_id: RoomId, message: msgspec.Struct, *, now: int) -> None:
    _send(connections.of_room(room_id), message, now)


def to_session(session_id: SessionId, message: msgspec.Struct, *, now: int) -> None:
    _send(connections.of_session(session_id), message, now)


def view(member: Member) -> ParticipantView:
    return ParticipantView(member.participant_id, member.name, int(member.joined_at_ms), member.via)  # type: ignore[arg-type]  # `via` is written from the same set of words


def _send(audience: str, message: msgspec.Struct, now: int) -> None:
    for gone in live.send(connections.audience_ids(audience, now=now), message):
        connections.remove(gone, now=now)
