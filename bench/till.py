"""What the application uses of AWS, in the units that AWS bills, counted where each call comes in or goes out.

Lambda's time is not measured but put together, as no Lambda is near: requests to DynamoDB one after the other at
WAIT_S each, other calls at CALL_S, and the CPU time that the handler takes here, longer where its memory buys less than
a core.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from bench.prices import EACH
from bench.simulation import Simulation
from chalicelib.runtime import mail
from chalicelib.runtime.meter import Meter, metering
from infra import policy
from tests.support import browser
from tests.support.pushes import Pushes

ROOT = Path(__file__).resolve().parent.parent
CORE_MB = 1_769  # of memory, which buys one core: Lambda Developer Guide, "Configure Lambda function memory"
WAIT_S = 0.006  # of a request to DynamoDB in the same region: 5 ms on the way, 1 ms of work with it
CALL_S = 0.010  # of a push, a message to a queue, a mail
HEAD_BYTES = 1_200  # of an answer: its headers, this site's own among them
LOG_BYTES = 450  # that Lambda writes of an invocation: START, END, REPORT
MEMORY: Mapping[str, int] = {
    name: one["lambda_memory_size"]
    for name, one in json.loads((ROOT / ".chalice" / "config.json").read_text("utf-8"))["lambda_functions"].items()
}
QUEUES: Mapping[str, str] = {  # whom each calls
    queue: name for name in policy.functions() if (queue := policy.read(name).get("consumes"))
}
Use = dict[str, float]  # how much of what prices.EACH has a price for
T = TypeVar("T")


@dataclass
class Till:
    """`used` by what it was for, `times` likewise; `purpose` is what whatever happens now is for."""

    used: dict[str, Use] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))
    times: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    purpose: str = "before"

    def count(self, **used: float) -> None:
        for name, amount in used.items():
            self.used[self.purpose][name] += amount

    @contextmanager
    def serving(self, purpose: str) -> Iterator[None]:
        before, self.purpose = self.purpose, purpose
        self.times[purpose] += 1
        try:
            yield
        finally:
            self.purpose = before

    def invoke(self, function: str, act: Callable[[], T]) -> T:
        """Has the handler do its work, and counts what Lambda and DynamoDB bill for it."""
        calls = self._calls()
        with metering() as meter:
            begun = time.process_time()
            answer = act()
            spent_s = time.process_time() - begun
        waited_s = meter.steps * WAIT_S + (self._calls() - calls) * CALL_S
        billed_s = waited_s + spent_s * max(1.0, CORE_MB / MEMORY[function])
        self.count(
            invocations=1, gb_seconds=billed_s * MEMORY[function] / 1_024, log_bytes=LOG_BYTES,
            write_units=_units(meter, write=True), read_units=_units(meter, write=False),
        )  # fmt: skip
        return answer

    def _calls(self) -> float:
        mine = self.used[self.purpose]
        return mine["queue_requests"] + mine["mails"] + mine["pushes"]


def _units(meter: Meter, *, write: bool) -> float:
    return sum(call.units for call in meter.calls if call.write == write)


def dollars(used: Use) -> float:
    return sum(EACH[name] * amount for name, amount in used.items() if name in EACH)


@contextmanager
def counted(till: Till) -> Iterator[None]:
    """Inside this block every way in and out of the application is counted."""
    with ExitStack() as stack:
        for owner, name, counting in (
            (browser, "call", _request),
            (browser.Socket, "open", _opened),
            (browser.Socket, "_handle", _received),
            (Simulation, "send_message", _queued),
            (Simulation, "_deliver", _delivered),
            (Pushes, "post_to_connection", _pushed),
            (mail, "send", _mailed),
        ):
            stack.enter_context(patch.object(owner, name, _wrapped(till, counting, getattr(owner, name))))
        yield


def _wrapped(till: Till, counting: Callable[..., Any], real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*given: Any, **named: Any) -> Any:  # a function, so that it is bound where it stands for a method
        return counting(till, partial(real, *given, **named), *given)

    return call


def _request(till: Till, act: Callable[[], browser.Answer], *_: Any) -> browser.Answer:
    answer = till.invoke("api_handler", act)
    till.count(rest_requests=1, edge_requests=1, edge_functions=1, edge_bytes=len(answer.body) + HEAD_BYTES)
    return answer


def _opened(till: Till, act: Callable[[], None], *_: Any) -> None:
    till.invoke("websocket_connect", act)
    till.count(edge_requests=1, edge_functions=1)


def _received(till: Till, act: Callable[[], None], *_: Any) -> None:
    till.invoke("websocket_message", act)
    till.count(socket_messages=1)


def _pushed(till: Till, act: Callable[[], None], *_: Any) -> None:
    act()
    till.count(socket_messages=1, pushes=1)


def _queued(till: Till, act: Callable[[], None], *_: Any) -> None:
    act()
    till.count(queue_requests=1)


def _delivered(till: Till, act: Callable[[], None], _: Simulation, queue: str, *__: Any) -> None:
    [function] = [name for part, name in QUEUES.items() if queue.endswith(part)]
    till.invoke(function, act)
    till.count(queue_requests=2)  # received and deleted


def _mailed(till: Till, act: Callable[[], None], *_: Any) -> None:
    act()
    till.count(mails=1)
