"""When clips may be compared and how long they live; no I/O."""

import pytest
from hypothesis import given, strategies as st

from chalicelib.joining.rules import FUTURE_MAX_MS, Span, check_recorded_at
from chalicelib.runtime.errors import Invalid

SPANS = st.tuples(st.integers(0, 30_000), st.integers(1_000, 10_000)).map(lambda one: Span(one[0], one[0] + one[1]))


@pytest.mark.parametrize(
    ("other", "comparable"),
    [
        (Span(2_000, 6_000), True),  # exactly two seconds in common
        (Span(2_001, 6_001), False),
        (Span(0, 4_000), True),
        (Span(1_000, 3_000), True),  # inside
        (Span(-10_000, 2_000), True),
        (Span(-10_000, 1_999), False),
        (Span(4_000, 8_000), False),
        (Span(9_000, 9_500), False),
    ],
)
def test_two_clips_are_compared_if_they_share_two_seconds(other: Span, comparable: bool) -> None:
    """A3: only clips that overlap in time by at least 2 s match."""
    assert Span(0, 4_000).comparable(other) is comparable


@given(one=SPANS, other=SPANS, shift=st.integers(-100_000, 100_000))
def test_overlap_knows_no_order_and_no_epoch(one: Span, other: Span, shift: int) -> None:
    """A6: arrival order does not matter."""
    moved = [Span(span.start_ms + shift, span.end_ms + shift) for span in (one, other)]
    assert one.overlap_ms(other) == other.overlap_ms(one) == moved[0].overlap_ms(moved[1])
    assert one.overlap_ms(other) <= min(span.end_ms - span.start_ms for span in (one, other))


@given(span=SPANS, received=st.integers(0, 60_000))
def test_ten_seconds_from_the_end_or_the_receipt_whichever_is_earlier(span: Span, received: int) -> None:
    """The four lifetimes: 10 s, counted from the end of the recording, or its receipt if that is earlier."""
    deadline = span.deadline(received)
    assert deadline - 10_000 in (span.end_ms, received)
    assert deadline - 10_000 <= span.end_ms
    assert deadline - 10_000 <= received


@pytest.mark.parametrize(("ahead", "honest"), [(0, True), (FUTURE_MAX_MS, True), (FUTURE_MAX_MS + 1, False)])
def test_the_future_is_not_believed(ahead: int, honest: bool) -> None:
    span = Span(0, 4_000 + ahead)
    if honest:
        check_recorded_at(span, 4_000)
    else:
        with pytest.raises(Invalid):
            check_recorded_at(span, 4_000)
