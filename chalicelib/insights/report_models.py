"""Sealed reports, in parts under one partition key, and each organiser's own key to them (D13).

The keys lie in a table of their own, of which there is no backup: where the key is deleted, what it sealed can be
opened by nobody, not even from a backup.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.accounts import models as accounts
from chalicelib.insights.meeting_models import Meeting, meetings
from chalicelib.lifetimes import REPORT
from chalicelib.runtime import envelope
from chalicelib.runtime.store import Binding, Record, Table
from chalicelib.runtime.transactions import Transaction


class Part(Record):
    """One part of a report; only with its meeting's id, its number and their count does it open."""

    class Meta(Binding):
        pass

    meeting_id = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)  # <revision>#<attempt>#<number>
    account_id = UnicodeAttribute()  # of whoever ran the meeting, whose key opens it
    of = NumberAttribute()  # parts
    sealed = BinaryAttribute(legacy_encoding=False)


class OrganiserKey(Record):
    """The data key of an account, wrapped."""

    class Meta(Binding):
        pass

    account_id = UnicodeAttribute(hash_key=True)
    wrapped = BinaryAttribute(legacy_encoding=False)


parts = Table(Part, "reports")
keys = Table(OrganiserKey, "organiser-keys")


def key_of(account_id: str, *, now: int) -> bytes | None:
    """The account's data key; None where it has none, or no more."""
    row = keys.get(account_id, now=now)
    return None if row is None else envelope.unwrap(bytes(row.wrapped), account_id)


def make_key(account_id: str, *, now: int) -> bytes | None:
    """The account's data key, made with its first report; None where there is no such account (any more)."""
    account = accounts.find(account_id, now=now)
    if account is None:
        return None
    made = OrganiserKey(account_id, wrapped=envelope.new_wrapped_key(account_id))
    made.lives_until(REPORT.deadline(now))
    both = Transaction(now=now)
    both.create(keys, made)
    both.require(accounts.accounts, account, accounts.Account.account_id == account_id)
    both.commit()  # where it is refused, the account has one, or is gone: the next line tells
    return key_of(account_id, now=now)


def destroy_key(account_id: str) -> None:
    """From here on nobody can read the account's reports."""
    keys.delete(account_id)


def bare_key(account_id: str) -> OrganiserKey:
    return keys.bare(account_id)


def extend_key(account_id: str, until_ms: int, *, now: int) -> None:
    """It lives until then, wrapped by what wraps today."""
    row = keys.get(account_id, now=now)
    if row is None:
        return
    keys.update(account_id, OrganiserKey.living_until(until_ms), now=now)
    fresh = envelope.wrapped_anew(bytes(row.wrapped), account_id)
    if fresh is not None:
        keys.update(account_id, [OrganiserKey.wrapped.set(fresh)], now=now, where=OrganiserKey.wrapped == row.wrapped)


def extend_parts(meeting_id: str, until_ms: int, *, now: int) -> None:
    """One after the other: they are too large to be changed together."""
    for one in (each for each in parts.query(meeting_id, now=now) if int(each.expires_at_ms) < until_ms):
        parts.update((one.meeting_id, one.entry), Part.living_until(until_ms), now=now)


def put_parts(meeting: Meeting, attempt: str, key: bytes, contents: list[bytes]) -> None:
    """Seals and stores a report. No attempt touches another's: of two at once, the published one stays whole."""
    for number, content in enumerate(contents):
        made = Part(meeting.meeting_id, _entry(meeting, attempt, number), of=len(contents))
        made.account_id = meeting.account_id
        made.sealed = envelope.seal(key, content, _context(meeting, attempt, number, len(contents)))
        made.lives_until(int(meeting.expires_at_ms))
        parts.put(made)


def read_part(meeting: Meeting, key: bytes, number: int, *, now: int) -> bytes | None:
    """One part of the report that is ready; None where there is none. Raises Unopenable where it was tampered with."""
    found = parts.get((meeting.meeting_id, _entry(meeting, meeting.attempt, number)), now=now)
    if found is None:
        return None
    context = _context(meeting, meeting.attempt, number, int(meeting.parts))
    return envelope.open_sealed(key, bytes(found.sealed), context)


