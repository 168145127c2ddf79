"""Calls side by side: what does not wait for one another should not take turns."""

import contextvars
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import TypeVar

from chalicelib.runtime import meter

A = TypeVar("A")
T = TypeVar("T")
THREADS = 32


def together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """The results in the order of `calls`. The first exception is raised after all have ended."""
    if len(calls) == 1:
        return [calls[0]()]
    futures = [_pool().submit(contextvars.copy_context().run, call) for call in meter.branches(calls)]
    return [future.result() for future in futures]


def by_some(call: Callable[[A], T], given: Sequence[A], at_once: int) -> list[T]:
    """What `call` makes of each, in their order, so many side by side."""
    some = (given[start : start + at_once] for start in range(0, len(given), at_once))
    return [found for part in some for found in together([partial(call, one) for one in part])]


def chained(call: Callable[[A], Iterable[T]], given: Sequence[A], at_once: int = THREADS) -> Iterator[T]:
    """What `call` lists of each, in their order, so many side by side, and no more than the reader comes to."""
    for start in range(0, len(given), at_once):
        for found in by_some(call, given[start : start + at_once], at_once):
            yield from found


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "side-by-side")
