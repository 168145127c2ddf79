"""Time goes on with the reaper: it comes each minute in which anything is due, and in no other, to do nothing."""

import re
from collections.abc import Callable
from unittest.mock import patch

from chalicelib.lifetimes import DAY, MINUTE
from chalicelib.runtime import expiry
from chalicelib.runtime.expiry_models import move_cursor
from tests.support.memory import Memory
from tests.support.world import World

_PARTITION = re.compile(r"[^/]+/(\d+)#\d+")
RUNS = 500  # in a minute in which it catches up


def pass_with_reaper(world: World, memory: Memory, ms: int, then: Callable[[], object] = lambda: None) -> None:
    """It lets `ms` pass; `then` is what follows from each of its runs."""
    until_ms = world.now + ms
    while waiting := _waiting(memory, world.now):
        at_ms = max(min(waiting) + MINUTE, -(-(world.now + 1) // MINUTE) * MINUTE)
        if at_ms > until_ms:
            break
        world.clock.now_ms = at_ms
        _reap(memory, at_ms)
        then()
    world.clock.now_ms = until_ms


def _reap(memory: Memory, now: int) -> None:
    """Where it was away for long, as often as it takes; a run looks at few minutes, for in others nothing is."""
    with patch.object(expiry, "MINUTES_A_RUN", 2):
        for _ in range(RUNS):
            first = min(_waiting(memory, now), default=now)
            if first + MINUTE > now:
                break
            for lane in expiry.LANES:
                move_cursor(lane, first, now=now)  # nothing waits before
            expiry.reap(now=now)


def _waiting(memory: Memory, now: int) -> list[int]:
    """The minutes in which anything waits."""
    rows = (row for row in memory.items("expiries") if int(row["expires_at_ms"]["N"]) > now)
    found = (_PARTITION.fullmatch(row["minute"]["S"]) for row in rows)
    return [int(one[1]) * MINUTE for one in found if one]


def ttl(memory: Memory, now: int) -> None:
    """As DynamoDB's own, which deletes what has been over for two days."""
    for table in memory.tables():
        memory.replace(table, [row for row in memory.items(table) if int(row["expires_at_ms"]["N"]) > now - 2 * DAY])
