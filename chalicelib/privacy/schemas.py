"""Consents as the API shows them."""

import msgspec
from msgspec import UNSET, UnsetType, structs

from chalicelib.lifetimes import Subject
from chalicelib.runtime.consent import PurposeName


class Choices(msgspec.Struct, forbid_unknown_fields=True):
    """Yes or no by purpose; what is not named stays as it is."""

    news: bool | UnsetType = UNSET
    improvement: bool | UnsetType = UNSET
    insights: bool | UnsetType = UNSET

    def made(self) -> dict[PurposeName, bool]:
        """Those that were named."""
        return {purpose: given for purpose, given in structs.asdict(self).items() if given is not UNSET}  # type: ignore[misc]  # asdict names fields by any text


class DecisionView(msgspec.Struct):
    at_ms: int
    given: bool
    version: int


class ConsentView(msgspec.Struct):
    """One purpose: the text in force, whether it is agreed to, and everything decided so far, the oldest first."""

    purpose: PurposeName
    version: int
    text: str
    given: bool
    history: list[DecisionView]


class ConsentsView(msgspec.Struct):
    consents: list[ConsentView]


class KeptView(msgspec.Struct):
    """A kind of datum: `length_ms` after `counted_from` nobody can read it. `subject`: whose it is."""

    kind: str
    name: str
    purpose: str
    subject: Subject
    length_ms: int
    counted_from: str


class RetentionView(msgspec.Struct):
    """The promise as of `version`, in force since `date`."""

    version: int
    date: str
    kept: list[KeptView]
