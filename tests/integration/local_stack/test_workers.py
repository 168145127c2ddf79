"""The threads that run handlers."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from infra.local.workers import FEW, MANY, PATIENCE_S, Workers
from tests.support.aside import run_aside

WAIT_S = 20


def with_workers(script: Callable[[Workers], Awaitable[Any]], patience_s: float = PATIENCE_S) -> Any:
    async def run() -> Any:
        workers = Workers(patience_s)
        try:
            return await asyncio.wait_for(script(workers), WAIT_S)
        finally:
            workers.stop()

    return run_aside(run())


def test_work_that_waits_for_other_work_gets_its_threads() -> None:
    """As many as MANY handlers wait for each other here; with one fewer thread none would ever end."""
    together = threading.Barrier(MANY)

    async def script(workers: Workers) -> list[int]:
        return list(await asyncio.gather(*(workers.run(together.wait, WAIT_S) for _ in range(MANY))))

    assert sorted(with_workers(script)) == list(range(MANY))


def test_work_beyond_the_threads_waits_its_turn() -> None:
    running, most, lock = 0, 0, threading.Lock()
    full = threading.Barrier(MANY)

    def work(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        full.wait(WAIT_S)
        with lock:
            running -= 1
        return number

    async def script(workers: Workers) -> list[int]:
        return list(await asyncio.gather(*(workers.run(work, number) for number in range(2 * MANY))))

    assert with_workers(script) == list(range(2 * MANY))
    assert most == MANY


def test_work_that_never_waits_long_is_left_to_few_threads() -> None:
    """More of them would only get in each other's way."""

    async def script(workers: Workers) -> list[int]:
        return list(await asyncio.gather(*(workers.run(threading.get_ident) for _ in range(10 * MANY))))

    assert len(set(with_workers(script, patience_s=WAIT_S))) <= FEW


@pytest.mark.parametrize(("raised", "seen"), [(KeyError, KeyError), (StopIteration, RuntimeError)])
def test_what_a_handler_raises_is_its_callers(raised: type[Exception], seen: type[Exception]) -> None:
    def fail() -> None:
        raise raised("x")

    async def script(workers: Workers) -> str:
        with pytest.raises(seen):
            await workers.run(fail)
        return await workers.run(lambda: "still working")  # type: ignore[no-any-return]

    assert with_workers(script) == "still working"


def test_a_result_nobody_waits_for_any_more_is_dropped() -> None:
    async def script(workers: Workers) -> str:
        end = threading.Event()
        given_up = workers.run(end.wait, WAIT_S)
        given_up.cancel()
        end.set()
        return await workers.run(lambda: "next")  # type: ignore[no-any-return]

    assert with_workers(script) == "next"
