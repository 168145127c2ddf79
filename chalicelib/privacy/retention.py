"""What is kept and how long, told to people: THE table of lifetimes in words, and the versions of that promise.

retention_texts/<language>.json has the words by kind; rights_texts/<language>.json those for what becomes of it when
somebody erases themselves or wants to see theirs, which the register knows (runtime/holdings.py); policy.json the
versions, the newest last. A version is never changed: another lifetime, or another sentence about one, is a new version
with its date.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chalicelib.lifetimes import DAY, HOUR, LIFETIMES, MINUTE, SECOND, Lifetime
from chalicelib.runtime import holdings

HERE = Path(__file__).parent
FATES = ("soon", "at-once", "kept", "passing", "waiting", "nobodys")  # of several in one lifetime, the first counts
SHOWN = {one: one for one in ("passing", "waiting", "nobodys")}
UNITS = {"years": 365 * DAY, "days": DAY, "hours": HOUR, "minutes": MINUTE, "seconds": SECOND}


@dataclass(frozen=True)
class Promise:
    """One kind of datum in one language: how long after what it is gone."""

    lifetime: Lifetime
    name: str
    purpose: str
    counted_from: str
    erased: str  # what erasing oneself makes of it
    exported: str  # whether an export has it

    @property
    def length(self) -> tuple[int, str]:
        """In the largest of UNITS that makes a whole number: (30, "minutes")."""
        return next((self.lifetime.length_ms // ms, unit) for unit, ms in UNITS.items() if _whole(self.lifetime, ms))


@dataclass(frozen=True)
class Version:
    """Of the promise as a whole. `date` is ISO 8601; `material` where it matters to people, who are told of it.

    By `digest`, of every word of it, tests see that another promise is another version. `kinds`: of personal data that
    are new or live for another time since, in ms, or None where they are no more. A kind that is new, or lives longer
    than before, matters.
    """

    version: int
    date: str
    material: bool
    digest: str
    kinds: Mapping[str, int | None]


def promises(language: str) -> list[Promise]:
    """Everything that is kept, in the order of the table."""
    words, rights = _words("retention_texts", language), _words("rights_texts", language)
    return [
        Promise(
            one,
            **words[one.kind],
            erased=rights["erased"][_fate_of(one)],
            exported=rights["exported"][SHOWN.get(_fate_of(one), "shown")],
        )
        for one in LIFETIMES
    ]


@lru_cache(maxsize=1)
def versions() -> Sequence[Version]:
    """All there have been, the oldest first."""
    return [Version(**one) for one in json.loads((HERE / "policy.json").read_text("utf-8"))]


def announced() -> Version:
    """The latest that changed what matters to people."""
    return next(one for one in reversed(versions()) if one.material)


def _fate_of(lifetime: Lifetime) -> str:
    """Of the kinds of records that live so, whatever is somebody's decides; a queue's is over by itself."""
    found = [one for one in holdings.held() if lifetime in one.lifetimes]
    said = {"at-once" if one.at_once else "soon" if one.fate == "erased" else one.fate for one in found}
    return next((one for one in FATES if one in said), "nobodys" if lifetime.subject == "nobody" else "passing")


@lru_cache(maxsize=6)
def _words(folder: str, language: str) -> Mapping[str, Mapping[str, str]]:
    path = HERE / folder / f"{language}.json"
    found: Mapping[str, Mapping[str, str]] = json.loads(path.read_text("utf-8"))
    return found


def _whole(lifetime: Lifetime, unit_ms: int) -> bool:
    return lifetime.length_ms >= unit_ms and lifetime.length_ms % unit_ms == 0
