"""What meetings that are over hold of somebody, as who ran them and as who came: see runtime/holdings.py."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import msgspec

from chalicelib.insights.fold_models import Fold, find_folds_at, folds
from chalicelib.insights.meeting_lives import forget_entries
from chalicelib.insights.meeting_models import (
    ATTENDED,
    GONE,
    NAMED_IN,
    PERSON,
    Attended,
    Attendee,
    Gone,
    Listed,
    Meeting,
    MeetingEntry,
    NamedIn,
    attendees,
    find_meeting,
    gone,
    listings,
    meetings,
    namings,
    stays,
)
from chalicelib.insights.mine import reported
from chalicelib.insights.models import (
    Batch,
    MergedRoom,
    Packed,
    ShownSpan,
    batches,
    batches_of,
    forget_raw,
    rooms_of,
)
from chalicelib.insights.naming import tell_figures
from chalicelib.insights.reducing import take_out
from chalicelib.insights.report_models import OrganiserKey, Part, forget_parts, key_of, keys, open_part, parts
from chalicelib.insights.share_models import Share, list_shares, shares
from chalicelib.insights.starting import stop_report
from chalicelib.lifetimes import ATTENDEE_NAME, ERASED_FROM, HISTORY, RAW_INSIGHTS, REPORT, REPORT_SHARE
from chalicelib.rooms import held_models as of_rooms
from chalicelib.runtime import holdings
from chalicelib.runtime.holdings import EVER, Person, Place
from chalicelib.runtime.parallel import by_some, chained

BELOW = (of_rooms,)  # what rooms hold is registered, and so erased, first: a meeting takes along what leads there
AT_ONCE = 32  # places, side by side
SEVERAL = 3  # people measured, at least, where a sum tells of no one


def _known_by_meetings(person: Person, now: int) -> Person:
    """The meetings that name them."""
    places = {(one.meeting_id, one.participant_id) for one in namings_of_person(person, now)}
    return person.also(rooms={room for room, _ in places}, places=places)


def namings_of_person(person: Person, now: int) -> Iterator[NamedIn]:
    yield from chained(partial(namings.query, now=now), [NAMED_IN + who for who in sorted(person.participants)])


def _attendees_of(person: Person, now: int) -> Iterator[Attendee]:
    yield from attendees.get_many([(room, PERSON + who) for room, who in sorted(person.places)], now=now)


def _gone_of(person: Person, now: int) -> Iterator[Gone]:
    yield from gone.get_many([(room, GONE + who) for room, who in sorted(person.places)], now=now)


def _take_out(found: Sequence[Gone], _: Person, now: int) -> None:
    """Their figures leave the report before what says so does."""
    for meeting_id in dict.fromkeys(one.owner for one in found):
        these = [one for one in found if one.owner == meeting_id]
        if take_out(meeting_id, {one.participant_id for one in these}, now=now):
            gone.delete_many((one.owner, one.entry) for one in these)


def _stays_of(person: Person, now: int) -> Iterator[Attended]:
    def ask(place: Place) -> list[Attended]:
        return stays.query(place[0], now=now, where=MeetingEntry.entry.startswith(f"{ATTENDED}{place[1]}#"))

    yield from chained(ask, sorted(person.places))


def _batches_of(person: Person, now: int) -> Iterator[Batch]:
    """A room that became another is found with that one, and by itself: each counts once."""
    seen, named = set[Place](), sorted(person.places)
    for start in range(0, len(named), AT_ONCE):
        some = named[start : start + AT_ONCE]
        rooms = sorted({room for room, _ in some})
        merged = dict(zip(rooms, by_some(partial(rooms_of, now=now), rooms, AT_ONCE), strict=True))
        asked = dict.fromkeys((each, who) for room, who in some for each in merged[room])
        yield from chained(partial(_batches_at, now=now), [place for place in asked if place not in seen])
        seen.update(asked)


def _batches_at(place: Place, *, now: int) -> list[Batch]:
    return list(batches_of([place[0]], place[1], now=now))


def _folds_of(person: Person, now: int) -> Iterator[Fold]:
    return find_folds_at(sorted(person.places), now=now)


def _listings_of(person: Person, now: int) -> list[Listed]:
    return listings.query(f"account#{person.account_id}", now=now) if person.account_id else []


def _meetings_of(person: Person, now: int) -> Iterator[Meeting]:
    listed = [(one.meeting_id, "meeting") for one in _listings_of(person, now)]
    yield from meetings.get_many(listed, now=now)


def _shares_of(person: Person, now: int) -> Iterator[Share]:
    for one in _meetings_of(person, now):
        yield from list_shares(one.meeting_id, now=now)


def _parts_of(person: Person, now: int) -> Iterator[Part]:
    for one in _meetings_of(person, now):
        yield from parts.query(one.meeting_id, now=now)


def _key_of(person: Person, now: int) -> list[OrganiserKey]:
    found = keys.get(person.account_id, now=now) if person.account_id else None
    return [] if found is None else [found]


def _forget_meetings(found: Sequence[Meeting], _: Person, __: int) -> None:
    """What was measured and reported goes first: by the meeting it is found. What has run out goes, too."""
    for one in found:
        stop_report(one)
        for room in rooms_of(one.meeting_id, now=EVER)[1:]:
            forget_entries(room, now=EVER)
        forget_parts(one.meeting_id, now=EVER)
        if forget_raw(one.meeting_id):  # otherwise it is found again
            forget_entries(one.meeting_id, now=EVER)


def _held(one: Meeting) -> dict[str, Any]:
    span = {"opened_at_ms": int(one.opened_at_ms), "ended_at_ms": int(one.ended_at_ms)}
    return {"meeting_id": one.meeting_id, "title": one.title, **span, "status": one.status}


def _stayed(one: Attended) -> dict[str, Any]:
    return {"meeting_id": one.owner, "from_ms": int(one.from_ms), "to_ms": int(one.to_ms)}


def _named(one: Attendee) -> dict[str, Any]:
    return {"meeting_id": one.owner, "name": one.name, "email": one.email_address}


def _measured(one: Packed) -> dict[str, Any]:
    recording = one.recording
    return {"room_id": str(one.part).partition("#")[0], "talk": recording.talk, "webcam": recording.webcam,
            "attention": recording.attention}  # fmt: skip


def _shared(one: Share) -> dict[str, Any]:
    until = {"made_at_ms": int(one.made_at_ms), "expires_at_ms": int(one.expires_at_ms)}
    return {"meeting_id": one.owner, "share_id": one.share_id, "names": bool(one.names), **until}


def _sealed(one: Part) -> dict[str, Any]:
    """What it says is read as a report."""
    return {"meeting_id": one.meeting_id, "report": "sealed"}


def _told(one: Part, person: Person, now: int) -> dict[str, Any]:
    """Opened with their key, and on record for whoever it tells of. Participants are named by ids, as it is stored:
    what they are called is not theirs.
    """
    key = key_of(person.account_id, now=now) if person.account_id else None
    if key is None:
        return _sealed(one)
    meeting = find_meeting(one.meeting_id, now=now)
    if meeting is not None:
        tell_figures(meeting, now=now)
    return {"meeting_id": one.meeting_id, "report": msgspec.json.decode(open_part(one, key))}


def _handed(one: Part, person: Person, now: int) -> dict[str, Any]:
    """Without other people's figures, which are not theirs, nor the sums of so few that these tell of them. What it
    says of themselves is with where they are named."""
    key = key_of(person.account_id, now=now) if person.account_id else None
    if key is None:
        return _sealed(one)
    report = msgspec.json.decode(open_part(one, key))
    sums = {} if len(report["people"]) < SEVERAL else {name: report[name] for name in ("summary", "tips")}
    return {"meeting_id": one.meeting_id, "report": sums}


def _figured(one: NamedIn, _: Person, now: int) -> dict[str, Any]:
    """Who ran the meeting has the report; what it says of them alone is theirs, too."""
    meeting = find_meeting(one.meeting_id, now=now)
    ready = meeting is not None and meeting.status == "ready"
    figures = reported(meeting, one.participant_id, now=now) if meeting and ready else None
    return {"meeting_id": one.meeting_id, "figures": msgspec.to_builtins(figures)}


def _held_by(one: Meeting) -> Person:
    return Person(str(one.account_id))


def _listed_for(one: Listed) -> Person:
    return Person(str(one.owner).partition("#")[2])


def _reported_to(one: Part) -> Person:
    return Person(str(one.account_id))


def _who_was_there(one: Attended | Attendee | Gone | NamedIn) -> Person:
    return Person(participants=frozenset({one.participant_id}))


holdings.known_by("meetings", _known_by_meetings)
holdings.hold(
    OrganiserKey, keys, REPORT, find=_key_of, export=lambda _: {"key": "kept, to open your reports"}, at_once=True
)
holdings.hold(Attendee, attendees, ATTENDEE_NAME, find=_attendees_of, export=_named, at_once=True, whose=_who_was_there)
holdings.hold(Batch, batches, RAW_INSIGHTS, find=_batches_of, export=_measured)
holdings.hold(Fold, folds, RAW_INSIGHTS, find=_folds_of, export=_measured)
holdings.hold(Share, shares, REPORT_SHARE, find=_shares_of, export=_shared)
holdings.hold(Part, parts, REPORT, find=_parts_of, export=_sealed, tell=_told, hand=_handed, whose=_reported_to)
holdings.hold(Meeting, meetings, HISTORY, find=_meetings_of, export=_held, erase=_forget_meetings, whose=_held_by)
holdings.hold(
    Listed, listings, HISTORY, find=_listings_of, export=lambda one: {"meeting_id": one.meeting_id}, whose=_listed_for
)
holdings.hold(Attended, stays, HISTORY, find=_stays_of, export=_stayed, whose=_who_was_there)
holdings.hold(
    Gone, gone, ERASED_FROM, find=_gone_of, export=lambda one: {"meeting_id": one.owner}, erase=_take_out,
    whose=_who_was_there,
)  # fmt: skip
holdings.hold(
    NamedIn, namings, ATTENDEE_NAME, find=namings_of_person, export=lambda one: {"meeting_id": one.meeting_id},
    leads=True, whose=_who_was_there, tell=_figured,
)  # fmt: skip
_NOBODYS = "it says that something was shown, or that rooms are one, and not by whom"
holdings.is_nobodys(ShownSpan, RAW_INSIGHTS, why=_NOBODYS)
holdings.is_nobodys(MergedRoom, RAW_INSIGHTS, why=_NOBODYS)
