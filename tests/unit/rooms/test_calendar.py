"""The calendar file is valid RFC 5545 and says what it was given (B12)."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, strategies as st
from icalendar import Calendar

from chalicelib.rooms.calendar import LINE_MAX, calendar_file, escaped, folded, instant

NOW, START = 1_700_000_000_123, 1_700_086_400_999
LINK = "https://earshot.example/rooms/" + "A" * 22
TITLES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=120)


@given(title=TITLES)
def test_any_title_is_read_back_as_it_was(title: str) -> None:
    """B12: .ics validates, whatever script, comma, semicolon or backslash is in the title."""
    made = calendar_file("A" * 22, title, LINK, START, NOW)
    read = Calendar.from_ical(made)
    event: Any
    [event] = read.walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["LOCATION"]), str(event["URL"])) == (title, LINK, LINK)
    assert (str(event["UID"]), str(read["VERSION"]), "METHOD" in read) == ("A" * 22, "2.0", False)
    assert event["DTSTART"].dt == datetime.fromtimestamp(START // 1_000, UTC)
    assert event["DTSTAMP"].dt == datetime.fromtimestamp(NOW // 1_000, UTC)
    assert event["DTEND"].dt == datetime.fromtimestamp(START // 1_000 + 3_600, UTC)
    assert not event.errors


def test_a_later_file_takes_the_place_of_an_earlier_one() -> None:
    """B12, RFC 5545 3.8.7.4: by a sequence that goes up and fits 32 bits, as the moment it was asked for does."""
    found: Any = [Calendar.from_ical(calendar_file("A" * 22, "Tea", LINK, START, at)) for at in (NOW, NOW + 60_000)]
    first, second = (int(one.walk("VEVENT")[0]["SEQUENCE"]) for one in found)
    assert 0 < first < second < 2**31


@given(title=TITLES)
def test_every_line_ends_in_crlf_and_has_at_most_75_octets(title: str) -> None:
    """RFC 5545 3.1; nothing but CRLF breaks a line, and no character is cut."""
    made = calendar_file("A" * 22, title, LINK, START, NOW)
    assert made.endswith("\r\n")
    lines = made.encode().split(b"\r\n")[:-1]
    assert all(0 < len(line) <= LINE_MAX and b"\r" not in line and b"\n" not in line for line in lines)
    assert [line.decode() for line in lines]


def test_a_line_of_75_octets_is_not_folded() -> None:
    """RFC 5545 3.1: the bound itself."""
    assert folded("x" * 75) == "x" * 75
    assert folded("x" * 76) == "x" * 75 + "\r\n x"
    assert folded("é" * 38) == "é" * 37 + "\r\n é"


def test_special_characters_are_escaped_once() -> None:
    """RFC 5545 3.3.11."""
    assert escaped("a\\b;c,d\ne") == "a\\\\b\\;c\\,d\\ne"


def test_instants_are_in_utc() -> None:
    """RFC 5545 3.3.5."""
    assert instant(0) == "19700101T000000Z"
