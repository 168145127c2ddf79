"""Keys derived from the root secret, and sealing with authenticated encryption."""

import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

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
