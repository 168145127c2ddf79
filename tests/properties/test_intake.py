"""D3: a batch is the same whichever attempt at sending it arrives, and however long that takes."""

from collections.abc import Sequence

from hypothesis import given, strategies as st

from chalicelib.insights.figures import Meeting
from chalicelib.insights.intake import LATENCY_MS, REQUEST_MS, Batch, Event, take_in
from chalicelib.insights.recording import Recording, fold
from chalicelib.insights.report import write_report

OPENED, BATCH_MS, HOUR_MS = 1_790_000_000_000, 30_000, 3_600_000
WAY_MAX_MS = 29_000  # then API Gateway gives up
instants = st.integers(0, BATCH_MS)
talk = st.lists(st.tuples(instants, instants).map(sorted), max_size=4)  # of half a minute
attempts = st.lists(st.tuples(st.integers(0, 10 * BATCH_MS), st.integers(0, WAY_MAX_MS)), min_size=1, max_size=3)
minutes = st.lists(st.tuples(talk, attempts), min_size=1, max_size=5)  # an attempt: sent so late, on its way so long
PROMPT = [(0, 0)]

Sent = Sequence[tuple[Sequence[Sequence[int]], Sequence[tuple[int, int]]]]


def stored(sent: Sent, error_ms: int = 0) -> Recording:
    """Of batches that touch, by a clock with that error: the attempt of each that arrives first, as D3 has it."""
    found = list[Recording]()
    for number, (spans, tried) in enumerate(sent):
        start = OPENED + number * BATCH_MS
        at, way = min(tried, key=sum)
        end, shift = start + BATCH_MS, start + error_ms
        events = [Event("talk", shift + a, shift + b) for a, b in spans if a < b]
        batch = Batch(events, end + at + error_ms, (shift, end + error_ms))
        recording, refused = take_in(batch, (OPENED, end + at + way), now=end + at + way)
        assert refused == []
        found.append(recording)
    return fold(found)


def report_of(recording: Recording, batches: int) -> list[bytes]:
    span = OPENED, OPENED + batches * BATCH_MS
    return list(write_report(Meeting(span, {"a": (span,)}, ()), [("a", recording)], OPENED))


@given(minutes)
def test_with_a_clock_that_is_right_any_attempt_gives_the_same_report(sent: Sent) -> None:
    """D3: to the byte, as if each batch had come at once."""
    prompt = [(spans, PROMPT) for spans, _ in sent]
    assert report_of(stored(sent), len(sent)) == report_of(stored(prompt), len(sent))


@given(minutes, st.sampled_from([-HOUR_MS, HOUR_MS, -REQUEST_MS - 1, LATENCY_MS + WAY_MAX_MS + 1]))
def test_a_clock_that_is_wrong_is_put_right_to_the_way_of_a_request(sent: Sent, error_ms: int) -> None:
    """D3: later than it was by as long as the request took, and by no more."""
    for spans, tried in sent:
        _, way = min(tried, key=sum)
        late, right = stored([(spans, tried)], error_ms), stored([(spans, PROMPT)])
        assert late.covered == tuple((a + way, b + way) for a, b in right.covered)
        assert late.talk == tuple((a + way, b + way) for a, b in right.talk)
