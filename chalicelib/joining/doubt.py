"""Where a comparison leaves a doubt the people settle it: those inside are asked, those outside are told what helps.

Whichever of two clips comes last, the same follows.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from chalicelib.joining.evidence import Ear
from chalicelib.joining.models import note_first_hint
from chalicelib.joining.seat_models import find_seat
from chalicelib.rooms import door, push, service as rooms
from chalicelib.rooms.messages import JoinChanged
from chalicelib.runtime.ids import RoomId, SessionId, derived
from chalicelib.runtime.parallel import together
from chalicelib.sessions import models as sessions

UNSURE = "unsure"  # a hint beside those of quality.py


def settle(mine: Ear, doubtful: Sequence[Ear], *, now: int) -> None:
    """For each pair of which one is in a meeting, those in it are asked about the other; two newcomers are told.

    A newcomer's clip asks one meeting and tells one other newcomer, however many it leaves in doubt: what a clip costs
    does not grow with them, and the next clip asks on.
    """
    newcomers = list({other.participant_id: other for other in doubtful if other.room_id is None}.values())
    if mine.room_id is not None:
        steps = [partial(_ask, mine.room_id, newcomer, now) for newcomer in newcomers]
    else:
        steps = [partial(_ask, room_id, mine, now) for room_id in _likeliest(mine, doubtful)]
        steps += [partial(_tell, ear, now) for ear in (mine, *newcomers[:1]) if newcomers]
    if steps:
        together(steps)


def _likeliest(mine: Ear, doubtful: Sequence[Ear]) -> list[RoomId]:
    """The meeting of which most people may be near, if any; of several the next clip may ask another."""
    heard = Counter(other.room_id for other in doubtful if other.room_id)
    return sorted(heard, key=lambda room_id: (-heard[room_id], derived("asked", mine.join_id, room_id)))[:1]


def _ask(room_id: RoomId, newcomer: Ear, now: int) -> None:
    """Members are asked whether the newcomer is with them; not about somebody who has found a meeting meanwhile."""
    session = sessions.find(newcomer.session_id, now=now)
    if session is not None and find_seat(newcomer.participant_id, now=now) is None:
        door.knock(room_id, rooms.person(session), join_id=newcomer.join_id, now=now)


def _tell(ear: Ear, now: int) -> None:
    """Nobody could answer for either; a clearer sound may."""
    if note_first_hint(ear.clip_id, UNSURE, now=now):
        push.to_session(SessionId(ear.session_id), JoinChanged(ear.join_id, "listening", now, hint=UNSURE), now=now)