def read_firsts(found: Sequence[Meeting], key: bytes, *, now: int) -> dict[str, bytes]:
    """The first part of each report that is ready, by meeting. Raises Unopenable."""
    contexts = {one.meeting_id: _context(one, one.attempt, 0, int(one.parts)) for one in found}
    rows = parts.get_many([(one.meeting_id, _entry(one, one.attempt, 0)) for one in found], now=now)
    return {row.meeting_id: envelope.open_sealed(key, bytes(row.sealed), contexts[row.meeting_id]) for row in rows}


def open_part(part: Part, key: bytes) -> bytes:
    """What one that was found says. Raises Unopenable for another's key, and for what was tampered with."""
    revision, attempt, number = str(part.entry).split("#")
    return envelope.open_sealed(
        key, bytes(part.sealed), _named(part.meeting_id, int(revision), attempt, int(number), int(part.of))
    )


class Attempt(NamedTuple):
    """One try at putting a report together, by its parts."""

    revision: int
    name: str


def attempt_of(part: Part) -> Attempt:
    revision, name, _ = str(part.entry).split("#")
    return Attempt(int(revision), name)


def stored_attempts(meeting_id: str, *, now: int) -> dict[Attempt, int]:
    """Those of which something lies there, and how many parts they have; 0 where one is missing."""
    found = dict[Attempt, list[Part]]()
    for one in parts.query(meeting_id, now=now):
        found.setdefault(attempt_of(one), []).append(one)
    return {which: len(some) if len(some) == some[0].of else 0 for which, some in found.items()}


def name_attempt(
    meeting: Meeting, attempt: str, *actions: Action, was: str, now: int, revision: int | None = None
) -> bool:
    """Makes it the report that is read, in the state and revision that `meeting` is in; False where it is not in it any
    more, another was named since, or the attempt was deleted. `revision` is the attempt's, where that is another."""
    same = (Meeting.status == was) & (Meeting.revision == meeting.revision)
    both = Transaction(now=now)
    both.update(
        meetings, meeting, [Meeting.attempt.set(attempt), *actions], where=same & (Meeting.attempt == meeting.attempt)
    )
    made = int(meeting.revision) if revision is None else revision
    both.require(parts, parts.bare((meeting.meeting_id, f"{_begins(made, attempt)}{0:05}")))
    return both.commit()


def forget_parts(meeting_id: str, *, now: int) -> None:
    """Deletes a meeting's reports, whatever is read of it: none is, from here on."""
    parts.delete_many([(one.meeting_id, one.entry) for one in parts.query(meeting_id, now=now)])


def forget_others(meeting: Meeting, *, now: int) -> None:
    """Deletes what attempts have stored of which none is read; nor will any of them be."""
    found = dict[str, list[Part]]()
    for one in parts.query(meeting.meeting_id, now=now):
        found.setdefault(attempt_of(one).name, []).append(one)
    for attempt in found.keys() - {str(meeting.attempt)}:
        _forget(meeting, attempt, found[attempt], now)


def forget_attempt(meeting: Meeting, attempt: str, *, now: int) -> bool:
    """Deletes what one attempt at assembling has stored; False, and nothing of it, where it is the one that is read."""
    found = parts.query(meeting.meeting_id, now=now, where=Part.entry.startswith(_made_by(meeting, attempt)))
    return _forget(meeting, attempt, found, now)


def _forget(meeting: Meeting, attempt: str, stored: Sequence[Part], now: int) -> bool:
    """Whoever is about to name it finds its first part gone, or is found to have named it: the one or the other."""
    for first in stored[:1]:
        both = Transaction(now=now)
        both.forbid(meetings, meeting, Meeting.attempt == attempt)
        both.delete(parts, first)
        if not both.commit():
            return False
    parts.delete_many((one.meeting_id, one.entry) for one in stored[1:])
    return True


def _made_by(meeting: Meeting, attempt: str) -> str:
    return _begins(int(meeting.revision), attempt)


def _begins(revision: int, attempt: str) -> str:
    return f"{revision:04}#{attempt}#"


def _entry(meeting: Meeting, attempt: str, number: int) -> str:
    return f"{_made_by(meeting, attempt)}{number:05}"


def _context(meeting: Meeting, attempt: str, number: int, count: int) -> str:
    return _named(meeting.meeting_id, int(meeting.revision), attempt, number, count)


def _named(meeting_id: str, revision: int, attempt: str, number: int, count: int) -> str:
    return "\x1f".join(map(str, ("report", meeting_id, revision, attempt, number, count)))
