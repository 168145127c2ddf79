"""What a password may be, and which codes count; no I/O."""

import string
import unicodedata
from collections.abc import Container, Iterable
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

PASSWORD_MIN, PASSWORD_MAX = 12, 1_024  # characters, after and before normalisation
ANY_PASSWORD = Annotated[str, Meta(max_length=PASSWORD_MAX)]
NEW_PASSWORD = Annotated[str, Meta(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX)]
DECORATION_MAX = 8  # characters: "Password2027!!" is decorated, twelve digits around a word are not
VARIETY_MIN = 4  # different characters
TOO_EASY = "too easy to guess: many people use it, or it says who you are"
# where the keys of other keyboards are on the one that zxcvbn knows
_CYRILLIC = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.")
_AZERTY = str.maketrans("azqwm", "qwaz;")
_ONE_SPELLING = str.maketrans("{[<|", "(((!")  # each further letter that a sign stands for doubles zxcvbn's work
_DECORATION = string.digits + string.punctuation + string.whitespace

TOTP_STEP_MS = 30_000  # RFC 6238
TOTP_DRIFT = 1  # steps that a clock may be off, either way
RECOVERY_LENGTH = 10  # characters of base32: 50 bits


def normal_password(text: str) -> str:
    """What is hashed: the same for every keyboard and system that types it (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", text)


def weakness_of(password: str, common: Container[str], about: Iterable[str]) -> str | None:
    """What is wrong with a normalised password: too short, common, or `about` its owner; None for a good one."""
    if len(password) < PASSWORD_MIN:
        return f"at least {PASSWORD_MIN} characters"
    known = {word.lower() for word in about}
    if any(form in common or form in known for form in _forms(password.lower())):
        return TOO_EASY
    if len(set(password.lower())) < VARIETY_MIN or _is_sequence(password):
        return f"at least {VARIETY_MIN} different characters, not one after the other"
    return None


def recovery_form(code: str) -> str:
    """A recovery code as it is compared: people leave out the dash and type small letters."""
    return "".join(one for one in code.upper() if one not in "- ")


def steps_around(now: int) -> list[int]:
    """The time steps whose codes count at `now`, the present one first."""
    present = now // TOTP_STEP_MS
    return sorted(range(present - TOTP_DRIFT, present + TOTP_DRIFT + 1), key=lambda step: abs(step - present))


def _forms(password: str) -> set[str]:
    """The password, without a little decoration, and what either repeats."""
    core = password.strip(_DECORATION)
    plain = {password, core} if len(password) - len(core) <= DECORATION_MAX else {password}
    return (plain | set(map(_unit, plain))) - {""}


def typed_forms(password: str) -> set[str]:
    """In small letters, as typed on this keyboard or another."""
    plain = password.lower().translate(_ONE_SPELLING)
    return {plain, plain.translate(_CYRILLIC), plain.translate(_AZERTY)}


def _is_sequence(password: str) -> bool:
    """Whether each character follows the one before it at the same distance, as in 123456789012 and abcdefghijkl."""
    return len({(ord(after) - ord(before)) % 10 for before, after in pairwise(password)}) == 1


def _unit(text: str) -> str:
    """The shortest text that `text` is a repetition of."""
    return text[: (text + text).find(text, 1)] if text else ""
