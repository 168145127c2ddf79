"""The whole application on a clock moved by hand: events in order, queues with their delays, everything counted.

DynamoDB is the dictionary of tests/support/memory.py under PynamoDB (moto would take hours), so there is no network
and no time passes inside a handler. Requests take turns over many simulated processes, each with what it remembers
of the census by itself.
"""

from tests.support import environment  # isort: skip - the application reads it while it is imported

import heapq
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np

from chalicelib.joining import census, doubt, grouping
from chalicelib.rooms import merging, push
from chalicelib.runtime import clock, parallel, queues
from chalicelib.runtime.meter import Call, Meter, metering
from infra.local.chalice_app import handlers_of
from infra.local.events import LambdaContext, queue_record
from tests.support.hand_clock import START_MS, HandClock
from tests.support.memory import Memory, in_memory
from tests.support.pushes import Pushes, recorded_pushes
from tests.support.scenes import OneAfterAnother

SECOND = 1_000
PROCESSES = 200  # of the function that answers requests
APART = "sessions", "limits"  # tables that are not counted: the session read and the limiter
assert environment.ENVIRONMENT

Process = dict[str, int]  # what chalicelib.joining.census remembers


@dataclass
class Count:
    """What one event asked of DynamoDB; announcing a match is counted apart, deletion and `APART` not at all."""

    own: Meter
    announcement: Meter


_announced: list[Call] = []


def count(meter: Meter) -> Count:
    """What the meter saw, sorted; to be called once after each event."""
    told = {id(call) for call in _announced}
    kept = [call for call in meter.calls if call.table not in APART]
    _announced.clear()
    own, others = (Meter([call for call in kept if (id(call) in told) is apart]) for apart in (False, True))
    return Count(own, others)


@contextmanager
def announcements_apart() -> Iterator[None]:
    """Calls made once seats are taken, to leave nobody behind and to tell people, are remembered as such; as are those
    of the two cases that go beyond one comparison: people are asked in doubt, and several meetings were heard.
    """

    def counted(tell: Callable[..., Any]) -> Callable[..., Any]:
        def tell_counted(*arguments: Any, **named: Any) -> Any:
            with metering() as meter:
                told = tell(*arguments, **named)
            _announced.extend(meter.calls)
            return told

        return tell_counted

    apart = ((grouping, "receive"), (merging, "welcome"), (push, "to_session"), (push, "merged"))
    beyond = ((doubt, "settle"), (grouping, "_settle"))
    with ExitStack() as stack:
        for module, name in apart + beyond:
            stack.enter_context(patch.object(module, name, counted(getattr(module, name))))
        yield


@dataclass
class Ledger:
    """Units by kind of event; and by second, table and partition, reads and writes apart."""

    units: dict[str, float] = field(default_factory=lambda: defaultdict(float))  # halves of units are possible
    events: Counter[str] = field(default_factory=Counter)
    partitions: dict[tuple[int, str, str, bool], float] = field(default_factory=lambda: defaultdict(float))

    def add(self, kind: str, counted: Count, meter: Meter, at_ms: int) -> None:
        self.events[kind] += 1
        self.units[kind] += counted.own.units
        self.units["announcement"] += counted.announcement.units
        for call in meter.calls:
            self.partitions[at_ms // SECOND, call.table, call.partition, call.write] += call.units

    def busiest(self, *, write: bool) -> tuple[float, str]:
        """Units of the partition key most asked for within a second, and its table."""
        found = [(units, table) for (_, table, _, wrote), units in self.partitions.items() if wrote == write]
        return max(found, default=(0.0, ""))


@dataclass
class Simulation:
    app: Any
    hands: HandClock
    memory: Memory
    pushes: Pushes
    ledger: Ledger = field(default_factory=Ledger)
    pushed: Callable[[str, dict[str, Any]], None] = lambda *_: None
    sampled: dict[str, int] = field(default_factory=dict)  # of that kind of message one in so many is delivered
    _events: list[tuple[int, int, str, Callable[[], object]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)
    _processes: list[Process] = field(default_factory=lambda: [{} for _ in range(PROCESSES)])
    _rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    @property
    def now(self) -> int:
        return self.hands.now_ms

    def at(self, at_ms: float, kind: str, act: Callable[[], object]) -> None:
        heapq.heappush(self._events, (max(self.now, round(at_ms)), next(self._order), kind, act))

    def run(self) -> None:
        """Until nothing is left to happen."""
        while self._events:
            self.hands.now_ms, _, kind, act = heapq.heappop(self._events)
            self._happen(kind, act)

    def _happen(self, kind: str, act: Callable[[], object]) -> None:
        census._crowded_until = self._processes[self._rng.integers(PROCESSES)]
        with metering() as meter:
            act()
        self.ledger.add(kind, count(meter), meter, self.now)
        sent, self.pushes.sent = self.pushes.sent, []
        for connection_id, message in sent:
            self.pushed(connection_id, message)

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> None:  # noqa: N803 - as boto3
        """Stands where the SQS client would."""
        latency_ms = self._rng.uniform(10, 60)
        kind = _kind(QueueUrl, json.loads(MessageBody))
        if self._rng.integers(self.sampled.get(kind, 1)):
            return
        self.at(self.now + DelaySeconds * SECOND + latency_ms, kind, lambda: self._deliver(QueueUrl, MessageBody))

    def _deliver(self, queue: str, body: str) -> None:
        [handler] = [one.handler for one in handlers_of(self.app).queues if one.queue == queue]
        record = queue_record({"MessageId": "1", "ReceiptHandle": "1", "Body": body}, queue)
        handler({"Records": [record]}, LambdaContext(queue, "delivery"))


def _kind(queue: str, message: dict[str, Any]) -> str:
    if queue.endswith("clip-expiry"):
        return "expiry"
    return "compare" if "compare" in message else "round"


@contextmanager
def simulation() -> Iterator[Simulation]:
    """The application over empty tables at noon."""
    from app import app

    hands = HandClock(START_MS + 10 * SECOND)
    with in_memory() as memory, recorded_pushes() as pushes, clock.reading(hands), announcements_apart():
        made = Simulation(app, hands, memory, pushes)
        client = SimpleNamespace(send_message=made.send_message)
        remembered = census._crowded_until
        with ExitStack() as stack:
            for module, name, stand_in in (
                (queues, "_client", lambda: client),
                (queues, "_url", lambda name: name),
                (parallel, "_pool", OneAfterAnother),  # a dictionary gains nothing from threads
            ):
                stack.enter_context(patch.object(module, name, stand_in))
            yield made
        census._crowded_until = remembered
