"""The Chalice application made fit for threads, and everything it has registered.

Leans on private parts of Chalice 1.34.0 (`EventSourceHandler.handler`, `_build_middleware_handlers`); canary tests
in tests/integration/local_stack hold each of them.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chalice.app import (
    Chalice,
    DynamoDBEventConfig,
    EventSourceHandler,
    ScheduledEventConfig,
    ScheduleExpression,
    SQSEventConfig,
)

Handler = Callable[[dict[str, Any], Any], Any]
_PER_THREAD = ("current_request", "lambda_context")


@dataclass(frozen=True)
class Timed:
    """A schedule: its expression in AWS's words, `rate(…)` or `cron(…)`."""

    name: str
    expression: str
    handler: Handler


@dataclass(frozen=True)
class Queued:
    """A queue's handler."""

    name: str
    queue: str
    batch_size: int
    handler: Handler


@dataclass(frozen=True)
class Streamed:
    """A handler of a table's stream."""

    name: str
    table: str
    batch_size: int
    handler: Handler


@dataclass(frozen=True)
class Handlers:
    """Every entry point of an application but its routes. `sockets` by route key, `functions` by every name."""

    sockets: Mapping[str, Handler]
    schedules: tuple[Timed, ...]
    queues: tuple[Queued, ...]
    streams: tuple[Streamed, ...]
    functions: Mapping[str, Handler]
    unknown: tuple[str, ...]


def handlers_of(app: Chalice) -> Handlers:
    """Read from the application itself, so that nothing is listed twice."""
    sources = app.event_sources
    known = (ScheduledEventConfig, SQSEventConfig, DynamoDBEventConfig)
    return Handlers(
        sockets={key: app.handler_map[one.name] for key, one in app.websocket_handlers.items()},
        schedules=tuple(_timed(app, one) for one in sources if isinstance(one, ScheduledEventConfig)),
        queues=tuple(_queued(app, one) for one in sources if isinstance(one, SQSEventConfig)),
        streams=tuple(_streamed(app, one) for one in sources if isinstance(one, DynamoDBEventConfig)),
        functions=_functions(app),
        unknown=tuple(one.name for one in sources if not isinstance(one, known)),
    )


@contextmanager
def thread_safe(app: Chalice) -> Iterator[None]:
    """Chalice keeps the current request on the application: inside this block every thread sees its own."""
    original = type(app)
    app.__class__ = _per_thread(original)
    kept = {name: app.__dict__.pop(name) for name in _PER_THREAD if name in app.__dict__}
    _build_middleware(app)
    try:
        yield
    finally:
        app.__class__ = original
        app.__dict__.update(kept)


def _per_thread(base: type[Chalice]) -> type[Chalice]:
    local = threading.local()

    def slot(name: str) -> property:
        return property(lambda _: getattr(local, name, None), lambda _, value: setattr(local, name, value))

    return type("ThreadSafe", (base,), {name: slot(name) for name in _PER_THREAD})


def _build_middleware(app: Chalice) -> None:
    # Chalice builds a handler's chain at its first call from a generator: two first calls at once lose the middleware
    for one in app.handler_map.values():
        if isinstance(one, EventSourceHandler) and one.handler is None:
            one.handler = one._build_middleware_handlers(one.middleware_handlers, original_handler=one.func)


def _timed(app: Chalice, one: ScheduledEventConfig) -> Timed:
    expression = one.schedule_expression
    text = expression.to_string() if isinstance(expression, ScheduleExpression) else str(expression)
    return Timed(one.name, text, app.handler_map[one.name])


def _queued(app: Chalice, one: SQSEventConfig) -> Queued:
    queue = one.queue or str(one.queue_arn).rsplit(":", 1)[-1]
    return Queued(one.name, queue, one.batch_size, app.handler_map[one.name])


def _streamed(app: Chalice, one: DynamoDBEventConfig) -> Streamed:
    table = one.stream_arn.split(":table/")[-1].split("/")[0]
    return Streamed(one.name, table, one.batch_size, app.handler_map[one.name])


def _functions(app: Chalice) -> dict[str, Handler]:
    """By the name in the code and by the name Chalice's template gives the resource."""
    found: dict[str, Handler] = {}
    for one in app.pure_lambda_functions:
        handler = app.handler_map[one.name]
        found |= {one.name: handler, resource_name(one.name): handler}
    return found


def resource_name(name: str) -> str:
    """`fold_shard` → `FoldShard`, as Chalice names a function in CloudFormation."""
    return "".join(word[:1].upper() + word[1:] for word in name.replace("-", "_").split("_"))
