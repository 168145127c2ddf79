"""What the cookie says and when it has run out, what a name may be, what follows from an age; no I/O."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from chalicelib.lifetimes import MINUTE, SECOND, SESSION
from chalicelib.runtime.errors import FieldError, Invalid
from chalicelib.runtime.ids import SessionId, is_session_id
from chalicelib.sessions.spelling import HELPERS, overflows, shows_nothing, unseen

RESEAL_AFTER_MS = MINUTE  # the instant of last use in the cookie is at most this old while in use
FORMAT = 1
NAME_MAX = 80  # characters
NICKNAME_MAX = 20
ADULT_AT, MINOR_AT = 18, 13  # years; 13 as COPPA has it
BORN_FIRST = 1900
IN_NICKNAMES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No", "So", "Sk"})
DIGITS_MAX = 4  # in a nickname: fewer than any telephone number has

Age = Literal["adult", "minor", "child"]  # child: under 13, with a parent, guardian or teacher
Outcome = Literal["adult", "minor", "guardian_needed"]


@dataclass(frozen=True)
class Pass:
    """The cookie's content: an opaque session and when it was last used. Nothing personal, nothing else."""

    session_id: SessionId
    used_at_ms: int

    def valid_at(self, now: int) -> bool:
        """Sliding 30 days, to the millisecond; an instant from the future is not ours."""
        return self.used_at_ms <= now + MINUTE and now < SESSION.deadline(self.used_at_ms)

    def due_at(self, now: int) -> bool:
        """Whether the cookie should be sealed again with a newer instant."""
        return now - self.used_at_ms >= RESEAL_AFTER_MS

    def to_bytes(self) -> bytes:
        return json.dumps([FORMAT, self.session_id, self.used_at_ms], separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Pass | None":
        """None for anything but this format."""
        try:
            version, session_id, used_at_ms = json.loads(content)
        except (ValueError, TypeError):
            return None
        if version != FORMAT or not isinstance(used_at_ms, int) or not isinstance(session_id, str):
            return None
        if not is_session_id(session_id):
            return None
        return cls(SessionId(session_id), used_at_ms)


def clean_name(text: str) -> str:
    """A participant's name: 1 to 80 characters of any script. Raises Invalid."""
    name = one_line(text)
    reason = fault_of(name, NAME_MAX)
    if reason is not None:
        raise _bad_name(reason)
    return name


def one_line(text: str) -> str:
    """`text` in one spelling, every stretch of white space as one blank."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fault_of(line: str, longest: int) -> str | None:
    """What keeps a line from being shown to others; None where nothing does."""
    if not 1 <= len(line) <= longest:
        return f"1 to {longest} characters"
    if unseen(line):
        return "no control or invisible characters"
    if overflows(line):
        return "no more than 8 marks upon a letter"
    return "something to see" if shows_nothing(line) else None


def clean_nickname(text: str) -> str:
    """A child's name: one short word, so that it is not a full name (C7). Raises Invalid."""
    name = clean_name(text)
    seen = unicodedata.normalize("NFKC", name)
    if len(seen) > NICKNAME_MAX or len(name) > NICKNAME_MAX or not _is_a_word(seen) or _digits(seen) > DIGITS_MAX:
        raise _bad_name(f"a nickname: one word of at most {NICKNAME_MAX} characters, no address and no number")
    return name


def outcome_of(birth_month: int, birth_year: int, now: int) -> Outcome:
    """What follows from month and year of birth; in the month of a birthday the person counts as younger.

    Raises Invalid for months that have not been.
    """
    today = datetime.fromtimestamp(now / SECOND, UTC)
    months = (today.year - birth_year) * 12 + today.month - birth_month
    if not 1 <= birth_month <= 12 or birth_year < BORN_FIRST or months < 0:
        raise Invalid("This is no month of birth.", errors=[FieldError("birth_year", "not a month that has been")])
    if months <= MINOR_AT * 12:
        return "guardian_needed"
    return "minor" if months <= ADULT_AT * 12 else "adult"


def _is_a_word(text: str) -> bool:
    """Letters and their marks, digits, pictures; whatever else it looks like (＠, ․, ‐) may make an address of it."""
    return all(unicodedata.category(one) in IN_NICKNAMES or one in HELPERS for one in text)


def _digits(text: str) -> int:
    """In any script: 一 and ① count, too."""
    return sum(unicodedata.numeric(one, None) is not None for one in text)


def _bad_name(reason: str) -> Invalid:
    return Invalid(f"A name has {reason}.", errors=[FieldError("participant_name", reason)])
