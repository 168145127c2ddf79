"""Envelope encryption: content under a data key of its owner's own, wrapped by a key that never leaves its place.

Deployed, KMS wraps (EARSHOT_KMS_KEY names the key); on one machine the root secret does, which lies in a local file.
Whoever deletes the wrapped key has made all of its content unreadable, in every backup.
"""

import os
from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.runtime.clients import make_client
from chalicelib.runtime.crypto import NONCE, SealingKey
from chalicelib.runtime.errors import Unavailable
from chalicelib.runtime.settings import settings

KEY_BYTES = 32
WRAP = "envelope/wrap"
RETRY_AFTER_S = 5


class Unopenable(ValueError):
    """What was given is not what was sealed: another key, another context, or altered."""


def new_wrapped_key(owner: str) -> bytes:
    """A fresh data key, wrapped; it opens for that owner only. Raises Unavailable where KMS does not answer."""
    if not settings().kms_key:
        return SealingKey.from_secret(settings().secret, WRAP).seal(os.urandom(KEY_BYTES), owner.encode())
    answer = _asked(
        "generate_data_key_without_plaintext", KeyId=settings().kms_key, KeySpec="AES_256", EncryptionContext=_of(owner)
    )
    return bytes(answer["CiphertextBlob"])


def unwrap(wrapped: bytes, owner: str) -> bytes:
    """The data key. Raises Unopenable for another owner's, Unavailable where KMS does not answer."""
    if settings().kms_key:
        return bytes(_asked("decrypt", CiphertextBlob=wrapped, EncryptionContext=_of(owner))["Plaintext"])
    return _unwrap_here(wrapped, owner)


def wrapped_anew(wrapped: bytes, owner: str) -> bytes | None:
    """The same key, wrapped by the newest secret; None where it is so already, or KMS wraps, which keeps its old ones.

    Raises Unopenable.
    """
    newest = SealingKey.from_secret(settings().secret, WRAP)
    if settings().kms_key or wrapped.startswith(newest.key_id):
        return None
    return newest.seal(_unwrap_here(wrapped, owner), owner.encode())


def seal(key: bytes, content: bytes, context: str) -> bytes:
    """Nonce and ciphertext, AES-256-GCM. The context must be given again to open it."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, context.encode())


def open_sealed(key: bytes, sealed: bytes, context: str) -> bytes:
    """The content. Raises Unopenable."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise Unopenable from error


def _unwrap_here(wrapped: bytes, owner: str) -> bytes:
    opened = (SealingKey.from_secret(secret, WRAP).open(wrapped, owner.encode()) for secret in settings().openers)
    key = next((one for one in opened if one is not None), None)
    if key is None:
        raise Unopenable
    return key


def _of(owner: str) -> dict[str, str]:
    return {"owner": owner}


def _asked(operation: str, **wanted: Any) -> Any:
    try:
        return getattr(_client(), operation)(**wanted)
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidCiphertextException":
            raise Unopenable from error
        raise _busy() from error
    except BotoCoreError as error:
        raise _busy() from error


def _busy() -> Unavailable:
    return Unavailable("The key cannot be used right now.", retry_after_s=RETRY_AFTER_S)


@lru_cache(maxsize=1)
def _client() -> Any:
    return make_client("kms")
