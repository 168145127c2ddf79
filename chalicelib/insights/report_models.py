"""Sealed reports, in parts under one partition key, and each organiser's own key to them (D13).

The keys lie in a table of their own, of which there is no backup: where the key is deleted, what it sealed can be
opened by nobody, not even from a backup.
"""

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.accounts import models as accounts
from chalicelib.insights.meeting_models import Meeting
from chalicelib.lifetimes import REPORT
from chalicelib.runtime import envelope
from chalicelib.runtime.store import Binding, Record, Table
from chalicelib.runtime.transactions import Transaction


class Part(Record):
    """One part of a report; only with its meeting's id, its number and their count does it open."""

    class Meta(Binding):
        pass

    meeting_id = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)  # <revision>#<number>
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
    keys.update(account_id, OrganiserKey.living_until(until_ms), now=now)


def extend_parts(meeting_id: str, until_ms: int, *, now: int) -> None:
    for one in parts.query(meeting_id, now=now):
        parts.update((one.meeting_id, one.entry), Part.living_until(until_ms), now=now)


def put_parts(meeting: Meeting, key: bytes, contents: list[bytes]) -> None:
    """Seals and stores a report; the same again overwrites it."""
    for number, content in enumerate(contents):
        made = Part(meeting.meeting_id, _entry(meeting, number), of=len(contents))
        made.sealed = envelope.seal(key, content, _context(meeting, number, len(contents)))
        made.lives_until(int(meeting.expires_at_ms))
        parts.put(made)


def read_part(meeting: Meeting, key: bytes, number: int, *, now: int) -> bytes | None:
    """One part of the report that is ready; None where there is none. Raises Unopenable where it was tampered with."""
    found = parts.get((meeting.meeting_id, _entry(meeting, number)), now=now)
    if found is None:
        return None
    return envelope.open_sealed(key, bytes(found.sealed), _context(meeting, number, int(meeting.parts)))


def forget_parts(meeting_id: str, *, now: int, keep: int | None = None) -> None:
    """Deletes a meeting's reports, or all but those of one revision."""
    found = parts.query(meeting_id, now=now)
    kept = "" if keep is None else f"{keep:04}#"
    parts.delete_many([(one.meeting_id, one.entry) for one in found if not kept or not one.entry.startswith(kept)])


def _entry(meeting: Meeting, number: int) -> str:
    return f"{int(meeting.revision):04}#{number:05}"


def _context(meeting: Meeting, number: int, count: int) -> str:
    return f"report\x1f{meeting.meeting_id}\x1f{int(meeting.revision)}\x1f{number}\x1f{count}"
