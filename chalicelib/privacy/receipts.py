"""Receipts of erasures: signed, and about nobody unless one knows whom to ask about (F7).

A receipt says when, and how many items of which tables. Its subject is a digest under a salt that was handed to them
alone: with both they can show that it is theirs, without either nobody learns whose it is. Ed25519 (RFC 8032) over the
receipt as JSON with sorted keys and without blanks. The key follows from the stage's root secret, as all others do.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chalicelib.runtime.crypto import base64url_bytes, derive
from chalicelib.runtime.ids import base64url
from chalicelib.runtime.settings import settings

PURPOSE = "receipts/ed25519"
KEY_ID = 8  # bytes of the public key's digest
VERSION = 1


def digest_of(person: str, salt: str) -> str:
    """Whom a receipt is about, as it says."""
    return base64url(hashlib.sha256(f"{salt}\x1f{person}".encode()).digest())


def sign(subject: str, erased_at_ms: int, finished_at_ms: int, counts: Mapping[str, int]) -> dict[str, Any]:
    """The receipt, signed with the newest secret's key."""
    key = _key(settings().secret)
    said = {
        "version": VERSION, "issuer": settings().origin, "subject": subject, "erased_at_ms": erased_at_ms,
        "finished_at_ms": finished_at_ms, "counts": dict(counts), "key_id": key_id(_public(key)),
    }  # fmt: skip
    return {**said, "signature": base64url(key.sign(_canonical(said)))}


def public_keys() -> dict[str, str]:
    """By id, those of every secret that is in use: what older ones have signed stays good."""
    raw = [_public(_key(secret)) for secret in settings().secrets]
    return {key_id(one): base64url(one) for one in raw}


def key_id(public: bytes) -> str:
    return base64url(hashlib.sha256(public).digest()[:KEY_ID])


def is_genuine(receipt: Mapping[str, Any], keys: Mapping[str, str]) -> bool:
    """Whether one of the keys (by id, base64url) has signed exactly this."""
    said = {name: value for name, value in receipt.items() if name != "signature"}
    try:
        raw = base64url_bytes(str(keys.get(str(receipt.get("key_id")), "")))
        signature = base64url_bytes(str(receipt.get("signature", "")))
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, _canonical(said))
    except (InvalidSignature, ValueError):
        return False
    return True


def is_about(receipt: Mapping[str, Any], person: str, salt: str) -> bool:
    return bool(receipt.get("subject") == digest_of(person, salt))


def _key(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derive(secret, PURPOSE))


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _canonical(said: Mapping[str, Any] | Sequence[Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
