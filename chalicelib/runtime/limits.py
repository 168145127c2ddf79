"""Floods are refused: by an exact sliding window (`spend`), or a fixed one that costs one request (`count`)."""

import secrets
from typing import Any

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import SECOND
from chalicelib.runtime import vault
from chalicelib.runtime.errors import TooMany
from chalicelib.runtime.store import Binding, Record, Table

TRIES = 8  # against others writing the same row at the same moment


class Attempts(Record):
    class Meta(Binding):
        pass

    subject = UnicodeAttribute(hash_key=True)
    at_ms = ListAttribute[Any](of=NumberAttribute)
    version = UnicodeAttribute()


class Tally(Record):
    """How many came within one fixed window."""

    class Meta(Binding):
        pass

    subject = UnicodeAttribute(hash_key=True)
    tries = NumberAttribute()


attempts = Table(Attempts, "limits")
tallies = Table(Tally, "limits")


def spend(subject: str, *, allowed: int, window_ms: int, now: int) -> None:
    """Counts an attempt. Raises TooMany where `allowed` were made within the window before it; that one is free."""
    for _ in range(TRIES):
        row = attempts.get(subject, now=now)
        recent = [int(at) for at in (row.at_ms if row else []) if at > now - window_ms]
        if len(recent) >= allowed:
            raise _too_many(recent[-allowed] + window_ms - now)
        if _write(subject, row, [*recent, now], now + window_ms, now):
            return
    raise _too_many(SECOND)


def count(subject: str, *, allowed: int, window_ms: int, now: int) -> None:
    """Counts an attempt, refused ones too, by one atomic request. Raises TooMany after `allowed` until the window ends.

    Windows begin at multiples of `window_ms`, so that around a boundary twice as many may pass.
    """
    window = now // window_ms
    ends_at_ms = (window + 1) * window_ms
    row = tallies.upsert(f"{subject}@{window}", [Tally.tries.add(1), *Tally.living_until(ends_at_ms)], now=now)
    if row is None or row.tries > allowed:
        raise _too_many(ends_at_ms - now)


def hidden(what: str, whom: str) -> str:
    """The subject of a limit on `what`, which does not tell who it is about."""
    return f"{what}/{vault.digest('limits', whom)}"


def _write(subject: str, row: Attempts | None, at_ms: list[int], deadline: int, now: int) -> bool:
    made = Attempts(subject, at_ms=at_ms, version=secrets.token_hex(8))
    made.lives_until(deadline)
    if row is None:
        return attempts.create(made, now=now)
    return attempts.replace(made, where=Attempts.version == row.version)


def _too_many(wait_ms: int) -> TooMany:
    wait_s = max(1, -(-wait_ms // SECOND))
    return TooMany(f"Wait {wait_s} seconds and try again.", retry_after_s=wait_s)
