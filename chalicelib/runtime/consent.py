"""Consent as a value: what reads or acts for a purpose takes `Consented[ThatPurpose]`, and only the check makes one.

The type checker refuses a call without it, or with that of another purpose; at run time `subject_for` refuses likewise.
"""

from collections.abc import Callable
from typing import ClassVar, Generic, Literal, TypeVar, final

from chalicelib.runtime.errors import Denied

PurposeName = Literal["news", "reports", "insights", "improvement", "beacons"]


class Purpose:
    """What is done with data beyond what the person came for. Each is a class, so that types tell them apart."""

    name: ClassVar[PurposeName]


@final
class News(Purpose):
    """Product news by mail."""

    name = "news"


@final
class Reports(Purpose):
    """A mail when a meeting's report is ready."""

    name = "reports"


@final
class Insights(Purpose):
    """Being measured in a meeting."""

    name = "insights"


@final
class Improvement(Purpose):
    """Aggregates that show how the product is used."""

    name = "improvement"


@final
class Beacons(Purpose):
    """A picture in a mail that tells when it was opened. There is none in any mail yet."""

    name = "beacons"


PURPOSES: tuple[type[Purpose], ...] = (News, Reports, Insights, Improvement, Beacons)
P = TypeVar("P", bound=Purpose)
GivenSince = Callable[[PurposeName, str, int], int | None]  # purpose, subject, now
_MINT = object()  # whoever lacks it claims a consent that nobody checked


@final
class Consented(Generic[P]):
    """Someone's consent to P, as it stood when it was checked. Short-lived: made and used within one call."""

    __slots__ = ("_purpose", "_subject", "since_ms")

    def __init__(self, purpose: type[P], subject: str, since_ms: int, mint: object) -> None:
        if mint is not _MINT:
            raise RuntimeError("consent is checked, not claimed: runtime.consent.check")
        self._purpose, self._subject = purpose, subject
        self.since_ms = since_ms  # what was before it they have not agreed to, or have withdrawn

    def subject_for(self, purpose: type[P]) -> str:
        """Who agreed. Raises RuntimeError where they agreed to something else."""
        if purpose is not self._purpose:
            raise RuntimeError(f"consent to {self._purpose.name} is none to {purpose.name}")
        return self._subject


def check(purpose: type[P], subject: str, *, now: int) -> Consented[P]:
    """Raises Denied where `subject` has not agreed to the purpose, in its present wording, or has withdrawn."""
    found = find(purpose, subject, now=now)
    if found is None:
        raise Denied("This needs a consent that was not given.", kind="consent-required")
    return found


def find(purpose: type[P], subject: str, *, now: int) -> Consented[P] | None:
    """As `check`; None where they have not agreed: for what is left out then."""
    since_ms = _given_since(purpose.name, subject, now)
    return None if since_ms is None else Consented(purpose, subject, since_ms, _MINT)


def recorded_by(given_since: GivenSince) -> None:
    """Tells where decisions are recorded (wiring.py)."""
    global _given_since
    _given_since = given_since


def _nowhere(_purpose: PurposeName, _subject: str, _now: int) -> int | None:
    return None


_given_since: GivenSince = _nowhere
