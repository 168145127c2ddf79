"""Without a microphone, or where sound does not do: a short code, shown or read out, admits one device (A10)."""

import secrets
from dataclasses import dataclass

from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import qr, service as rooms
from chalicelib.rooms.door import Knocking, come_in
from chalicelib.rooms.merging import current_room
from chalicelib.rooms.models import code_key, find_member, hold_code, listed_code, new_join_code
from chalicelib.rooms.record_models import CODES_OVER, join_codes
from chalicelib.runtime import limits, vault
from chalicelib.runtime.errors import FieldError, Gone, Invalid, NotFound, Problem, Unavailable
from chalicelib.runtime.ids import ParticipantId, RoomId, opaque
from chalicelib.runtime.networks import network
from chalicelib.runtime.settings import settings
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import end_session, open_session

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another when read out or written down
LENGTH = 6  # of 31 letters: 887 million codes, of which few live at once
MADE, TRIED, TRIED_NEARBY = 30, 20, 300  # a minute: codes made and tried by a session, tried from a network
TRIES = 4  # to find a code that is free


@dataclass(frozen=True)
class Shown:
    """A code as the one who shows it sees it: `qr` is a picture, as a data URI, of the address that enters by it."""

    code: str
    qr: str
    room_id: RoomId
    expires_at_ms: int


def make_code(room_id: RoomId | None, session: Session, *, now: int) -> Shown:
    """A code for a room I am in, or for a new one. Raises NotFound for strangers, TooMany."""
    limits.count(f"codes/{session.participant_id}", allowed=MADE, window_ms=MINUTE, now=now)
    if room_id is None:
        room_id = _open(session, now)
    elif find_member(room_id, ParticipantId(session.participant_id), now=now) is None:
        raise NotFound("There is no such meeting, or you are not in it.")
    for _ in range(TRIES):
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        made, listed = new_join_code(_digest(code), room_id, now), listed_code(_digest(code), room_id, now)
        CODES_OVER.file([made, listed], now=now)
        if join_codes.create(made, now=now):
            join_codes.put(listed)
            return Shown(code, qr.data_uri(f"{settings().origin}/join#code={code}"), room_id, int(made.expires_at_ms))
    raise Unavailable("No code is free at the moment.", retry_after_s=60)


def enter_by_code(code: str, session: Session, viewer: str, *, now: int) -> RoomId | Knocking:
    """The code is this participant's alone from now on: it makes them a member; where the meeting asks, they knock.

    It stands for its ten minutes, so that whose answer was lost can ask again.

    Raises Invalid for what cannot be a code; Gone for used, old and unknown ones; Denied as `come_in`; TooMany.
    """
    wanted = tidy(code)
    limits.count(f"code-tries/{session.participant_id}", allowed=TRIED, window_ms=MINUTE, now=now)
    nearby = limits.hidden("code-tries", network(viewer))
    limits.count(nearby, allowed=TRIED_NEARBY, window_ms=MINUTE, now=now)
    found = join_codes.get(code_key(_digest(wanted)), now=now)
    room = None if found is None else current_room(RoomId(found.leads_to), now=now)
    if found is None or room is None:
        raise _gone()
    if find_member(room.room_id, ParticipantId(session.participant_id), now=now) is not None:
        return room.room_id  # one who is inside uses nothing up
    if not hold_code(found, session.participant_id, now=now):
        raise _gone()
    return _come_in(room.room_id, session, now)


def enter_anew(code: str, viewer: str, *, now: int) -> tuple[Session, RoomId | Knocking]:
    """As `enter_by_code`, under a new session for somebody without one; where the code is no good, none is left."""
    session = open_session(viewer, now=now)
    try:
        return session, enter_by_code(code, session, viewer, now=now)
    except Problem:
        end_session(session.session_id, now=now)
        raise


def tidy(code: str) -> str:
    """The code however it was written: small letters, spaces and dashes do not matter. Raises Invalid."""
    letters = "".join(one for one in code.upper() if one not in " -")
    if len(letters) != LENGTH or not set(letters) <= set(LETTERS):
        reason = f"{LENGTH} letters and digits, without 0, 1, I, L and O"
        raise Invalid(f"A code has {reason}.", errors=[FieldError("code", reason)])
    return letters


def _come_in(room_id: RoomId, session: Session, now: int) -> RoomId | Knocking:
    try:
        return come_in(room_id, session, via="code", now=now)
    except NotFound as error:
        raise _gone() from error


def _open(session: Session, now: int) -> RoomId:
    room_id = RoomId(opaque())
    rooms.open_room(room_id, now=now)
    _come_in(room_id, session, now)
    return room_id


def _digest(code: str) -> str:
    return vault.digest("codes/code", code)


def _gone() -> Gone:
    return Gone("This code was used, is older than ten minutes, or never was. Ask for the next one.")
