"""D3: what a tab sends is the same in whatever order it arrives, by whichever attempts, and whatever its clock says."""

from collections.abc import Sequence

from hypothesis import given, strategies as st

from chalicelib.insights.agreed import put_right
from chalicelib.insights.clocks import EARLY_MS, QUICKEST_MS, REQUEST_MS
from chalicelib.insights.figures import Meeting
from chalicelib.insights.intake import Batch, Bounds, Event, take_in
from chalicelib.insights.intervals import union
from chalicelib.insights.models import Batch as Stored, new_batch
from chalicelib.insights.recording import Recording, fold
from chalicelib.insights.report import write_report

OPENED, BATCH_MS, DAY_MS = 1_790_000_000_000, 30_000, 86_400_000
WAY_MAX_MS = 29_000  # then API Gateway gives up
instants = st.integers(0, BATCH_MS)
talk = st.lists(st.tuples(instants, instants).map(sorted), max_size=4)  # of half a minute
attempts = st.lists(st.tuples(st.integers(0, 10 * BATCH_MS), st.integers(0, WAY_MAX_MS)), min_size=1, max_size=3)
minutes = st.lists(st.tuples(talk, attempts), min_size=1, max_size=5)  # an attempt: sent so late, on its way so long
ways = st.lists(st.integers(0, QUICKEST_MS), min_size=2, max_size=8)
errors = st.integers(-DAY_MS, DAY_MS) | st.integers(-REQUEST_MS - EARLY_MS, REQUEST_MS + EARLY_MS)
PROMPT = (0, 0)

Sent = Sequence[tuple[Sequence[Sequence[int]], tuple[int, int]]]


def stored(sent: Sent, error_ms: int = 0) -> list[Stored]:
    """Batches that touch, of a tab whose clock is wrong by that: each was sent so late, and on its way so long."""
    found = list[Stored]()
    for number, (spans, (late, way)) in enumerate(sent):
        start = OPENED + number * BATCH_MS
        end, shift = start + BATCH_MS, start + error_ms
        now = end + late + way
        events = [Event("talk", shift + a, shift + b) for a, b in spans if a < b]
        batch = Batch(events, end + late + error_ms, (shift, end + error_ms))
        taken = take_in(batch, Bounds((OPENED, now)), now=now)
        assert taken.refused == []
        made = new_batch("room", "ben", "tab", number, taken.recording, person="guest#ben", now=now)
        made.behind_ms = taken.behind_ms
        found.append(made)
    return found


def folded(found: Sequence[Stored]) -> Recording:
    return fold(recording for _, recording in put_right(found))


def report_of(recording: Recording, batches: int) -> list[bytes]:
    span = OPENED, OPENED + batches * BATCH_MS
    return list(write_report(Meeting(span, {"a": (span,)}, ()), [("a", recording)], OPENED))


@given(minutes, st.integers(0, QUICKEST_MS))
def test_with_a_clock_that_is_right_any_attempt_gives_the_same_report(
    sent: list[tuple[list[list[int]], list[tuple[int, int]]]], quick: int
) -> None:
    """D3: to the byte, as if each batch had come at once, where one of them was quick; of each the first counts."""
    tried = [(spans, min(some, key=sum)) for spans, some in sent]
    tried[0] = tried[0][0], (tried[0][1][0], quick)
    prompt = [(spans, PROMPT) for spans, _ in sent]
    assert report_of(folded(stored(tried)), len(sent)) == report_of(folded(stored(prompt)), len(sent))


@given(ways, errors)
def test_what_touches_goes_on_touching_whatever_the_clock_says(took: list[int], error_ms: int) -> None:
    """D3: no gap between two batches, none over another, and all of it as late as the quickest way at most."""
    whole: Sent = [([[0, BATCH_MS]], (0, way)) for way in took]
    found = folded(stored(whole, error_ms))
    [(from_ms, to_ms)] = found.talk
    assert to_ms - from_ms == len(took) * BATCH_MS
    assert found.covered == found.talk
    assert -QUICKEST_MS <= from_ms - OPENED <= min(took) + EARLY_MS


@given(ways, errors, st.data())
def test_neither_order_nor_another_sending_changes_what_a_tab_measured(
    took: list[int], error_ms: int, data: st.DataObject
) -> None:
    """D3: any order is the same; so is any other way of a batch that was not the quickest."""
    whole: Sent = [([[0, BATCH_MS // 2]], (0, way)) for way in took]
    found = stored(whole, error_ms)
    assert folded(data.draw(st.permutations(found))) == folded(found)
    slow = [(spans, (late, max(way, data.draw(st.integers(min(took), QUICKEST_MS))))) for spans, (late, way) in whole]
    at = took.index(min(took))
    slow[at] = whole[at]
    assert folded(stored(slow, error_ms)) == folded(found)


@given(ways, st.integers(REQUEST_MS + QUICKEST_MS + 1, DAY_MS), st.sampled_from([-1, 1]))
def test_a_clock_that_is_set_meanwhile_is_right_before_and_after(took: list[int], error_ms: int, sign: int) -> None:
    """D3: by more than a request may take."""
    whole: Sent = [([[0, BATCH_MS]], (0, way)) for way in took]
    wrong, right = stored(whole, sign * error_ms), stored(whole)
    half = len(took) // 2
    [*spans] = folded([*wrong[:half], *right[half:]]).talk
    late = min(took[:half])
    assert spans[0][0] == OPENED + late
    assert spans[-1][1] == OPENED + len(took) * BATCH_MS


@given(st.integers(QUICKEST_MS + 1, REQUEST_MS), ways)
def test_each_tab_has_its_own_clock(slow_ms: int, took: list[int]) -> None:
    """D3: a phone that is slow beside a laptop that is right: both lie where they were."""
    whole: Sent = [([[0, BATCH_MS]], (0, way)) for way in took]
    right, slow = stored(whole), stored(whole, -slow_ms)
    for one in slow:
        one.entry = one.entry.replace("#tab#", "#phone#")
    assert folded([*right, *slow]).covered == union([*folded(right).covered, *folded(slow).covered])
