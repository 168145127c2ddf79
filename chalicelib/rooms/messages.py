"""What travels over the WebSocket. The AsyncAPI document is made from these types.

Room messages carry the room's sequence: a client that finds a gap reads the room again.
"""

from typing import Literal

import msgspec


class ParticipantView(msgspec.Struct):
    """A person in the meeting. `via` says how they came in."""

    participant_id: str
    name: str
    joined_at_ms: int
    via: Literal["sound", "link", "code"]


class RoomMessage(msgspec.Struct, tag_field="type"):
    """The head of every message about a room."""

    room_id: str
    sequence: int
    at_ms: int


class ContentView(msgspec.Struct):
    """Something shown in the meeting; over, for everybody, at `expires_at_ms`. `why` says what extends it.

    `host` is where the link leads, as ASCII; `participant_id` is who shows it, also while they are away.
    """

    content_id: str
    url: str
    title: str | None
    host: str
    shown_as: Literal["card", "frame"] = msgspec.field(name="as")
    participant_id: str
    participant_name: str
    expires_at_ms: int
    why: Literal["tab-open"]


class ParticipantJoined(RoomMessage, tag="participant.joined", kw_only=True):
    """Someone arrived, or came back."""

    participant: ParticipantView


class ParticipantLeft(RoomMessage, tag="participant.left", kw_only=True):
    """Someone left, or their last tab closed."""

    participant_id: str


class ParticipantRenamed(RoomMessage, tag="participant.renamed", kw_only=True):
    """Someone in the meeting has another name from now on."""

    participant_id: str
    name: str


class ParticipantKnocking(RoomMessage, tag="participant.knocking", kw_only=True):
    """Someone is at the door: may they come in? Answer by POST /v1/rooms/{room_id}/admissions/{participant_id}.

    `required`: the meeting asks this of everybody. Otherwise their sound left a doubt: are they in the room with you?
    """

    participant_id: str
    name: str
    via: Literal["sound", "link", "code"]
    required: bool


class ContentShown(RoomMessage, tag="content.shown", kw_only=True):
    """Something is shown from now on, or shown in another way, instead of what has the same `content_id`."""

    content: ContentView


class ContentRemoved(RoomMessage, tag="content.removed", kw_only=True):
    """It is not shown any more: taken back, deleted, taken off, or over."""

    content_id: str


class CallChanged(RoomMessage, tag="call.changed", kw_only=True):
    """Who is in the call from now on: participants, at most six."""

    people: list[str]


class RoomChanged(RoomMessage, tag="room.changed", kw_only=True):
    """Read the room again; with `merged_into`, move to that room: both were one."""

    merged_into: str | None = None


class RoomEnded(RoomMessage, tag="room.ended", kw_only=True):
    """The meeting is over; everything shown in it is deleted."""


class JoinChanged(msgspec.Struct, tag_field="type", tag="join.changed"):
    """What became of a sound clip; sent to the session that recorded it."""

    join_id: str
    status: Literal["listening", "joined", "inconclusive", "expired"]
    at_ms: int
    room_id: str | None = None
    hint: str | None = None


class KnockAnswered(msgspec.Struct, tag_field="type", tag="knock.answered"):
    """To whoever knocked by link or code: they are in, or not: asking again says whether the meeting is still there."""

    room_id: str
    admitted: bool
    at_ms: int


class ReportReady(msgspec.Struct, tag_field="type", tag="report.ready"):
    """To every page that whoever ran the meeting has open: GET /v1/meetings/{meeting_id}/report. May come twice."""

    meeting_id: str
    at_ms: int


class Signal(msgspec.Struct, tag_field="type", tag="signal"):
    """From another member, to set up a call: `data` is theirs."""

    room_id: str
    sender: str = msgspec.field(name="from")
    data: str


class SignalFailed(msgspec.Struct, tag_field="type", tag="signal.failed"):
    """A signal did not get through: not both are in the call, it is larger than 16 KB, or too many came in a minute."""

    to: str
    reason: Literal["not-here", "too-large", "too-many"]


class CallRefused(msgspec.Struct, tag_field="type", tag="call.refused"):
    """The call has six people already, or the sender is not in that meeting."""

    room_id: str


class Beat(msgspec.Struct):
    """How something is shown, and until when: no message tells that its end was put off."""

    shown_as: Literal["card", "frame"] = msgspec.field(name="as")
    expires_at_ms: int


class Pulse(msgspec.Struct):
    """How far a room is: the number of its latest message, and what it shows, by `content_id`."""

    room_id: str
    sequence: int
    shown: dict[str, Beat]


class Heartbeat(msgspec.Struct, tag_field="type", tag="heartbeat", omit_defaults=True):
    """The answer to a heartbeat; two missing mean the connection is lost.

    `expires_at_ms` where the lease was to be renewed: until when it runs; 0 where the tab's lease is gone. `room` where
    one was named that this connection follows: whoever knows less, or shows something else, reads it again.
    """

    at_ms: int
    expires_at_ms: int | None = None
    room: Pulse | None = None


class SendHeartbeat(msgspec.Struct, tag_field="action", tag="heartbeat"):
    """Sent every 60 s: are you there? With `lease`, at least every few minutes, it renews the lease of the tab.

    A `room_id` asks how far that room is. Where the answer has no `room`, this connection does not follow it: send
    `resume`.
    """

    lease: bool = False
    room_id: str | None = None


class SendResume(msgspec.Struct, tag_field="action", tag="resume"):
    """Sent after connecting: tell me about this room from sequence `after` on."""

    room_id: str
    after: int = 0


class SendSignal(msgspec.Struct, tag_field="action", tag="signal"):
    """Passed on to somebody else in the call of a meeting that this tab follows; neither stored nor logged.

    At most 16 KB of `data` in UTF-8; `signal.failed` says where it is more.
    """

    to: str
    data: str


class SendCall(msgspec.Struct, tag_field="action", tag="call"):
    """I join the meeting's call, or leave it. Everyone gets `call.changed`; a seventh gets `call.refused`."""

    room_id: str
    joined: bool


ServerMessage = (
    ParticipantJoined
    | ParticipantLeft
    | ParticipantRenamed
    | ParticipantKnocking
    | ContentShown
    | ContentRemoved
    | CallChanged
    | RoomChanged
    | RoomEnded
    | JoinChanged
    | KnockAnswered
    | ReportReady
    | Signal
    | SignalFailed
    | CallRefused
    | Heartbeat
)
ClientMessage = SendHeartbeat | SendResume | SendSignal | SendCall
