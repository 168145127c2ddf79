"""A room as its members see it."""

import msgspec

from chalicelib.rooms.messages import ParticipantView


class ContentView(msgspec.Struct):
    """Something shown in the room."""

    content_id: str
    url: str
    title: str
    expires_at_ms: int
    why: str


class Admission(msgspec.Struct, forbid_unknown_fields=True):
    """A member's answer to a knock: are they with you?"""

    admit: bool


class RoomView(msgspec.Struct):
    """`me` is the caller's participant id; `sequence` is that of the last message this state includes."""

    room_id: str
    title: str
    organiser: bool
    me: str
    participants: list[ParticipantView]
    content: list[ContentView]
    sequence: int
    settings: dict[str, bool]
