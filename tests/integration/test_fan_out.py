"""A room of a thousand: everyone is told once, by invocations of which none nears its limit (issue 5, live channel)."""

import json
import threading
from collections import Counter

import pytest

from chalicelib.rooms import connections, push
from chalicelib.rooms.messages import RoomChanged
from chalicelib.runtime import live
from chalicelib.runtime.ids import ConnectionId, RoomId, opaque
from chalicelib.runtime.queues import BATCH_MAX
from tests.support.pushes import Pushes
from tests.support.world import World

THOUSAND = 1_000
PATIENCE_S = 20.0  # for a failing test only


def crowd(world: World, size: int) -> tuple[RoomId, list[str]]:
    """A room that so many connections follow."""
    room, names = RoomId(opaque()), [f"tab-{number}" for number in range(size)]
    rows = [connections.row(connections.of_room(room), ConnectionId(one), "s", "p", world.now) for one in names]
    own = [connections.row(connections.SELF + one, ConnectionId(one), "s", "p", world.now) for one in names]
    for one in own:
        one.rooms = {room}
    connections.connections.put_many([*rows, *own])
    return room, names


def tell(world: World, room: RoomId) -> None:
    push.to_room(room, RoomChanged(room, 7, world.now), now=world.now)


def test_a_thousand_are_told_once_by_invocations_of_a_hundred(world: World) -> None:
    """None lost, none doubled; counted per invocation."""
    room, names = crowd(world, THOUSAND)
    sent = list[int]()

    tell(world, room)
    sent.append(len(world.pushes.sent))
    for message in world.aws.messages():
        before = len(world.pushes.sent)
        world.deliver("push", json.dumps(message.body))
        sent.append(len(world.pushes.sent) - before)

    assert sent == [push.CHUNK] * (THOUSAND // push.CHUNK)
    assert Counter(receiver for receiver, _ in world.pushes.sent) == Counter(names)
    assert {message["sequence"] for _, message in world.pushes.sent} == {7}


@pytest.mark.parametrize(("size", "queued"), [(1, 0), (push.CHUNK, 0), (push.CHUNK + 1, 1), (2 * push.CHUNK + 1, 2)])
def test_a_room_that_one_invocation_can_tell_needs_no_queue(world: World, size: int, queued: int) -> None:
    """A push is at once where it can be."""
    room, _ = crowd(world, size)
    tell(world, room)
    assert len(world.aws.messages()) == queued
    assert len(world.pushes.sent) == min(size, push.CHUNK)


def test_more_chunks_than_one_request_takes_are_all_queued(world: World) -> None:
    """SQS takes ten messages a request."""
    room, names = crowd(world, (BATCH_MAX + 2) * push.CHUNK)
    tell(world, room)
    waiting = [one for message in world.aws.messages() for one in message.body["to"]]
    assert sorted(waiting + [receiver for receiver, _ in world.pushes.sent]) == sorted(names)


def test_the_gone_are_taken_out_of_every_chunk(world: World) -> None:
    """`410` prunes without a loss to the rest."""
    room, names = crowd(world, 3 * push.CHUNK)
    world.pushes.gone |= set(names[::7])
    tell(world, room)
    for message in world.aws.messages():
        world.deliver("push", json.dumps(message.body))
    assert {receiver for receiver, _ in world.pushes.sent} == set(names) - set(names[::7])
    assert set(connections.audience_ids(connections.of_room(room), now=world.now)) == set(names) - set(names[::7])


class Slow(Pushes):
    """Answers for some connections only when all others have been served."""

    def __init__(self, slow: set[str], others: int) -> None:
        super().__init__()
        self._slow, self._others, self._served = slow, others, threading.Semaphore(0)

    def post_to_connection(self, ConnectionId: str, Data: bytes) -> None:  # noqa: N803 - the client's own names
        if ConnectionId in self._slow:
            for _ in range(self._others):
                assert self._served.acquire(timeout=PATIENCE_S), "a slow connection held up another"
            for _ in range(self._others):
                self._served.release()
        super().post_to_connection(ConnectionId, Data)
        if ConnectionId not in self._slow:
            self._served.release()


def test_slow_connections_do_not_hold_up_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them waits until everybody else has been told."""
    names = [ConnectionId(f"tab-{number}") for number in range(push.CHUNK)]
    slow = Slow({names[0]}, push.CHUNK - 1)
    monkeypatch.setattr(live, "_client", lambda _: slow)
    assert live.send(names, {"type": "x"}) == []
    assert {receiver for receiver, _ in slow.sent} == set(names)
    assert slow.sent[-1][0] == names[0]
