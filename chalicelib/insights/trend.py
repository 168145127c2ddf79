"""How the figures of a series of meetings went: each one's own, side by side (D15). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.insights.figures import Measures
from chalicelib.insights.indicators import interruptions_per_hour, overlap_share, silence_share

LEAST, MOST = 3, 12  # meetings: two are a difference; of more the latest
DIGITS = 6  # of a share, as in a report


@dataclass(frozen=True)
class Point:
    """One meeting of a series. Shares lie between 0 and 1; None where there is nothing to tell by."""

    meeting_id: str
    opened_at_ms: int
    length_ms: int
    coverage: float | None
    gini: float | None
    silence_share: float | None
    overlap_share: float | None
    interruptions_per_hour: float | None
    attention: float | None


def point_of(meeting_id: str, measures: Measures) -> Point:
    """What a report says, as one point of a trend."""
    opened_at_ms, ended_at_ms = measures.span
    shares = silence_share(measures), overlap_share(measures), interruptions_per_hour(measures)
    figures = measures.coverage, measures.gini, *shares, measures.attention
    rounded = (None if one is None else round(one, DIGITS) for one in figures)
    return Point(meeting_id, opened_at_ms, ended_at_ms - opened_at_ms, *rounded)


def is_trend(points: Sequence[Point]) -> bool:
    return len(points) >= LEAST


def series_of(title: str) -> str:
    """Meetings of one title are a series, however its letters and blanks are written; so are those without any."""
    return " ".join(title.casefold().split())
