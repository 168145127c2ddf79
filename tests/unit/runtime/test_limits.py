"""Floods are refused exactly: eleven attempts in any ten seconds are one too many (A11)."""

import threading
from collections.abc import Iterator

import pytest

from chalicelib.runtime import limits
from chalicelib.runtime.errors import TooMany
from tests.support.hand_clock import START_MS
from tests.support.memory import Memory, in_memory

ALLOWED, WINDOW_MS = 10, 10_000


@pytest.fixture
def memory() -> Iterator[Memory]:
    with in_memory() as found:
        yield found


def spend(now: int, subject: str = "me") -> bool:
    """Whether the attempt was let through."""
    try:
        limits.spend(subject, allowed=ALLOWED, window_ms=WINDOW_MS, now=now)
    except TooMany:
        return False
    return True


def refused(now: int) -> TooMany:
    with pytest.raises(TooMany) as caught:
        limits.spend("me", allowed=ALLOWED, window_ms=WINDOW_MS, now=now)
    return caught.value


def test_the_eleventh_in_ten_seconds_is_refused(memory: Memory) -> None:
    """A11."""
    assert [spend(START_MS + n * 900) for n in range(11)] == [True] * 10 + [False]


@pytest.mark.parametrize(("after_ms", "allowed"), [(9_999, False), (10_000, True)])
def test_the_window_is_exact_to_the_millisecond(memory: Memory, after_ms: int, allowed: bool) -> None:
    """A11: the first of ten counts for ten seconds and not a millisecond more."""
    for n in range(10):
        spend(START_MS + n)
    assert spend(START_MS + after_ms) is allowed


@pytest.mark.parametrize("gap_ms", [0, 1, 333, 900, 999])
def test_whoever_waits_as_told_gets_through(memory: Memory, gap_ms: int) -> None:
    """A11: Retry-After is true, and no longer than the window."""
    for n in range(10):
        spend(START_MS + n * gap_ms)
    now = START_MS + 9 * gap_ms
    wait_s = refused(now).retry_after_s
    assert wait_s is not None
    assert 1 <= wait_s <= 10
    assert spend(now + wait_s * 1_000)


def test_refused_attempts_do_not_count(memory: Memory) -> None:
    """A11: knocking on all the time does not lengthen the wait."""
    for n in range(10):
        spend(START_MS + n)
    assert not any(spend(START_MS + 100 + n * 9) for n in range(1_000))
    assert spend(START_MS + 10_000)


def test_others_are_not_affected(memory: Memory) -> None:
    """A11: a limit of one session."""
    for _ in range(11):
        spend(START_MS)
    assert spend(START_MS, "somebody else")


def test_however_many_come_at_once_no_eleventh_gets_through(memory: Memory) -> None:
    """A11: threads, released by one barrier."""
    results, barrier = list[bool](), threading.Barrier(24)

    def attempt() -> None:
        barrier.wait()
        results.append(spend(START_MS))

    threads = [threading.Thread(target=attempt) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 24
    assert 1 <= sum(results) <= ALLOWED
    while spend(START_MS):  # those that gave way to others may come again, up to ten in all
        results.append(True)
    assert sum(results) == ALLOWED


def test_whatever_runs_between_two_requests_no_eleventh_gets_through(memory: Memory) -> None:
    """A11: ten attempts, the last two at the same moment, whichever request comes first."""
    for switch in range(4):
        with in_memory() as fresh:
            for _ in range(9):
                spend(START_MS)
            between = list[bool]()
            with fresh.interrupted(switch, lambda: between.append(spend(START_MS))):  # noqa: B023 - called in here
                first = spend(START_MS)
            assert [first, *between, spend(START_MS)].count(True) == 1, switch


def test_nothing_of_the_attempts_can_be_read_after_the_window(memory: Memory) -> None:
    """The four lifetimes: ten seconds after the latest, with the net of the table's sweeper right below."""
    for n in range(3):
        spend(START_MS + n)
    assert limits.attempts.get("me", now=START_MS + 2 + 9_999) is not None
    assert limits.attempts.get("me", now=START_MS + 2 + 10_000) is None
    [row] = memory.items("limits")
    assert 0 <= int(row["expires_at"]["N"]) * 1_000 - (START_MS + 2 + 10_000) < 1_000


def count(now: int, subject: str = "me") -> int | None:
    """None where it was let through, else the seconds to wait."""
    try:
        limits.count(subject, allowed=ALLOWED, window_ms=WINDOW_MS, now=now)
    except TooMany as refused:
        return refused.retry_after_s
    return None


def test_a_fixed_window_costs_one_request_an_attempt(memory: Memory) -> None:
    """C5: counted before any hashing, by one atomic update."""
    assert [count(START_MS) is None for _ in range(12)] == [True] * ALLOWED + [False] * 2
    assert memory.requests == 12


@pytest.mark.parametrize(("after_ms", "wait_s"), [(0, 10), (1, 10), (9_000, 1), (9_999, 1), (10_000, None)])
def test_a_fixed_window_ends_to_the_millisecond(memory: Memory, after_ms: int, wait_s: int | None) -> None:
    """C5: Retry-After is true."""
    for _ in range(ALLOWED):
        count(START_MS)
    assert count(START_MS + after_ms) == wait_s


def test_a_fixed_window_counts_each_subject_by_itself(memory: Memory) -> None:
    for _ in range(ALLOWED + 1):
        count(START_MS)
    assert count(START_MS, "somebody else") is None


def test_a_fixed_window_leaves_nothing_behind(memory: Memory) -> None:
    """The lifetimes: the count ends with its window."""
    count(START_MS + 1)
    [row] = memory.items("limits")
    assert int(row["expires_at_ms"]["N"]) == START_MS + WINDOW_MS
