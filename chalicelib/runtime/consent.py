"""Consent as a value: what reads or acts for a purpose takes `Consented[ThatPurpose]`, and only the check makes one.

The type checker refuses a call without it, or with that of another purpose; at run time `subject_for` refuses likewise.
"""

from collections.abc import Callable
from typing import ClassVar, Generic, Literal, TypeVar, final

from chalicelib.runtime.errors import Denied

PurposeName = Literal["news", "improvement", "insights"]


class Purpose:
    """What is done with data beyond what the person came for. Each is a class, so that types tell them apart."""

    name: ClassVar[PurposeName]


@final
class News(Purpose):
    """Product news by mail."""

    name = "news"


@final
class Improvement(Purpose):
    """Aggregates that show how the product is used."""

    name = "improvement"


@final
class Insights(Purpose):
    """Being measured in a meeting."""

    name = "insights"


PURPOSES: tuple[type[Purpose], ...] = (News, Improvement, Insights)
P = TypeVar("P", bound=Purpose)
IsGiven = Callable[[PurposeName, str, int], bool]  # purpose, subject, now
_MINT = object()  # whoever lacks it claims a consent that nobody checked


@final
class Consented(Generic[P]):
    """Someone's consent to P, as it stood when it was checked. Short-lived: made and used within one call."""

    __slots__ = ("_purpose", "_subject")

    def __init__(self, purpose: type[P], subject: str, mint: object) -> None:
        if mint is not _MINT:
            raise RuntimeError("consent is checked, not claimed: runtime.consent.check")
        self._purpose, self._subject = purpose, subject

    def subject_for(self, purpose: type[P]) -> str:
        """Who agreed. Raises RuntimeError where they agreed to something else."""
        if purpose is not self._purpose:
            raise RuntimeError(f"consent to {self._purpose.name} is none to {purpose.name}")
        return self._subject


def check(purpose: type[P], subject: str, *, now: int) -> Consented[P]:
    """Raises Denied where `subject` has not agreed to the purpose, in its present wording, or has withdrawn."""
    if not _is_given(purpose.name, subject, now):
        raise Denied("This needs a consent that was not given.", kind="consent-required")
    return Consented(purpose, subject, _MINT)


def recorded_by(is_given: IsGiven) -> None:
    """Tells where decisions are recorded (app.py)."""
    global _is_given
    _is_given = is_given


def _nowhere(_purpose: PurposeName, _subject: str, _now: int) -> bool:
    return False


_is_given: IsGiven = _nowhere
