"""Passwords, by argon2id. The library and the list of common ones are loaded when first needed."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.accounts.rules import TOO_EASY, normal_password, typed_forms, weakness_of
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.errors import FieldError, Invalid

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, two passes, one lane
MEMORY_KIB, PASSES, LANES = 19 * 1_024, 2, 1
GUESSES_MIN = 10**9  # ten a minute for two hundred years; a stolen table holds out longer by argon2id's cost
EXAMINED_MAX = 32  # characters: longer ones cost zxcvbn seconds, and are judged by the lists alone
# nobody's: whoever asks for an unknown address waits as long as for a known one
NOBODYS = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${'A' * 22}${'A' * 43}"


def hash_new(text: str, address: Address, *, at: str = "$.password") -> str:
    """Of a password being chosen. Raises Invalid for a weak one, naming the field `at`."""
    password = normal_password(text)
    weakness = weakness_of(password, _common(), _about(address)) or _guessable(password, address)
    if weakness:
        raise Invalid("Choose another password.", errors=[FieldError(at, weakness)])
    return _hasher().hash(password)


def matches(encoded: str | None, text: str) -> bool:
    """Whether `text` is the password; without one to compare the work is the same."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return _hasher().verify(encoded or NOBODYS, normal_password(text))
    except (Argon2Error, InvalidHashError):
        return False


def hash_again(encoded: str, text: str) -> str | None:
    """A new hash where the parameters have risen since `encoded` was made."""
    return _hasher().hash(normal_password(text)) if _hasher().check_needs_rehash(encoded) else None


def _about(address: Address) -> Sequence[str]:
    return (address, *address.split("@"), "earshot")


def _guessable(password: str, address: Address) -> str | None:
    """What zxcvbn finds in few guesses: common words doubled, spelt with digits, dated, rows and columns of keys."""
    from zxcvbn import zxcvbn

    if len(password) > EXAMINED_MAX:
        return None
    words = [*_about(address), *re.findall(r"\w{3,}", address)]
    found = min(zxcvbn(form, user_inputs=words)["guesses"] for form in typed_forms(password))
    return TOO_EASY if found < GUESSES_MIN else None


@lru_cache(maxsize=1)
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """The most common ones and the most common words, as zxcvbn has them: each word is in one of its lists only."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset().union(*(FREQUENCY_LISTS[name] for name in ("passwords", "english_wikipedia", "us_tv_and_film")))
