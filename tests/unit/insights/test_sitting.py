"""D1: which of the time that a room was there was the meeting."""

from hypothesis import given, strategies as st

from chalicelib.insights.intervals import Spans, union
from chalicelib.insights.sitting import sitting
from chalicelib.lifetimes import EMPTY_FOR_MS

HOUR, MINUTE = 3_600_000, 60_000
MONDAY, THURSDAY = 1_000 * HOUR, 1_072 * HOUR
PREPARED = (MONDAY, MONDAY + HOUR // 12)

stays = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6).map(
    lambda pairs: union((from_ms * EMPTY_FOR_MS // 2, to_ms * EMPTY_FOR_MS // 2) for from_ms, to_ms in pairs)
)


def test_whoever_comes_later_does_not_wipe_a_meeting_that_was_held() -> None:
    """D1, D4: two met for forty minutes before the plan; one who stays for longer, or many who come, are no reason."""
    met = (THURSDAY - HOUR, THURSDAY - HOUR + 40 * MINUTE)
    stays, look = (THURSDAY - 5 * MINUTE, THURSDAY + 76 * MINUTE), (THURSDAY - 5 * MINUTE, THURSDAY + 4 * MINUTE)
    assert sitting([(met,), (met,), (stays,)], THURSDAY) == (met[0], stays[1])
    assert sitting([(met,), (met,), *[(look,)] * 9], THURSDAY) == (met[0], look[1])


def test_who_prepares_a_planned_meeting_does_not_begin_it() -> None:
    """D1, D4: on Monday the organiser looked around; on Thursday they met, a little early."""
    ada, ben = ((PREPARED, (THURSDAY - 60_000, THURSDAY + HOUR)), ((THURSDAY, THURSDAY + HOUR + 1),))
    assert sitting([ada, ben], THURSDAY) == (THURSDAY - 60_000, THURSDAY + HOUR + 1)


def test_two_who_rehearse_days_ahead_do_not_begin_it() -> None:
    """D1, D4: on Monday two tried everything for a quarter of an hour; on Thursday four met for less than that each."""
    rehearsal, met = (MONDAY, MONDAY + 15 * MINUTE), (THURSDAY, THURSDAY + 20 * MINUTE)
    assert sitting([(rehearsal, met), (rehearsal,), (met,), (met,), (met,)], THURSDAY) == met


def test_a_break_after_the_planned_start_is_one_of_the_meeting() -> None:
    """D1: however late the reaper notices that it was empty."""
    both = ((THURSDAY, THURSDAY + HOUR), (THURSDAY + HOUR + EMPTY_FOR_MS, THURSDAY + 2 * HOUR))
    assert sitting([both], THURSDAY) == (THURSDAY, THURSDAY + 2 * HOUR)
    assert sitting([both], None) == (THURSDAY, THURSDAY + 2 * HOUR)


def test_a_look_in_after_a_meeting_that_was_held_early_does_not_make_it_another() -> None:
    """D1: whoever has the link can look in; what two were there for is the meeting."""
    early, look = (THURSDAY - HOUR, THURSDAY - HOUR // 3), (THURSDAY - 60_000, THURSDAY - 59_000)
    assert sitting([(early,), (early,), (look,)], THURSDAY) == (early[0], look[1])


def test_where_nobody_came_to_it_what_there_was_is_the_meeting() -> None:
    """D1: and where nobody was ever there, nothing is."""
    assert sitting([(PREPARED,)], THURSDAY) == PREPARED
    assert sitting([(), ()], THURSDAY) is None


@given(st.lists(stays, max_size=4), st.none() | st.integers(0, 20 * EMPTY_FOR_MS))
def test_it_ends_with_the_last_and_begins_with_somebody_after_no_long_break(
    presence: list[Spans], planned_ms: int | None
) -> None:
    """D1: whoever came; what is left out lies before the planned start."""
    found = sitting(presence, planned_ms)
    there = union(span for spans in presence for span in spans)
    if found is None:
        assert there == ()
        return
    begun_ms, left_ms = found
    assert left_ms == there[-1][1]
    assert begun_ms in {from_ms for from_ms, _ in there}
    before = [to_ms for _, to_ms in there if to_ms < begun_ms]
    assert not before or (planned_ms is not None and max(before) < planned_ms)
    assert all(begun_ms - to_ms >= EMPTY_FOR_MS for to_ms in before)
