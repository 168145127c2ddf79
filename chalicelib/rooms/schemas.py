"""A room as its members see it."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.rooms.messages import ContentView, ParticipantView
from chalicelib.rooms.rules import ANALYTICS
from chalicelib.runtime.addresses import EmailText
from chalicelib.runtime.ids import OpaqueText

Title = Annotated[str, Meta(max_length=1_000, description="At most 120 characters on one line.")]
Start = Annotated[int, Meta(ge=0, le=2**53)]
AnalyticsId = Annotated[str, Meta(pattern=f"^{ANALYTICS}$", description="Of Google Analytics or Google Ads.")]


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


class NewMember(msgspec.Struct, forbid_unknown_fields=True):
    """Who comes by an invitation, as far as they want to say. `email` is for the history of who runs the meeting."""

    name: Annotated[str, Meta(max_length=400)] | None = None
    email: EmailText | None = None


class Entered(msgspec.Struct, omit_defaults=True):
    """`bearer` and `ticket` for whoever asked for them instead of a cookie: who they are, and the way to `/live`."""

    room_id: str
    bearer: str | None = None
    ticket: str | None = None


class AtTheDoor(msgspec.Struct, omit_defaults=True):
    """Those inside are asked until `expires_at_ms`; then one may ask again. The rest is as in `Entered`."""

    status: Literal["knocking"]
    room_id: str
    expires_at_ms: int
    bearer: str | None = None
    ticket: str | None = None


class NewRoom(msgspec.Struct, forbid_unknown_fields=True):
    """A room to be met in later, or now."""

    title: Title = ""
    planned_start_ms: Start | None = None


class RoomPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is given changes; null clears."""

    title: Title | UnsetType | None = UNSET
    knock: bool | UnsetType = UNSET
    analytics_id: AnalyticsId | UnsetType | None = UNSET
    planned_start_ms: Start | UnsetType | None = UNSET


class RoomSettings(msgspec.Struct):
    """`knock`: nobody comes in before somebody inside has said yes. `analytics_id` is the organiser's own."""

    knock: bool
    analytics_id: str | None


class OrganisedRoom(msgspec.Struct):
    """A room as its organiser set it. `link` is the invitation of a room that an account opened."""

    room_id: str
    title: str
    planned_start_ms: int | None
    link: str | None
    settings: RoomSettings


class Invitation(msgspec.Struct):
    """A meeting as whoever has its link sees it before they enter."""

    title: str
    planned_start_ms: int | None
    knock: bool


class RoomView(msgspec.Struct):
    """`me` is the caller's participant id, `call` names those who are in the call.

    `sequence` is that of the last message this state includes. `organiser`: do I run it? `organised`: does anybody?
    """

    room_id: str
    title: str
    organiser: bool
    organised: bool
    me: str
    participants: list[ParticipantView]
    content: list[ContentView]
    call: list[str]
    sequence: int
    planned_start_ms: int | None
    link: str | None
    settings: RoomSettings
