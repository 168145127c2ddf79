"""Telling a room or a session what happened, at once; connections found gone are taken out on the way."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.rooms import connections
from chalicelib.rooms.messages import (
    CallChanged,
    ContentRemoved,
    ContentShown,
    ContentView,
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
from chalicelib.rooms.models import Knock, Member, find_call, next_sequence
from chalicelib.runtime import live
from chalicelib.runtime.ids import ConnectionId, RoomId, SessionId
from chalicelib.runtime.queues import send_all

QUEUE = "push"
CHUNK = 100  # connections of one invocation: far from its time limit even where all of them are slow


def arrived(member: Member, *, now: int) -> None:
    _numbered(ParticipantJoined, member.room_id, now, participant=view(member))


def departed(member: Member, at_ms: int, *, now: int) -> None:
    """`at_ms` is when they went, which may be known only later."""
    _numbered(ParticipantLeft, member.room_id, now, at_ms=at_ms, participant_id=member.participant_id)


def renamed(member: Member, name: str, *, now: int) -> None:
    _numbered(ParticipantRenamed, member.room_id, now, participant_id=member.participant_id, name=name)


def knocking(knock: Knock, name: str, *, now: int) -> None:
    """The name is not stored with the knock: whoever changes it meanwhile has changed it."""
    who = {"participant_id": knock.participant_id, "name": name}
    _numbered(ParticipantKnocking, knock.room_id, now, **who, via=knock.via, required=bool(knock.required))


def content_shown(room_id: str, content: ContentView, *, now: int) -> None:
    _numbered(ContentShown, room_id, now, content=content)


def content_removed(room_id: str, content_id: str, *, now: int) -> None:
    _numbered(ContentRemoved, room_id, now, content_id=content_id)


def merged(room_id: RoomId, into: RoomId, *, now: int) -> None:
    """Tells everyone in `room_id` to move over."""
    _numbered(RoomChanged, room_id, now, merged_into=into)


def call_changed(room_id: RoomId, *, now: int) -> None:
    """Its number is taken before it is read who is in the call: of two changes at once, the later message has both."""
    sequence = next_sequence(room_id, now=now)
    if sequence is not None:
        to_room(room_id, CallChanged(room_id, sequence, now, people=sorted(find_call(room_id, now=now))), now=now)


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
    listed = connections.room_connections(member.room_id, now=now)
    mine = [ConnectionId(one.connection_id) for one in listed if one.session_id == member.session_id]
    send_chunk(mine[:CHUNK], message, now=now)


def view(member: Member) -> ParticipantView:
    return ParticipantView(member.participant_id, member.name, int(member.joined_at_ms), member.via)  # type: ignore[arg-type]  # `via` is written from the same set of words


def _numbered(kind: type[RoomMessage], room_id: str, now: int, **fields: Any) -> None:
    """The room's next message, to everyone in it; to nobody where the room is over."""
    room = RoomId(room_id)
    sequence = next_sequence(room, now=now)
    if sequence is not None:
        at_ms = fields.pop("at_ms", now)
        to_room(room, kind(room, sequence, at_ms, **fields), now=now)


def _send(audience: str, message: msgspec.Struct, now: int) -> None:
    _deliver(connections.audience_ids(audience, now=now), message, now)


def _deliver(to: Sequence[ConnectionId], message: msgspec.Struct, now: int) -> None:
    """The first hundred at once; in a larger room other processes tell the others, a hundred each."""
    chunks = [to[start : start + CHUNK] for start in range(0, len(to), CHUNK)]
    if chunks[1:]:
        send_all(QUEUE, [{"to": chunk, "message": message} for chunk in chunks[1:]])
    for chunk in chunks[:1]:
        send_chunk(chunk, message, now=now)


def send_chunk(to: Sequence[ConnectionId], message: msgspec.Struct | Mapping[str, Any], *, now: int) -> None:
    """Sends to at most CHUNK connections; those that are gone are taken out afterwards."""
    for gone in live.send(to, message):
        connections.remove(gone, now=now)
