"""Calls side by side: what does not wait for one another should not take turns."""

import contextvars
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

from chalicelib.runtime import meter

T = TypeVar("T")
THREADS = 32


def together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """The results in the order of `calls`. The first exception is raised after all have ended."""
    if len(calls) == 1:
        return [calls[0]()]
    futures = [_pool().submit(contextvars.copy_context().run, call) for call in meter.branches(calls)]
    return [future.result() for future in futures]


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "side-by-side")
