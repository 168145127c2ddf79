"""What the cookie says and when it has run out; no I/O."""

import json
from dataclasses import dataclass

from chalicelib.lifetimes import MINUTE, SESSION
from chalicelib.runtime.ids import SessionId, is_opaque

RESEAL_AFTER_MS = MINUTE  # the instant of last use in the cookie is at most this old while in use
FORMAT = 1


@dataclass(frozen=True)
class Pass:
    """The cookie's content: an opaque session and when it was last used. Nothing personal, nothing else."""

    session_id: SessionId
    used_at_ms: int

    def valid_at(self, now: int) -> bool:
        """Sliding 30 days, to the millisecond; an instant from the future is not ours."""
        return self.used_at_ms <= now + MINUTE and now < SESSION.deadline(self.used_at_ms)

    def due_at(self, now: int) -> bool:
        """Whether the cookie should be sealed again with a newer instant."""
        return now - self.used_at_ms >= RESEAL_AFTER_MS

    def to_bytes(self) -> bytes:
        return json.dumps([FORMAT, self.session_id, self.used_at_ms], separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Pass | None":
        """None for anything but this format."""
        try:
            version, session_id, used_at_ms = json.loads(content)
        except (ValueError, TypeError):
            return None
        if version != FORMAT or not isinstance(used_at_ms, int) or not isinstance(session_id, str):
            return None
        if not is_opaque(session_id):
            return None
        return cls(SessionId(session_id), used_at_ms)
