"""The all-pass keys that scramble a fingerprint's waveform: one a minute, derived, never stored.

Every device filters its sound with the same random-phase all-pass before quantising it, so that two
fingerprints of one room still correlate, while a fingerprint that leaks after its minute cannot be turned
back into sound. The browser derives the same phases (allpass.py). No numpy
here: GET /v1/time hands keys out.
"""

import hmac
from dataclasses import dataclass, field

PERIOD_MS = 60_000
SEED_BYTES = 32
_INFO = b"earshot all-pass key v1 "


@dataclass(frozen=True)
class Key:
    """The all-pass of one minute: valid for samples recorded in [from_ms, to_ms), epoch milliseconds."""

    id: int
    seed: bytes = field(repr=False)
    from_ms: int
    to_ms: int


def key_of_minute(secret: bytes, minute: int) -> Key:
    """HKDF-SHA-256 (RFC 5869, no salt, one block) of the root secret for a minute since the epoch."""
    root = hmac.digest(bytes(SEED_BYTES), secret, "sha256")
    seed = hmac.digest(root, _INFO + str(minute).encode() + b"\x01", "sha256")
    return Key(minute, seed, minute * PERIOD_MS, (minute + 1) * PERIOD_MS)


def keys_at(secret: bytes, now_ms: int) -> tuple[Key, Key]:
    """The keys of this minute and of the next, as handed to devices."""
    minute = now_ms // PERIOD_MS
    return key_of_minute(secret, minute), key_of_minute(secret, minute + 1)


def keys_between(secret: bytes, from_ms: float, to_ms: float) -> tuple[Key, ...]:
    """Every key that a recording over [from_ms, to_ms] needs, oldest first."""
    first, last = int(from_ms // PERIOD_MS), int(to_ms // PERIOD_MS)
    return tuple(key_of_minute(secret, minute) for minute in range(first, last + 1))
