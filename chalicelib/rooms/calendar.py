"""A planned meeting as a calendar file (RFC 5545). Pure."""

from datetime import UTC, datetime

from chalicelib.lifetimes import SECOND

LINE_MAX = 75  # octets of a content line without its break, RFC 5545 3.1
PRODUCT = "-//Earshot//Meetings//EN"


def calendar_file(uid: str, title: str, link: str, starts_at_ms: int, now: int) -> str:
    """One event. It has a start and no end: how long people meet is theirs."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "BEGIN:VEVENT",
        f"UID:{escaped(uid)}",
        f"DTSTAMP:{instant(now)}",
        f"DTSTART:{instant(starts_at_ms)}",
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
