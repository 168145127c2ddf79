"""What a meeting's title, planned start and analytics id may be; no I/O."""

import re

from chalicelib.lifetimes import DAY, MEETING
from chalicelib.runtime.errors import FieldError, Invalid
from chalicelib.sessions.rules import fault_of, one_line

TITLE_MAX = 120  # characters
ANALYTICS = r"(G-[A-Z0-9]{4,16}|AW-[0-9]{6,16})"  # Google Analytics 4, Google Ads
LATE_MS = DAY  # a start that has just been, where a clock is wrong or a page was open over night


def clean_title(text: str) -> str:
    """One line of at most 120 characters; it may be empty. Raises Invalid."""
    title = one_line(text)
    reason = fault_of(title, TITLE_MAX) if title else None
    if reason is not None:
        raise Invalid(f"A title has {reason}.", errors=[FieldError("title", reason)])
    return title


def check_analytics_id(text: str) -> str:
    """Raises Invalid for what is no id of Google Analytics or Google Ads (C8)."""
    if not re.fullmatch(ANALYTICS, text):
        reason = "an id such as G-ABC123DEF4 or AW-123456789"
        raise Invalid(f"This is not {reason}.", errors=[FieldError("analytics_id", reason)])
    return text


def check_planned_start(at_ms: int, opened_at_ms: int, now: int) -> int:
    """Raises Invalid for a start long past, or when the room is over by then."""
    if not now - LATE_MS <= at_ms < MEETING.deadline(opened_at_ms) - DAY:
        reason = "not in the past, and within 179 days of the opening of the room"
        raise Invalid("A meeting cannot be planned for then.", errors=[FieldError("planned_start_ms", reason)])
    return at_ms
