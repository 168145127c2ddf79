"""The session as the API shows it."""

import msgspec


class NewSession(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object: nothing is asked."""


class SessionView(msgspec.Struct):
    """`account` is null for everyone until accounts exist."""

    participant_name: str
    account: None
    preferences: dict[str, str]
    expires_at_ms: int
