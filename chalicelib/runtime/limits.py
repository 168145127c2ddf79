"""Floods are refused by an exact sliding window: the instants of the latest attempts, one small row a caller."""

import secrets
from typing import Any

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import SECOND
from chalicelib.runtime.errors import TooMany
from chalicelib.runtime.store import Binding, Record, Table

TRIES = 8  # against others writing the same row at the same moment


class Attempts(Record):
    class Meta(Binding):
        pass

    subject = UnicodeAttribute(hash_key=True)
    at_ms = ListAttribute[Any](of=NumberAttribute)
    version = UnicodeAttribute()


attempts = Table(Attempts, "limits")


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


def _write(subject: str, row: Attempts | None, at_ms: list[int], deadline: int, now: int) -> bool:
    made = Attempts(subject, at_ms=at_ms, version=secrets.token_hex(8))
    made.lives_until(deadline)
    if row is None:
        return attempts.create(made, now=now)
    return attempts.replace(made, where=Attempts.version == row.version)


def _too_many(wait_ms: int) -> TooMany:
    wait_s = max(1, -(-wait_ms // SECOND))
    return TooMany(f"Wait {wait_s} seconds and try again.", retry_after_s=wait_s)
