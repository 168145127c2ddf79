"""A planned meeting as a calendar file (RFC 5545). Pure."""

from datetime import UTC, datetime

from chalicelib.lifetimes import HOUR, MINUTE, SECOND

LINE_MAX = 75  # octets of a content line without its break, RFC 5545 3.1
PRODUCT = "-//Earshot//Meetings//EN"


def calendar_file(uid: str, title: str, link: str, starts_at_ms: int, now: int) -> str:
    """One event, an hour long in the calendar: how long people meet is theirs.

    Calendars take the later of two files for the valid one by SEQUENCE (RFC 5545 3.8.7.4), which is the minute it was
    asked for.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "BEGIN:VEVENT",
        f"UID:{escaped(uid)}",
        f"DTSTAMP:{instant(now)}",
        f"DTSTART:{instant(starts_at_ms)}",
        f"DTEND:{instant(starts_at_ms + HOUR)}",
        f"SEQUENCE:{now // MINUTE}",
        f"SUMMARY:{escaped(title)}",
        f"LOCATION:{escaped(link)}",
        f"URL:{link}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def instant(at_ms: int) -> str:
    """DATE-TIME in UTC, RFC 5545 3.3.5 form 2."""
    return datetime.fromtimestamp(at_ms // SECOND, UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """TEXT, RFC 5545 3.3.11."""
    for special in ("\\", ";", ","):
        text = text.replace(special, f"\\{special}")
    return text.replace("\n", "\\n")


def folded(line: str) -> str:
    """Broken into lines of at most 75 octets, each further one after a blank, and never within a character."""
    parts, part = list[str](), ""
    for one in line:
        if len((part + one).encode()) > LINE_MAX:
            parts.append(part)
            part = " "
        part += one
    return "\r\n".join([*parts, part])
