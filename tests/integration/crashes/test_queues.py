"""Each queue's handler, killed after each of its writes: the message comes again, and nothing is missing (A4)."""

import json
from collections.abc import Callable

import pytest

from chalicelib.joining import census, company, crowd, service
from chalicelib.rooms import connections, push
from chalicelib.rooms.messages import RoomChanged
from chalicelib.runtime import expiry
from chalicelib.runtime.ids import ConnectionId, RoomId, opaque
from infra.local.chalice_app import handlers_of
from tests.support.crashing import converges, one_thread
from tests.support.sounds import listen
from tests.support.world import World

BOUND = 2  # clips that make a crowd
A1, A2, B1 = "room-a-seat-1", "room-a-seat-2", "room-b-seat-1"


def clips(world: World) -> None:
    """Two of them, over."""
    for seat in (A1, B1):
        listen(world.member(), seat, heard_until_ms=world.now)
    world.clock.advance(10_000)


def crowded(world: World) -> None:
    """People of two rooms on a crowded network, whose round is due."""
    for seat in (A1, A2, B1, A1, A2):
        listen(world.member(), seat, heard_until_ms=world.now)
    world.clock.advance(crowd.ROUND_DELAY_S * 1_000)


def large_room(world: World) -> None:
    """Told in parts; a few of its tabs are gone."""
    room, names = RoomId(opaque()), [ConnectionId(f"tab-{number}") for number in range(push.CHUNK + 5)]
    rows = [connections.row(of, one, "s", "p", world.now) for one in names for of in _audiences(room, one)]
    for row in rows:
        row.rooms = {room}
    connections.connections.put_many(rows)
    world.pushes.gone.update(names[-60:])
    push.to_room(room, RoomChanged(room, 7, world.now), now=world.now)


def _audiences(room: RoomId, tab: ConnectionId) -> tuple[str, str]:
    return connections.of_room(room), connections.SELF + tab


# by queue: what leads to its messages. A new one needs a scene here
SCENES: dict[str, Callable[[World], None]] = {
    service.EXPIRY_QUEUE: clips,
    crowd.QUEUE: crowded,
    push.QUEUE: large_room,
}


def test_every_queue_has_a_scene(world: World) -> None:
    """Whoever adds one shows that its handler survives a crash."""
    assert {f"earshot-local-{one}" for one in SCENES} == {one.queue for one in handlers_of(world.app).queues}


def test_nothing_else_is_called_but_by_schedule_queue_and_workflow(world: World) -> None:
    """The schedules are the reaper's (test_reaper.py)."""
    found = handlers_of(world.app)
    assert {one.name.rstrip("_0123") for one in found.schedules} == {"reap", "reap_tabs"}
    assert (len(found.schedules), found.streams, found.unknown) == (1 + len(expiry.TABS), (), ())


@pytest.mark.parametrize("queue", sorted(SCENES))
def test_a_message_that_comes_again_finishes_what_was_killed(
    world: World, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exhaustively, after each write of its handling."""
    for module in (census, company):
        monkeypatch.setattr(module, "BOUND", BOUND)
    with one_thread() as memory:
        SCENES[queue](world)
        bodies = taken(world, queue)
        assert bodies

        def again() -> None:
            world.deliver(queue, *bodies)
            while more := taken(world, queue):
                world.deliver(queue, *more)

        assert converges(world, memory, lambda: world.deliver(queue, *bodies), again) > 1


def taken(world: World, queue: str) -> list[str]:
    """What waits on it; it does not wait any more."""
    found = [json.dumps(one.body) for one in world.aws.messages() if one.queue == f"earshot-local-{queue}"]
    world.aws.forget(queue)
    return found
