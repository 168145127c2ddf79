"""A room as its members see it."""

import msgspec

from chalicelib.rooms.messages import ParticipantView
from chalicelib.runtime.ids import OpaqueText


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


class NewCode(msgspec.Struct, forbid_unknown_fields=True):
    """For a room I am in; without one, for a new room."""

    room_id: OpaqueText | None = None


class CodeView(msgspec.Struct):
    """Admits one device. `qr` is a picture, as a data URI, of the page that enters by it."""

    code: str
    qr: str
    room_id: str
    expires_at_ms: int


class EmptyBody(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object: the address says it all."""


class Entered(msgspec.Struct):
    room_id: str


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
