"""Joining as the API shows it."""

from typing import Literal

import msgspec


class JoinView(msgspec.Struct, omit_defaults=True):
    """`hint` names what a person can change; `retry_after_ms` says when to ask again."""

    join_id: str
    status: Literal["listening", "joined", "inconclusive", "expired"]
    expires_at_ms: int
    room_id: str | None = None
    hint: str | None = None
    retry_after_ms: int | None = None


class KeyView(msgspec.Struct):
    """A key of the fingerprint's all-pass filter, for samples recorded in [from_ms, to_ms)."""

    id: int
    key: str
    from_ms: int
    to_ms: int


class TimeView(msgspec.Struct):
    """The server's clock, and the current and next key."""

    now_ms: int
    keys: list[KeyView]
