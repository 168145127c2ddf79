"""What nobody asks for: schedules that fall due, queues and streams that fill."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from chalicelib.runtime import problems
from infra.local.chalice_app import Handlers, Timed
from infra.local.events import LambdaContext, schedule_event
from infra.local.pumps import QueuePump, StreamPump
from infra.local.schedules import Next, next_after

Run = Callable[..., "asyncio.Future[Any]"]
Pump = QueuePump | StreamPump
MINUTE_S = 60.0


class Unsupported(RuntimeError):
    """The application has an entry point that nothing here would ever call; the message names it."""


class Background:
    """The tasks of one stack. `run` calls something in the thread pool; `minutely` is what the engine lacks."""

    def __init__(self, handlers: Handlers, run: Run, *minutely: Callable[[], Any]) -> None:
        """Raises Unsupported, UnknownExpression."""
        if handlers.unknown:
            raise Unsupported(f"the local stack has no source of events for {', '.join(handlers.unknown)}")
        self._run = run
        self._due: dict[str, tuple[Timed, Next]] = {
            one.name: (one, next_after(one.expression)) for one in handlers.schedules
        }
        self._handlers, self._minutely = handlers, minutely
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, *, poll_s: float | None) -> None:
        """`poll_s` is the pause between two looks at an empty queue or stream; None leaves looking to the caller."""
        self._tasks = [asyncio.create_task(self._schedule(name)) for name in self._due]
        self._tasks += [asyncio.create_task(self._each_minute(call)) for call in self._minutely]
        if poll_s is not None:
            pumps: list[Pump] = [*map(QueuePump, self._handlers.queues), *map(StreamPump, self._handlers.streams)]
            self._tasks += [asyncio.create_task(self._pump(pump, poll_s)) for pump in pumps]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def fire(self, name: str) -> Any:
        """Fires a schedule now and gives what its handler answers. Raises KeyError where there is none."""
        handler = self._due[name][0].handler
        return await self._run(handler, schedule_event(name, time.time()), LambdaContext(name))

    async def _schedule(self, name: str) -> None:
        following = self._due[name][1]
        while True:
            now = time.time()
            await asyncio.sleep(following(now) - now)
            await _logged(self.fire(name), name)

    async def _each_minute(self, call: Callable[[], Any]) -> None:
        while True:
            await asyncio.sleep(MINUTE_S)
            await _logged(self._run(call), "each minute")

    async def _pump(self, pump: Pump, poll_s: float) -> None:
        while True:
            if not await _logged(self._run(pump.once), type(pump).__name__):
                await asyncio.sleep(poll_s)


async def _logged(call: Awaitable[Any], name: str) -> Any:
    try:
        return await call
    except Exception as error:
        problems.unexpected(error, name)  # one failed round must not end the rounds
        return None
