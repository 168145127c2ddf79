"""What a series of decisions amounts to; no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.runtime.consent import PurposeName


@dataclass(frozen=True)
class Decided:
    """A decision as it was taken: about that purpose, on the text of that version."""

    purpose: PurposeName
    given: bool
    version: int
    at_ms: int


@dataclass(frozen=True)
class Begun:
    """What is handed to whoever was erased and kept nowhere: by it their receipt is found, and seen to be theirs."""

    receipt_id: str
    salt: str
    subject: str
    erased_at_ms: int


@dataclass(frozen=True)
class Handed:
    """So many times the same, on one ground, to recipients of one kind."""

    ground: str
    to: str
    what: str
    times: int


def is_given(history: Sequence[Decided], version: int) -> bool:
    """Whether the last decision agrees, and to the present text: consent to an older one does not carry over."""
    return given_since(history, version) is not None


def given_since(history: Sequence[Decided], version: int) -> int | None:
    """From when on the last decision agrees; None where it does not. A yes says nothing of what was before it."""
    stands = bool(history) and history[-1].given and history[-1].version == version
    return history[-1].at_ms if stands else None


def next_instant(history: Sequence[Decided], now: int) -> int:
    """When a further decision counts as taken: after all before it, also within one millisecond."""
    return max([now, *(one.at_ms + 1 for one in history)])
