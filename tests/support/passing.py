"""Time goes on with the reaper: it comes each minute in which anything is due, and in no other, to do nothing."""

import re

from chalicelib.lifetimes import MINUTE
from chalicelib.runtime import expiry
from chalicelib.runtime.expiry_models import move_cursor
from tests.support.memory import Memory
from tests.support.world import World

_PARTITION = re.compile(r"[^/]+/(\d+)#\d+")


def pass_with_reaper(world: World, memory: Memory, ms: int) -> None:
    """It lets `ms` pass."""
    until_ms = world.now + ms
    while waiting := _waiting(memory):
        first = min(waiting)
        at_ms = max(first + MINUTE, -(-(world.now + 1) // MINUTE) * MINUTE)
        if at_ms > until_ms:
            break
        world.clock.now_ms = at_ms
        for lane in expiry.LANES:
            move_cursor(lane, first, now=at_ms)  # nothing waits before
        expiry.reap(now=at_ms)
    world.clock.now_ms = until_ms


def _waiting(memory: Memory) -> list[int]:
    """The minutes in which anything waits."""
    found = (_PARTITION.fullmatch(row["minute"]["S"]) for row in memory.items("expiries"))
    return [int(one[1]) * MINUTE for one in found if one]
