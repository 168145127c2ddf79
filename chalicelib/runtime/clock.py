"""The one place that reads the time. Edges call `now()` once and pass the instant on; rules never call it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_read: Callable[[], int] = lambda: time.time_ns() // 1_000_000  # noqa: E731 - replaced as a whole by `reading`


def now() -> int:
    """The current instant in epoch milliseconds."""
    return _read()


@contextmanager
def reading(source: Callable[[], int]) -> Iterator[None]:
    """Lets every edge read `source` (epoch milliseconds) instead of the system's clock."""
    global _read
    before, _read = _read, source
    try:
        yield
    finally:
        _read = before
