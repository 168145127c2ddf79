"""Another writer of the same item at the same moment: tried again a few times, then said so with Retry-After."""

import secrets
import time
from collections.abc import Callable
from typing import TypeVar

from pynamodb.exceptions import DeleteError, PutError, UpdateError

from chalicelib.runtime.errors import Unavailable

ATTEMPTS = 4
PAUSE_MIN_MS, PAUSE_MAX_MS = 50, 400  # before a transaction's next attempt
T = TypeVar("T")


def patiently(write: Callable[[], T]) -> T:
    """What `write` gives; a transaction over its item, half way through elsewhere, is over soon. Raises Unavailable."""
    for _ in range(ATTEMPTS):
        try:
            return write()
        except (PutError, UpdateError, DeleteError) as error:
            if error.cause_response_code != "TransactionConflictException":
                raise
    raise crowded()


def pause(sleep: Callable[[float], None] = time.sleep) -> None:
    """A key whose second is full takes more in the next; those refused together do not come back together."""
    sleep((PAUSE_MIN_MS + secrets.randbelow(PAUSE_MAX_MS - PAUSE_MIN_MS + 1)) / 1e3)


def crowded() -> Unavailable:
    return Unavailable("This is being changed elsewhere at the same moment.", retry_after_s=1)
