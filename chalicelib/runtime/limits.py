"""Floods are refused: by an exact sliding window (`spend`), or a fixed one that costs one request (`count`)."""

import secrets
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import ATTEMPTS, SECOND, TALLY
from chalicelib.runtime import holdings, vault
from chalicelib.runtime.errors import TooMany
from chalicelib.runtime.store import Binding, Key, Record, Table

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


@dataclass(frozen=True)
class Window:
    """So many of `what` within a fixed window, for each subject. Windows begin at multiples of their length, so that
    around a boundary twice as many may pass.
    """

    what: str
    allowed: int
    length_ms: int

    def row(self, whom: str, now: int) -> tuple[Table[Tally], Key]:
        """Where the count stands, for whoever reads it together with other things."""
        return tallies, _row(hidden(self.what, whom), self.length_ms, now)

    def check(self, row: Tally | None, *, now: int) -> None:
        """Raises TooMany where the window is full."""
        if row is not None and row.tries >= self.allowed:
            raise _too_many(_end(self.length_ms, now) - now)

    def count(self, whom: str, *, now: int) -> None:
        """Counts before the act. Raises TooMany where it may not be done."""
        count(hidden(self.what, whom), allowed=self.allowed, window_ms=self.length_ms, now=now)

    def take_back(self, whom: str, *, now: int) -> None:
        """What `count` counted at that instant, where nothing came of the act."""
        _add(hidden(self.what, whom), self.length_ms, now, -1)

    def note(self, whom: str, *, now: int) -> None:
        """Counts after the act, which was done."""
        _add(hidden(self.what, whom), self.length_ms, now)


def count(subject: str, *, allowed: int, window_ms: int, now: int) -> None:
    """Counts an attempt, refused ones too, by one atomic request. Raises TooMany after `allowed` until the window ends.

    As in a Window.
    """
    row = _add(subject, window_ms, now)
    if row is None or row.tries > allowed:
        raise _too_many(_end(window_ms, now) - now)


def hidden(what: str, whom: str) -> str:
    """The subject of a limit on `what`, which does not tell who it is about."""
    return f"{what}/{vault.digest('limits', whom)}"


def _add(subject: str, window_ms: int, now: int, tries: int = 1) -> Tally | None:
    lives = Tally.living_until(_end(window_ms, now))
    return tallies.upsert(_row(subject, window_ms, now), [Tally.tries.add(tries), *lives], now=now)


def _row(subject: str, window_ms: int, now: int) -> str:
    return f"{subject}@{now // window_ms}"


def _end(window_ms: int, now: int) -> int:
    return (now // window_ms + 1) * window_ms


def _write(subject: str, row: Attempts | None, at_ms: list[int], deadline: int, now: int) -> bool:
    made = Attempts(subject, at_ms=at_ms, version=secrets.token_hex(8))
    made.lives_until(deadline)
    if row is None:
        return attempts.create(made, now=now)
    return attempts.replace(made, where=Attempts.version == row.version)


def _too_many(wait_ms: int) -> TooMany:
    wait_s = max(1, -(-wait_ms // SECOND))
    return TooMany(f"Wait {wait_s} seconds and try again.", retry_after_s=wait_s)


_COUNTED = "it counts acts under an opaque name or a digest, so that erasing oneself lifts no limit"
holdings.let_pass(Attempts, ATTEMPTS, why=_COUNTED)
holdings.let_pass(Tally, TALLY, why=_COUNTED)
