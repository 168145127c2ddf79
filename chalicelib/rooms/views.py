"""Rooms as the API shows them."""

from collections.abc import Sequence

from chalicelib.rooms import push
from chalicelib.rooms.organising import is_organiser
from chalicelib.rooms.record_models import Member, Organiser
from chalicelib.rooms.room import Room
from chalicelib.rooms.schemas import Invitation, OrganisedRoom, RoomSettings, RoomView
from chalicelib.rooms.shown import room_content
from chalicelib.runtime.settings import settings
from chalicelib.sessions.models import Session


def room_view(room: Room, present: Sequence[Member], session: Session, *, now: int) -> RoomView:
    """For a member."""
    return RoomView(
        room_id=room.room_id,
        title=room.title,
        organiser=is_organiser(room, session),
        organised=room.organiser is not None,
        me=session.participant_id,
        participants=[push.view(member) for member in sorted(present, key=lambda one: int(one.joined_at_ms))],
        content=room_content(room, now=now),
        call=sorted(room.in_call),
        sequence=room.sequence,
        planned_start_ms=_planned_start(room.organiser),
        link=_link(room.organiser),
        settings=_settings(room.organiser),
    )


def organised(organiser: Organiser) -> OrganisedRoom:
    """For whoever runs it."""
    return OrganisedRoom(
        organiser.room_id, organiser.title, _planned_start(organiser), _link(organiser), _settings(organiser)
    )


def invitation(organiser: Organiser) -> Invitation:
    """For whoever has the link."""
    return Invitation(organiser.title, _planned_start(organiser), bool(organiser.knock))


def address_of(room_id: str) -> str:
    """Where the page shows the room: its invitation link, if it has one."""
    return f"{settings().origin}/rooms/{room_id}"


def _link(organiser: Organiser | None) -> str | None:
    return None if organiser is None or organiser.link_id is None else address_of(organiser.link_id)


def _planned_start(organiser: Organiser | None) -> int | None:
    at_ms = None if organiser is None else organiser.planned_start_ms
    return None if at_ms is None else int(at_ms)


def _settings(organiser: Organiser | None) -> RoomSettings:
    return RoomSettings(bool(organiser and organiser.knock), organiser.analytics_id if organiser else None)
