"""Threads for the application's handlers: few while handlers compute, more while they wait.

Under one interpreter lock, threads that all compute only get in each other's way: 32 of them cost a quarter more per
request than four. So a thread is added only when work has waited, and those too many end again.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

FEW = 4
MANY = 32
PATIENCE_S = 0.005  # a handler that only computes is done sooner
IDLE_S = 1.0
Work = tuple["asyncio.Future[Any]", Callable[..., Any], tuple[Any, ...]]
Done = tuple["asyncio.Future[Any]", Any, BaseException | None]


class Workers:
    """Belongs to the event loop it is made in; `run` is to be called there."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._loop = asyncio.get_running_loop()
        self._work: SimpleQueue[Work | None] = SimpleQueue()
        self._done: deque[Done] = deque()
        self._telling = False
        self._threads = 0
        self._relief: asyncio.TimerHandle | None = None
        self._stopped = False

    def run(self, call: Callable[..., Any], *arguments: Any) -> "asyncio.Future[Any]":
        """The call's result, or its exception, from a thread."""
        future: asyncio.Future[Any] = self._loop.create_future()
        self._work.put((future, call, arguments))
        if self._threads < FEW:
            self._add()
        elif self._relief is None:
            self._relief = self._loop.call_later(self._patience_s, self._relieve)
        return future

    def stop(self) -> None:
        """No thread takes further work; one at work ends after it."""
        self._stopped = True
        for _ in range(self._threads):
            self._work.put(None)

    def _relieve(self) -> None:
        self._relief = None
        if self._stopped or self._work.empty():
            return
        if self._threads < MANY:
            self._add()
        self._relief = self._loop.call_later(self._patience_s, self._relieve)

    def _add(self) -> None:
        self._threads += 1
        threading.Thread(target=self._serve, name="handler", daemon=True, args=(self._threads <= FEW,)).start()

    def _serve(self, stays: bool) -> None:
        while (work := self._take(stays)) is not None:
            future, call, arguments = work
            try:
                self._tell((future, call(*arguments), None))
            except StopIteration as error:  # a future cannot carry it
                self._tell((future, None, RuntimeError(f"the handler let {error!r} out")))
            except BaseException as error:
                self._tell((future, None, error))

    def _take(self, stays: bool) -> Work | None:
        try:
            return self._work.get(timeout=None if stays else IDLE_S)
        except Empty:
            self._call_in_loop(self._ended)
            return None

    def _ended(self) -> None:
        self._threads -= 1

    def _tell(self, done: Done) -> None:
        """Wakes the loop once for all that is done by then."""
        self._done.append(done)
        if not self._telling:
            self._telling = True
            self._call_in_loop(self._deliver)

    def _call_in_loop(self, call: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    def _deliver(self) -> None:
        self._telling = False  # before looking: what is added from here on wakes the loop anew
        while self._done:
            future, result, error = self._done.popleft()
            if future.done():  # cancelled meanwhile
                continue
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)
