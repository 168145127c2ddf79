"""What joining holds of somebody: see runtime/holdings.py."""

from functools import partial
from typing import Any, TypeVar

from chalicelib.joining.models import ClipEntry, Join, Listing, Notice, Seat, Sound, clip_entries, joins, sounds
from chalicelib.joining.seat_models import seats
from chalicelib.lifetimes import CROWD_NOTICE, CROWD_ROUND, JOIN_VERDICT, SOUND_CLIP
from chalicelib.runtime import holdings
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.parallel import chained

E = TypeVar("E", bound=ClipEntry)


def _entries_of(kind: type[E], person: Person, now: int) -> list[E]:
    found = chained(partial(clip_entries.query, now=now), sorted(person.participants))
    return [one for one in found if isinstance(one, kind)]


def _heard(one: Sound) -> dict[str, Any]:
    return {"join_id": one.clip_id.join_id, "fingerprint": "kept for ten seconds"}


def _became(one: Join) -> dict[str, Any]:
    return {"join_id": one.join_id, "status": one.status}


def _seated(one: Seat) -> dict[str, Any]:
    return {"room_id": one.room_id}


holdings.let_pass(Listing, SOUND_CLIP, why="it ends within seconds, and is deleted at once with the session")
holdings.hold(Sound, sounds, SOUND_CLIP, find=lambda who, now: _entries_of(Sound, who, now), export=_heard)
holdings.hold(Join, joins, JOIN_VERDICT, find=lambda who, now: _entries_of(Join, who, now), export=_became)
holdings.hold(Seat, seats, JOIN_VERDICT, find=lambda who, now: _entries_of(Seat, who, now), export=_seated)
holdings.is_nobodys(Notice, CROWD_NOTICE, CROWD_ROUND, why="it is about a place, under a digest that changes daily")
