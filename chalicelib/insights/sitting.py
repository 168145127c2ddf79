"""Which of the time that a room was there was the meeting. Pure."""

from collections.abc import Iterable
from itertools import pairwise

from chalicelib.insights.intervals import Span, Spans, by_depth, common, length, union
from chalicelib.lifetimes import EMPTY_FOR_MS, HOUR

ONE_OCCASION_MS = 2 * HOUR  # of nobody there at most, within a meeting that people came to before its plan


def sitting(presence: Iterable[Spans], planned_start_ms: int | None) -> Span | None:
    """From the first one's coming to the last one's leaving; None where nobody was there for any time.

    A room waits for its planned start, empty or not: who was there before and left it empty for as long as would end
    any other meeting has prepared this one, unless all people together were there longer before than after, or several
    met hardly earlier: whoever comes later cannot make a meeting that was held one that was not, and those who rehearse
    days ahead do not make it begin then.
    """
    people = list(presence)
    there = union(span for spans in people for span in spans)
    if not there:
        return None
    begun_ms, until_ms = there[0][0], there[-1][1]
    for (_, left_ms), (came_ms, _) in pairwise(there):
        if came_ms - left_ms >= EMPTY_FOR_MS and left_ms < (planned_start_ms or 0):
            if came_ms - left_ms <= ONE_OCCASION_MS and _met(people, (begun_ms, left_ms)):
                continue
            before, after = _together(people, (begun_ms, left_ms)), _together(people, (came_ms, until_ms))
            begun_ms = came_ms if before <= after else begun_ms
    return begun_ms, until_ms


def _met(people: Iterable[Spans], span: Span) -> bool:
    """Whether two were there at once, for as long as it takes to look whether anybody is there."""
    _, at_once = by_depth(common(spans, (span,)) for spans in people)
    return length(at_once) >= EMPTY_FOR_MS


def _together(people: Iterable[Spans], span: Span) -> int:
    return sum(length(common(spans, (span,))) for spans in people)
