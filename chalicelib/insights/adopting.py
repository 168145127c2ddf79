"""A room turns out to be another: who was in it was in that one, for history, report and the names in both (D1, D11).

Nobody ever ends a room that has merged, and nobody reads it: what it has goes where its people went, when that ends.
"""

from collections.abc import Sequence
from typing import TypeVar

from chalicelib.insights.meeting_models import (
    NAMED_IN,
    Attended,
    Attendee,
    Gone,
    MeetingEntry,
    NamedIn,
    attendees,
    entries,
    namings,
    stays,
)
from chalicelib.insights.name_models import entries_of, forget_namings

E = TypeVar("E", bound=MeetingEntry)


def adopt(source: str, into: str, *, now: int) -> None:
    """Moves stays and names, each with the life it has left, but of nobody erased. Safe to repeat: they are there
    before they are gone, and what says who was erased goes last."""
    found = sorted(entries.query(source, now=now), key=lambda one: isinstance(one, Gone))
    erased = {one.participant_id for one in found if isinstance(one, Gone)}
    kept = [one for one in found if isinstance(one, Attended | Attendee) and one.participant_id not in erased]
    _move_names([one for one in kept if isinstance(one, Attendee)], into, now)
    stays.put_many(_stay(one, into) for one in kept if isinstance(one, Attended))
    people = {one.participant_id for one in found if isinstance(one, Attended | Attendee)}
    forget_namings(source, people, now=now)
    entries.delete_many((one.owner, one.entry) for one in found)


def _move_names(found: Sequence[Attendee], into: str, now: int) -> None:
    """Where they have a name there, or had, it is the later one; an address that was given in either stays."""
    known = entries_of(into, [one.participant_id for one in found], now=now)
    unknown = [one for one in found if one.participant_id not in known]
    namings.put_many(_with_life(NamedIn(NAMED_IN + one.participant_id, into), one) for one in unknown)
    attendees.put_many(_with_life(Attendee(into, one.entry, name=one.name, email=one.email), one) for one in unknown)
    for one in found:
        if one.email and one.participant_id in known and known[one.participant_id].email is None:
            attendees.update((into, one.entry), [Attendee.email.set(one.email)], now=now)


def _stay(one: Attended, into: str) -> Attended:
    return _with_life(Attended(into, one.entry, from_ms=int(one.from_ms), to_ms=int(one.to_ms)), one)


def _with_life(made: E, like: MeetingEntry) -> E:
    made.lives_until(int(like.expires_at_ms))
    return made
