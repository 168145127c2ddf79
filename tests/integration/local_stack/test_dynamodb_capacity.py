"""The capacity units that are counted are those that DynamoDB's own engine says it has used, and those it does not say.

On one machine it takes nothing for reading what is not there; AWS takes a unit (Developer Guide, "Capacity unit
consumption"). It knows how large an item was that is deleted; the meter does not, and counts one unit.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.runtime.dynamodb import shared_connection
from chalicelib.runtime.meter import metering
from tests.support.insights import assemble, end, hold, send
from tests.support.world import World

MINUTE = 60_000
SHORT = 0.1  # of what the engine says: deletions of items of more than 1 KiB
on_the_engine = pytest.mark.skipif(
    os.environ.get("EARSHOT_TEST_ENGINE") != "local", reason="make test-dynamodb has the engine"
)


@contextmanager
def told_by_the_engine() -> Iterator[dict[str, float]]:
    """Units by operation."""
    found, events = defaultdict[str, float](float), shared_connection().client.meta.events

    def ask(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def hear(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        told = parsed.get("ConsumedCapacity", [])
        for one in told if isinstance(told, list) else [told]:
            found[model.name] += one["CapacityUnits"]

    events.register("before-parameter-build.dynamodb", ask)
    events.register("after-call.dynamodb", hear)
    try:
        yield found
    finally:
        events.unregister("before-parameter-build.dynamodb", ask)
        events.unregister("after-call.dynamodb", hear)


@on_the_engine
def test_no_less_is_counted_than_the_engine_uses(world: World) -> None:
    """G3: of a meeting that is run, measured and reported, operation by operation."""
    with told_by_the_engine() as told, metering() as meter:
        held = hold(world)
        held.enter(held.organiser, "Ada")
        ben = held.guest("Ben")
        world.clock.advance(10 * MINUTE)
        talk = [("talk", world.now - at, world.now - at + 1_000) for at in range(2_000, 200_000, 2_000)]
        assert send(ben, held.room, 1, *talk, from_ms=world.now - 9 * MINUTE, to_ms=world.now).status == 202
        end(held)
        assemble(held)
    counted = defaultdict[str, float](float)
    for call in meter.calls:
        counted[call.operation] += call.units
    assert told
    assert {name for name, units in told.items() if counted[name] < (1 - SHORT) * units} == set()
