"""Digests and seals for what is stored: nobody who reads a table learns an address, a token or a network from it."""

import base64
import binascii
import hashlib

from chalicelib.runtime.crypto import SealingKey, derive
from chalicelib.runtime.settings import settings


def digest(purpose: str, *parts: str) -> str:
    """22 characters that name `parts` for one purpose, the same every time, and tell nothing without the key.

    Made with the oldest secret: what is found by its digest must be found after a change of secret, too.
    """
    key = derive(settings().secrets[-1], f"digest/{purpose}")
    return _text(hashlib.blake2b("\x1f".join(parts).encode(), key=key, digest_size=16).digest())


def seal(purpose: str, content: str) -> str:
    """`content` as only this stage can read it, for that purpose."""
    return _text(_keys(purpose)[0].seal(content.encode(), _context(purpose)))


def unseal(purpose: str, sealed: str) -> str | None:
    """The content; None for anything that `seal` did not make for that purpose and stage."""
    try:
        raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    except (binascii.Error, ValueError):
        return None
    if _text(raw) != sealed:  # one content, one spelling
        return None
    contents = (key.open(raw, _context(purpose)) for key in _keys(purpose))
    return next((content.decode() for content in contents if content is not None), None)


def _keys(purpose: str) -> list[SealingKey]:
    """The newest first: it seals, all of them open."""
    return [SealingKey.from_secret(secret, purpose) for secret in settings().secrets]


def _context(purpose: str) -> bytes:
    return f"{purpose}\x1f{settings().stage}".encode()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
