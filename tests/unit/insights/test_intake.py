"""D2, D3: what of a batch is believed, and on whose clock."""

import pytest
from hypothesis import given, strategies as st

from chalicelib.insights.clocks import EARLY_MS, QUICKEST_MS, REQUEST_MS, errors_of
from chalicelib.insights.intake import REACH_MS, Batch, Bounds, Event, Refused, take_in
from chalicelib.insights.intervals import Span
from chalicelib.insights.recording import Recording

OPENED, NOW = 1_790_000_000_000, 1_790_000_060_000


def taken(
    *events: tuple[str, int, int], sent_at: int | None = None, covers: Span | None = None, heard: bool = True
) -> tuple[Recording, list[Refused]]:
    """With instants counted from the meeting's opening."""
    moved = [Event(kind, OPENED + from_ms, OPENED + to_ms) for kind, from_ms, to_ms in events]
    whole = None if covers is None else (OPENED + covers[0], OPENED + covers[1])
    batch = Batch(moved, None if sent_at is None else OPENED + sent_at, whole, heard)
    found = take_in(batch, Bounds((OPENED, NOW)), now=NOW)
    return found.recording, found.refused


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (("typing", 0, 1_000), "unknown-kind"),
        (("Talk", 0, 1_000), "unknown-kind"),
        (("talk", 1_000, 1_000), "from-not-before-to"),
        (("talk", 2_000, 1_000), "from-not-before-to"),
        (("talk", -20_000, 60_000), "longer-than-the-meeting"),
        (("talk", -5_000, 0), "before-the-meeting"),
        (("webcam", 50_000, 60_000 + EARLY_MS + 1), "in-the-future"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason_and_the_rest_kept(event: tuple[str, int, int], reason: str) -> None:
    """D2: the others of the batch count as if it had not been there."""
    found, refused = taken(("talk", 5_000, 6_000), event, ("attention", 7_000, 8_000))
    assert [(one.at, one.reason) for one in refused] == [(1, reason)]
    assert found == taken(("talk", 5_000, 6_000), ("attention", 7_000, 8_000))[0]
    assert found.talk == ((OPENED + 5_000, OPENED + 6_000),)


def test_what_lies_wholly_before_the_consent_or_after_the_end_is_refused() -> None:
    """D3, D10: said, not silently dropped; what reaches into the time that counts is taken, and cut."""
    bounds, later = Bounds((OPENED, NOW), OPENED + 10_000), NOW + 2 * REQUEST_MS
    spans = [(5_000, 10_000), (5_000, 10_001), (60_000 + REQUEST_MS, 61_000 + REQUEST_MS)]
    found = take_in(Batch([Event("talk", OPENED + a, OPENED + b) for a, b in spans]), bounds, now=later)
    assert [(one.at, one.reason) for one in found.refused] == [(0, "before-the-consent"), (2, "after-the-meeting")]
    assert found.recording.talk == ((OPENED + 10_000, OPENED + 10_001),)
    long_ago = Bounds((NOW - 2 * REACH_MS, NOW))
    found = take_in(Batch([Event("talk", NOW - REACH_MS - 1, NOW - REACH_MS)]), long_ago, now=NOW)
    assert [one.reason for one in found.refused] == ["too-long-ago"]


def test_times_are_put_right_by_the_batchs_own_sending() -> None:
    """D3: an hour fast or slow, the same instants."""
    right, _ = taken(("talk", 5_000, 6_000), covers=(0, 60_000), sent_at=60_000)
    for error in (3_600_000, -3_600_000, EARLY_MS + 1):
        moved = ("talk", 5_000 + error, 6_000 + error)
        assert taken(moved, covers=(error, 60_000 + error), sent_at=60_000 + error) == (right, [])


def test_the_way_of_a_request_is_no_error_of_the_clock() -> None:
    """D3: of a right clock, however long all but one request took; nothing arrives before it was sent."""
    assert errors_of([QUICKEST_MS, REQUEST_MS]) == {QUICKEST_MS: 0, REQUEST_MS: 0}
    assert errors_of([-EARLY_MS, 0]) == {-EARLY_MS: 0, 0: 0}
    assert errors_of([QUICKEST_MS + 1, REQUEST_MS]) == dict.fromkeys((QUICKEST_MS + 1, REQUEST_MS), QUICKEST_MS + 1)
    assert errors_of([-EARLY_MS - 1, 0]) == dict.fromkeys((-EARLY_MS - 1, 0), -EARLY_MS - 1)
    assert errors_of([]) == {}


def test_a_clock_that_is_set_has_one_error_before_and_another_after() -> None:
    """D3: by more than a request may take; so what was sent by it as it was wrong is put right, too."""
    wrong = 3_600_000
    found = errors_of([200, 100, wrong + 300, wrong + 50])
    assert found == {100: 0, 200: 0, wrong + 50: wrong + 50, wrong + 300: wrong + 50}


def test_what_was_measured_is_covered_and_nothing_else() -> None:
    """D3: a gap is missing, not zero; what lies before the meeting or after now does not count."""
    found, _ = taken(("webcam", 10_000, 20_000))
    assert found.covered == found.webcam
    assert taken(covers=(-5_000, 61_000))[0].covered == ((OPENED, NOW),)
    assert taken(("talk", -1_000, 1_000))[0].talk == ((OPENED, OPENED + 1_000),)


def test_talk_that_nobody_could_hear_is_missing_and_not_zero() -> None:
    """D3: a browser without a microphone measured all but that; of when it measured one has to say so."""
    deaf, _ = taken(("webcam", 10_000, 20_000), covers=(0, 60_000), heard=False)
    assert (deaf.covered, deaf.webcam, deaf.heard) == (((OPENED, NOW),), ((OPENED + 10_000, OPENED + 20_000),), ())
    heard, _ = taken(("webcam", 10_000, 20_000), covers=(0, 60_000))
    assert heard.heard == heard.covered
    short, _ = taken(("webcam", 10_000, 20_000), ("talk", 15_000, 30_000))
    assert short.heard == short.talk


def test_what_is_refused_is_missing_and_not_zero() -> None:
    """D3: who talked then, by what is not believed, was not silent; what else was measured then is covered."""
    found, refused = taken(
        ("webcam", 50_000, 55_000), ("talk", 40_000, 60_000 + EARLY_MS + 1), ("mood", 0, 9_000), covers=(0, 60_000)
    )
    assert [one.reason for one in refused] == ["in-the-future", "unknown-kind"]
    assert found.covered == ((OPENED, OPENED + 40_000), (OPENED + 50_000, OPENED + 55_000))


@given(
    st.lists(st.tuples(st.sampled_from(["talk", "webcam", "x"]), st.integers(0, 2**53), st.integers(0, 2**53))),
    st.none() | st.integers(0, 2**53),
)
def test_whatever_is_sent_lies_within_the_meeting(events: list[tuple[str, int, int]], sent_at: int | None) -> None:
    """D3: no input is a fault, and nothing believed lies outside the time from the opening to now."""
    found = take_in(Batch([Event(*one) for one in events], sent_at), Bounds((OPENED, NOW)), now=NOW)
    assert len(found.refused) <= len(events)
    for spans in found.recording.parts:
        assert all(OPENED <= from_ms < to_ms <= NOW for from_ms, to_ms in spans)
