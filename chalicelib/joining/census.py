"""Which places are crowded. Whoever finds a place over its bound says so, for everyone who looks next.

A process remembers what it read: clips are listed by that knowledge, so that writing need not wait for reading; where
to look for company is decided by what the table says now.
"""

from collections.abc import Sequence

from chalicelib.joining.models import Notice, notices
from chalicelib.lifetimes import CROWD_NOTICE

BOUND = 300  # live clips that one reader compares with by itself
FRESH_MS = 1_000  # how long a process trusts its own reading
CROWDED = "crowded"

Place = Sequence[str]  # its names: one, or two around midnight

_read_at: dict[str, int] = {}
_crowded: set[str] = set()


def last_known(places: Sequence[Place]) -> set[str]:
    """Names of crowded places as far as this process knows."""
    return {place[-1] for place in places} & _crowded


def is_fresh(places: Sequence[Place], now: int) -> bool:
    """Whether this process has read all of them within the last second."""
    return all(0 <= now - _read_at.get(place[-1], -FRESH_MS) < FRESH_MS for place in places)


def read(places: Sequence[Place], now: int) -> set[str]:
    """Names of the crowded ones among `places`, as the table says."""
    names = [place[-1] for place in places]
    found = {_name(notice) for notice in notices.get_many([_key(name) for name in names], now=now)}
    _remember(names, found, now)
    return found


def report_crowd(name: str, now: int) -> None:
    """Says that a place is over its bound; forgotten 20 s after the last one to say so."""
    notice = Notice(*_key(name))
    notice.lives_until(CROWD_NOTICE.deadline(now))
    notices.put(notice)
    _remember([name], {name}, now)


def forget() -> None:
    """As a fresh process."""
    _read_at.clear()
    _crowded.clear()


def _key(name: str) -> tuple[str, str]:
    """A partition of its own: that of the place holds listings, and is asked for enough."""
    return f"{name}#{CROWDED}", CROWDED


def _name(notice: Notice) -> str:
    return notice.subject.removesuffix(f"#{CROWDED}")


def _remember(names: Sequence[str], crowded: set[str], now: int) -> None:
    if len(_read_at) > 10_000:  # a process lives for hours, a place's name for a day
        forget()
    _read_at.update(dict.fromkeys(names, now))
    _crowded.difference_update(names)
    _crowded.update(crowded)
