"""What was handed out of everybody in a meeting: on record once for all, and listed to each as they read it (F8).

At a meeting's end a line says of each that they were in it, and whether by a name or an address; once there is a
report, whether it has figures of theirs. It has what is handed out later only in common with the others. Reading one's
ledger joins the two, so that telling ten thousand is one write.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from chalicelib.lifetimes import DISCLOSURE, MEETING_TOLD
from chalicelib.privacy.disclosure_models import RUNNING_OUT, Disclosure, LedgerEntry, subject_of, subjects_of
from chalicelib.runtime import holdings, vault
from chalicelib.runtime.disclosure import Ground, Recipient, What
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import derived
from chalicelib.runtime.parallel import chained
from chalicelib.runtime.prolonging import prolong
from chalicelib.runtime.store import Table

IN, TOLD = "in#", "told"


class Known(NamedTuple):
    """Somebody in a meeting, as consents name them; whether they have said what they are called, or an address."""

    who: str
    name: bool
    email: bool


class InMeeting(LedgerEntry, discriminator="in-meeting"):
    """That somebody was in a meeting that somebody runs."""

    at_ms = NumberAttribute()  # its end
    meeting = UnicodeAttribute()  # a digest
    name = BooleanAttribute()
    email = BooleanAttribute()
    measured = BooleanAttribute(default=False)  # whether the report has figures of theirs


class Told(LedgerEntry, discriminator="told"):
    """What of everybody in a meeting was handed out."""

    names_at_ms = NumberAttribute(null=True)  # to its organiser
    figures_at_ms = NumberAttribute(null=True)  # likewise
    links = UnicodeSetAttribute(null=True)  # of each: when it was made, whether with names, its id


in_meetings: Table[InMeeting] = Table(InMeeting, "disclosures")
tolds: Table[Told] = Table(Told, "disclosures")


def note_company(meeting_id: str, some: Iterable[Known], at_ms: int, *, now: int) -> None:
    """That they were in the meeting that has ended then. Safe to repeat; 25 a request."""
    made = [_new(meeting_id, one, at_ms, now) for one in some]
    RUNNING_OUT.file(made, now=now)
    in_meetings.put_many(made)


def extend_company(meeting_id: str, people: Iterable[str], at_ms: int, *, now: int) -> None:
    """For whom it is handed out may be long after; `people` as consents name them. By the hundred."""
    keys, until_ms = [(subject_of(who), _entry(meeting_id, at_ms)) for who in people], DISCLOSURE.deadline(now)
    early = [one for one in in_meetings.get_many(keys, now=now) if int(one.expires_at_ms) < until_ms]
    prolong(in_meetings, {(one.subject, one.entry): until_ms for one in early}, now=now)


def note_measured(meeting_id: str, people: Iterable[str], at_ms: int, *, measured: bool, now: int) -> None:
    """Whether its report has figures of theirs, as consents name them. Nothing of whoever is not on record any more."""
    for who in people:
        in_meetings.update((subject_of(who), _entry(meeting_id, at_ms)), [InMeeting.measured.set(measured)], now=now)


def tell_names(meeting_id: str, at_ms: int, *, now: int) -> None:
    """To the organiser, the first time."""
    _tell(meeting_id, [Told.names_at_ms.set(Told.names_at_ms | at_ms)], now)


def tell_figures(meeting_id: str, *, now: int) -> None:
    """To the organiser, the first time."""
    _tell(meeting_id, [Told.figures_at_ms.set(Told.figures_at_ms | now)], now)


def tell_link(meeting_id: str, share_id: str, at_ms: int, *, names: bool, now: int) -> None:
    """To whoever has it."""
    _tell(meeting_id, [Told.links.add({f"{at_ms:015}#{int(names)}#{share_id}"})], now)


def told_of(person: Person, *, now: int) -> list[Disclosure]:
    """What was handed out of everybody in a meeting that they were in, as their ledger lists it; in no order."""
    found = list(_company_of(person, now))
    told = _told({one.meeting for one in found}, now)
    lines = [line for one in found if one.meeting in told for line in _lines(one, told[one.meeting])]
    return [one for one in lines if one.live_at(now)]


def _tell(meeting_id: str, what: list[Any], now: int) -> None:
    key, until_ms = (_meeting(meeting_id), TOLD), MEETING_TOLD.deadline(now)
    made = Told(*key)
    made.lives_until(until_ms)
    RUNNING_OUT.file([made], now=now)
    tolds.create(made, now=now)
    tolds.update(key, [*what, *Told.living_until(until_ms)], now=now)


def _new(meeting_id: str, one: Known, at_ms: int, now: int) -> InMeeting:
    made = InMeeting(subject_of(one.who), _entry(meeting_id, at_ms), at_ms=at_ms, meeting=_meeting(meeting_id))
    made.name, made.email = one.name, one.email
    made.lives_until(DISCLOSURE.deadline(max(at_ms, now)))
    return made


def _entry(meeting_id: str, at_ms: int) -> str:
    return f"{IN}{at_ms:015}#{_meeting(meeting_id)}"


def _meeting(meeting_id: str) -> str:
    return vault.digest("privacy/told", meeting_id)


def _told(meetings: set[str], now: int) -> dict[str, Told]:
    return {one.subject: one for one in tolds.get_many([(each, TOLD) for each in sorted(meetings)], now=now)}


def _lines(one: InMeeting, told: Told) -> Iterator[Disclosure]:
    names, figures = [What.NAME] * bool(one.name), [What.FIGURES] * bool(one.measured)
    if told.names_at_ms is not None:
        for what in [*names, *[What.EMAIL] * bool(one.email)]:
            yield _line(one, int(told.names_at_ms), Recipient.ORGANISER, what)
    for what in figures if told.figures_at_ms is not None else ():
        yield _line(one, int(told.figures_at_ms), Recipient.ORGANISER, what)
    for link in sorted(told.links or ()):
        at_ms, named, share_id = link.split("#")
        for what in [*figures, *(names if int(named) else [])]:
            yield _line(one, int(at_ms), Recipient.LINK, what, share_id)


def _line(one: InMeeting, at_ms: int, to: Recipient, what: What, share_id: str = "") -> Disclosure:
    entry = f"{at_ms:015}#{derived(one.subject, one.meeting, to, what, share_id)}"
    made = Disclosure(one.subject, entry, at_ms=at_ms, ground=str(Ground.OWN_ACT), to=str(to), what=str(what))
    made.lives_until(DISCLOSURE.deadline(at_ms))
    return made


def _company_of(person: Person, now: int) -> Iterator[InMeeting]:
    ask = partial(in_meetings.query, now=now, where=LedgerEntry.entry.startswith(IN))
    return chained(ask, subjects_of(person))


def _shown(one: InMeeting, _: Person, now: int) -> dict[str, Any]:
    told = _told({one.meeting}, now).get(one.meeting)
    lines = list(_lines(one, told)) if told is not None else []
    return {"ended_at_ms": int(one.at_ms), "handed_out": [each.shown() for each in lines if each.live_at(now)]}


holdings.hold(
    InMeeting, in_meetings, DISCLOSURE, find=_company_of, export=lambda one: {"ended_at_ms": int(one.at_ms)},
    tell=_shown,
)  # fmt: skip
holdings.is_nobodys(
    Told, MEETING_TOLD, why="it says that people in a meeting were told of, under a digest, and not who"
)
