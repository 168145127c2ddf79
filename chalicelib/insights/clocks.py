"""How wrong a tab's clock is, by all that it sent: one error for all of it, so that what touches goes on touching (D3).

What a batch's receipt is after its sending, by the sender's clock, is that clock's error and the way of the request,
which cannot be told apart in one. In several the quickest way is hardly any, so the least of them is the error; of
little it is taken for no error, but for the way. Whichever attempt at sending a batch arrives, a right clock is right.

least of received − sent   −EARLY_MS        0         QUICKEST_MS
taken for                  error  | rounding | a slow line |  error

A clock that is set by more than a request may take has one error before it and another after it. Pure.
"""

from collections.abc import Iterable

EARLY_MS = 2_000  # so far two clocks that are right may be apart
QUICKEST_MS = 5_000  # of the requests of one tab the quickest takes so long at most
REQUEST_MS = 30_000  # a request takes so long at most: API Gateway gives up after 29 s, our browsers after 30


def errors_of(behind_ms: Iterable[int]) -> dict[int, int]:
    """For each of a tab's `received − sent`, what must be added to the times that came with it."""
    found = dict[int, int]()
    least: int | None = None
    for one in sorted(set(behind_ms)):
        if least is None or one > least + REQUEST_MS:
            least = one
        found[one] = 0 if -EARLY_MS <= least <= QUICKEST_MS else least
    return found
