"""Keys derived from the root secret, and sealing with authenticated encryption."""

import base64
import binascii
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chalicelib.runtime.ids import base64url

KEY_ID, NONCE = 4, 12  # bytes; NIST SP 800-38D recommends 96-bit nonces


@lru_cache(maxsize=64)
def derive(secret: bytes, purpose: str, length: int = 32) -> bytes:
    """`length` bytes for one purpose; nothing about the secret or other purposes follows from them (RFC 5869)."""
    return HKDF(SHA256(), length, salt=None, info=f"earshot/{purpose}".encode()).derive(secret)


@dataclass(frozen=True)
class SealingKey:
    """AES-256-GCM under an identified key. The context given to `seal` must be given again to `open`."""

    key_id: bytes
    key: bytes

    @classmethod
    def from_secret(cls, secret: bytes, purpose: str) -> "SealingKey":
        return cls(derive(secret, f"{purpose}/id", KEY_ID), derive(secret, f"{purpose}/key"))

    def seal(self, content: bytes, context: bytes) -> bytes:
        """Key id, nonce and ciphertext."""
        nonce = os.urandom(NONCE)
        return self.key_id + nonce + AESGCM(self.key).encrypt(nonce, content, context)

    def open(self, sealed: bytes, context: bytes) -> bytes | None:
        """The content; None for anything that this key did not seal in this context."""
        if sealed[:KEY_ID] != self.key_id:
            return None
        try:
            return AESGCM(self.key).decrypt(sealed[KEY_ID : KEY_ID + NONCE], sealed[KEY_ID + NONCE :], context)
        except (InvalidTag, ValueError):
            return None


def seal_text(secrets: Sequence[bytes], purpose: str, content: bytes, context: bytes) -> str:
    """Sealed as URL-safe text with the newest secret, which comes first."""
    return base64url(SealingKey.from_secret(secrets[0], purpose).seal(content, context))


def is_sealed_with(secret: bytes, purpose: str, text: str) -> bool:
    """Whether it was sealed with that secret, going by the key's id."""
    return base64url_bytes(text)[:KEY_ID] == SealingKey.from_secret(secret, purpose).key_id


def open_text(secrets: Sequence[bytes], purpose: str, text: str, context: bytes) -> bytes | None:
    """The content, whichever of the secrets sealed it; None for all else, so that a change of secret breaks nothing."""
    raw = base64url_bytes(text)
    contents = (SealingKey.from_secret(secret, purpose).open(raw, context) for secret in secrets)
    return next((content for content in contents if content is not None), None)


def base64url_bytes(text: str) -> bytes:
    """What `base64url` made the text of; nothing for any other text, so that one content has one spelling."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
    return raw if base64url(raw) == text else b""  # the decoder passes over foreign characters and spare bits
