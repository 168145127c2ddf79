"""Digests and seals for what is stored: nobody who reads a table learns an address, a token or a network from it."""

import hashlib

from chalicelib.runtime.crypto import derive, is_sealed_with, open_text, seal_text
from chalicelib.runtime.ids import base64url
from chalicelib.runtime.settings import settings


def digest(purpose: str, *parts: str) -> str:
    """22 characters that name `parts` for one purpose, the same every time, and tell nothing without the key.

    Made with the oldest secret: what is found by its digest must be found after a change of secret, too.
    """
    key = derive(settings().secrets[-1], f"digest/{purpose}")
    return base64url(hashlib.blake2b("\x1f".join(parts).encode(), key=key, digest_size=16).digest())


def seal(purpose: str, content: str) -> str:
    """`content` as only this stage can read it, for that purpose."""
    return seal_text(settings().secrets, purpose, content.encode(), _context(purpose))


def unseal(purpose: str, sealed: str) -> str | None:
    """The content; None for anything that `seal` did not make for that purpose and stage."""
    content = open_text(settings().openers, purpose, sealed, _context(purpose))
    return None if content is None else content.decode()


def sealed_anew(purpose: str, sealed: str | None) -> str | None:
    """The same content under the newest secret; None where it is so already, or there is nothing to seal."""
    if not sealed or is_sealed_with(settings().secret, purpose, sealed):
        return None
    content = unseal(purpose, sealed)
    return None if content is None else seal(purpose, content)


def _context(purpose: str) -> bytes:
    return f"{purpose}\x1f{settings().stage}".encode()
