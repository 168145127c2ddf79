"""Which places are crowded. Whoever finds a place over its bound says so, for everyone who looks next.

Nobody takes a notice back, so a process believes what it has read until the notice ends, and asks the table about all
other places with every clip: in a burst, nobody goes by what was true a moment before.
"""

from collections.abc import Sequence

from chalicelib.joining.models import Notice, notices
from chalicelib.lifetimes import CROWD_NOTICE

BOUND = 300  # live clips that one reader compares with by itself
CROWDED = "crowded"
KNOWN_MAX = 10_000  # a process lives for hours, a notice for seconds

Place = Sequence[str]  # its names: one, or two around midnight

_crowded_until: dict[str, int] = {}


def known(places: Sequence[Place], at: int) -> set[str]:
    """Names of those that this process knows to be crowded at that moment."""
    return {place[-1] for place in places if _crowded_until.get(place[-1], 0) > at}


def read(places: Sequence[Place], now: int) -> None:
    """Asks the table. Eventually consistent, at half the units: whoever misses a notice counts for themselves."""
    for notice in notices.get_many([_key(place[-1]) for place in places], now=now, consistent=False):
        _remember(notice.subject.removesuffix(f"#{CROWDED}"), int(notice.expires_at_ms))


def report_crowd(name: str, now: int) -> None:
    """Says that a place is over its bound; forgotten 20 s after the last one to say so."""
    notice = Notice(*_key(name))
    notice.lives_until(CROWD_NOTICE.deadline(now))
    notices.put(notice)
    _remember(name, int(notice.expires_at_ms))


def forget() -> None:
    """As a fresh process."""
    _crowded_until.clear()


def _key(name: str) -> tuple[str, str]:
    """A partition of its own: that of the place holds listings, and is asked for enough."""
    return f"{name}#{CROWDED}", CROWDED


def _remember(name: str, until_ms: int) -> None:
    if len(_crowded_until) >= KNOWN_MAX:
        forget()
    _crowded_until[name] = max(until_ms, _crowded_until.get(name, 0))
