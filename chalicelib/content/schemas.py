"""What is staged, as its owner sees it."""

from typing import Literal

import msgspec

from chalicelib.runtime.ids import OpaqueText

As = Literal["card", "frame"]


class NewContent(msgspec.Struct, forbid_unknown_fields=True):
    """A link to stage."""

    url: str
    title: str | None = None


class Showing(msgspec.Struct, forbid_unknown_fields=True):
    """Where to show it, and how: as a card only, or with the page in a frame below."""

    room_id: OpaqueText
    shown_as: As = msgspec.field(name="as")


class StagedView(msgspec.Struct):
    """A link that I have staged; over at `expires_at_ms`. `why` says what extends it.

    `tab_id` is the tab that staged it, `shown_in` the room that shows it, if any.
    """

    content_id: str
    url: str
    title: str | None
    host: str
    tab_id: str
    shown_in: str | None
    shown_as: As | None
    expires_at_ms: int
    why: Literal["tab-open"]


class StagedList(msgspec.Struct):
    """Mine, of all my tabs, the oldest first."""

    content: list[StagedView]


class LeaseView(msgspec.Struct):
    """The tab is there until then, unless it is heard of again before."""

    expires_at_ms: int
