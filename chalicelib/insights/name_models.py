"""What participants are called in meetings that are over: for as long as they use the service, not the organiser.

A name, and an e-mail address that was given with it, leaves 180 days after its bearer's last use, whoever ran the
meeting; stays and figures remain, of a participant (D11). Their use moves the latest of their entries on, one write;
the others follow as the reaper looks at them. Whoever deletes their name stays there without: by it they are erased.

   participant#a   meeting 1   ─────────180 days────────┐ taken for the latest of all
                   meeting 2            ─────────180 days────────┐ moved on by a use
                   used                      ─────────180 days────────┐ both names go
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from chalicelib.insights.meeting_models import (
    NAMED_IN,
    PERSON,
    Attendee,
    MeetingEntry,
    NamedIn,
    attendees,
    namings,
)
from chalicelib.lifetimes import ATTENDEE_NAME, HOUR, MINUTE
from chalicelib.rooms.record_models import SEALED_EMAIL
from chalicelib.runtime import vault
from chalicelib.runtime.parallel import by_some
from chalicelib.runtime.prolonging import TOGETHER, prolong
from chalicelib.runtime.transactions import Transaction

AT_ONCE = 32  # participants, side by side
LOOKED = 500  # names of one look: the others wait a minute, ten thousand are through within twenty
PAIRS = 33  # of two rows, and the latest of their entries, in one transaction: 100, DynamoDB quota
# Before a name's end somebody looks: what would pass it is deleted then. Accounts that nobody has used since have begun
# to be erased by then, an hour before it: their figures are found by where they are named.
AHEAD_MS = HOUR // 2
NAMELESS = [Attendee.name.set(""), Attendee.email.remove()]


class Called(NamedTuple):
    """By a name; `email` is sealed."""

    name: str
    email: str | None = None


def name_attendees(meeting_id: str, names: Mapping[str, Called], *, now: int) -> None:
    """What participants are called in a meeting's history; where that can be found goes first.

    An address that they gave when they were there before stays.
    """
    without = [one for one, called in names.items() if called.email is None]
    given = {who: one.email for who, one in names_of(meeting_id, without, now=now).items()}
    found_by = [NamedIn(NAMED_IN + one, meeting_id) for one in names]
    people = [
        Attendee(meeting_id, PERSON + one, name=called.name, email=_kept(called.email or given.get(one)))
        for one, called in names.items()
    ]
    for made in (*found_by, *people):
        made.lives_until(ATTENDEE_NAME.deadline(now))
    namings.write_many(found_by, ())
    attendees.write_many(people, ())


def names_of(meeting_id: str, participants: Iterable[str], *, now: int) -> dict[str, Attendee]:
    """By participant; without those who deleted it, whose time is over, or who were erased."""
    return {who: one for who, one in entries_of(meeting_id, participants, now=now).items() if one.name or one.email}


def entries_of(meeting_id: str, participants: Iterable[str], *, now: int) -> dict[str, Attendee]:
    """As `names_of`, of those who deleted it, too."""
    found = attendees.get_many([(meeting_id, PERSON + one) for one in participants], now=now)
    return {one.participant_id: one for one in found}


def forget_names(participant_id: str, until_ms: int, is_it: Callable[[str], bool], *, now: int) -> None:
    """Every name of theirs that was written until then leaves every history, and any that `is_it` knows.

    Where that was stays, and lives on with them: one may be on its way there, and their figures are found by it.
    """
    lives_ms = ATTENDEE_NAME.deadline(until_ms)
    listed = namings.query(NAMED_IN + participant_id, now=now)
    found = attendees.get_many([(one.meeting_id, PERSON + participant_id) for one in listed], now=now)
    named = [one for one in found if one.name or one.email]
    _unname([one for one in named if one.expires_at_ms <= lives_ms or is_it(one.name)], now)


def _unname(found: Sequence[Attendee], now: int) -> None:
    """By the hundred; each by itself where one of them has got another name meanwhile, or is gone."""
    for start in range(0, len(found), TOGETHER):
        some, both = found[start : start + TOGETHER], Transaction(now=now)
        for one in some:
            both.update(attendees, one, NAMELESS, where=Attendee.name == one.name)
        for one in () if both.commit() else some:
            attendees.update((one.owner, one.entry), NAMELESS, now=now, where=Attendee.name == one.name)


def follow_use(participant_id: str, *, now: int) -> None:
    """The latest of their entries lives as long as they may be named from now on."""
    _move_latest(namings.query(NAMED_IN + participant_id, now=now), ATTENDEE_NAME.deadline(now), now)


def forget_namings(meeting_id: str, participants: Iterable[str], *, now: int) -> None:
    """They are not found there any more. A use that is on record there alone goes to another of their entries first."""
    keys = [(NAMED_IN + one, meeting_id) for one in participants]
    found = namings.get_many(keys, now=now)
    names = entries_of(meeting_id, [one.participant_id for one in found], now=now)
    used = [one for one in found if _outlives(one, names.get(one.participant_id))]
    by_some(partial(_hand_on, now=now), used, AT_ONCE)
    namings.delete_many(keys)


def _outlives(one: NamedIn, name: Attendee | None) -> bool:
    """Whether a use moved it on, which the name itself has not followed yet; or there is no name to tell by."""
    return name is None or one.expires_at_ms > name.expires_at_ms


def _hand_on(one: NamedIn, *, now: int) -> None:
    others = [each for each in namings.query(one.owner, now=now) if each.entry != one.entry]
    _move_latest(others, int(one.expires_at_ms), now)


def sweep_names(meeting_id: str, *, now: int) -> int | None:
    """Deletes the names of a meeting that have had their time; when the next ones will, None without any.

    Of many at once those that end first, LOOKED a look: a Query for each, side by side, and few transactions.
    """
    found = attendees.query(meeting_id, now=now, where=MeetingEntry.entry.startswith(PERSON))
    ending = sorted((one for one in found if _is_ending(_end(one), now)), key=_end)
    looked, waiting = ending[:LOOKED], ending[LOOKED:]
    latest = _latest_of([one.participant_id for one in looked], now)
    ends = {who: 0 if one is None else _end(one) for who, one in latest.items()}
    _prolong([one for one in looked if not _is_ending(ends[one.participant_id], now)], ends, now)
    gone = [one for one, end in ends.items() if _is_ending(end, now)]
    pairs = [gone[start : start + PAIRS] for start in range(0, len(gone), PAIRS)]
    if not all(_forget_pairs(meeting_id, {who: latest[who] for who in some}, now) for some in pairs):
        waiting = looked  # somebody has come meanwhile: they are looked at once more
    if waiting:
        return now if _end(waiting[0]) <= now else now + MINUTE
    lives = [ends.get(one.participant_id, _end(one)) for one in found]
    return min((end - AHEAD_MS for end in lives if not _is_ending(end, now)), default=None)


def _end(one: MeetingEntry) -> int:
    return int(one.expires_at_ms)


def _is_ending(end_ms: int, now: int) -> bool:
    return end_ms <= now + AHEAD_MS


def _forget_pairs(meeting_id: str, people: Mapping[str, NamedIn | None], now: int) -> bool:
    """Each name together with where it is found: neither is left alone by what breaks off. False where one of them,
    or the latest of their entries, by which a use is known, was moved on since it was read: then none is.
    """
    both, over = Transaction(now=now), MeetingEntry.expires_at_ms.does_not_exist()
    over |= MeetingEntry.expires_at_ms <= now + AHEAD_MS
    for one, latest in people.items():
        both.delete(attendees, attendees.bare((meeting_id, PERSON + one)))
        both.delete(namings, namings.bare((NAMED_IN + one, meeting_id)), where=over)
        if latest is not None and latest.meeting_id != meeting_id:
            both.forbid(namings, latest, MeetingEntry.expires_at_ms > now + AHEAD_MS)
    return both.commit()


def _latest_of(people: Sequence[str], now: int) -> dict[str, NamedIn | None]:
    """Of each the latest of their entries."""
    found = by_some(lambda one: _latest(namings.query(NAMED_IN + one, now=now)), people, AT_ONCE)
    return dict(zip(people, found, strict=True))


def _latest(found: Iterable[NamedIn]) -> NamedIn | None:
    return max(found, key=_end, default=None)


def _prolong(some: Sequence[Attendee], ends: Mapping[str, int], now: int) -> None:
    """Where they are found first. An address that an older secret sealed is sealed anew."""
    prolong(namings, {(NAMED_IN + one.participant_id, one.owner): ends[one.participant_id] for one in some}, now=now)
    prolong(attendees, {(one.owner, one.entry): ends[one.participant_id] for one in some}, now=now)
    for one in some:
        fresh = vault.sealed_anew(SEALED_EMAIL, one.email)
        if fresh:
            actions, same = [Attendee.email.set(fresh)], Attendee.email == one.email
            attendees.update((one.owner, one.entry), actions, now=now, where=same)


def _kept(email: str | None) -> str | None:
    """It lives on for half a year, in which an older secret may go."""
    return vault.sealed_anew(SEALED_EMAIL, email) or email


def _move_latest(found: Iterable[NamedIn], until_ms: int, now: int) -> None:
    latest = _latest(found)
    if latest is not None and int(latest.expires_at_ms) < until_ms:
        namings.update((latest.owner, latest.entry), MeetingEntry.living_until(until_ms), now=now)
