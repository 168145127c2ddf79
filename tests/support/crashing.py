"""A process that dies after each of its writes: whatever runs next makes of it what would have been without."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any
from unittest.mock import patch

from chalicelib.lifetimes import MINUTE
from chalicelib.runtime import expiry, parallel
from tests.support.memory import Memory, in_memory
from tests.support.scenes import OneAfterAnother
from tests.support.world import World

Act = Callable[[], object]
RUNS = 4  # of the reaper, a minute apart, until everything that broke off is finished
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
# what is sealed or made up anew each time, how often something was told; who only stands in a call's list is in no call
PASSING = {"receipt", "attempt", "content", "wrapped", "sealed", "replaced", "number", "people", "whose"}
NOT_COMPARED = {"left", "sequence"}  # rows by which late messages are known, and how often a meeting was told anything
_LISTED = re.compile(r"\binstant#[\w-]{22}")  # what was handed to anybody else has a fresh id in its list
_INSTANT = re.compile(r"\b0*1[89]\d{11}\b")
Stored = dict[tuple[str, str], dict[str, str]]


@contextmanager
def one_thread() -> Iterator[Memory]:
    """An empty Memory; what runs side by side runs in turn, so that each write has its place."""
    with in_memory() as memory, patch.object(parallel, "_pool", OneAfterAnother):
        yield memory


def stored(memory: Memory) -> Stored:
    """Everything but the reaper's own entries, by table and key; without instants, which a later run has later."""
    attempts = erasures(memory) | {
        row["attempt"]["S"] for row in memory.items("meetings") if row.get("attempt", {"S": ""})["S"]
    }
    attempts |= {row["entry"]["S"].split("#")[2] for row in memory.items("exports") if "#" in row["entry"]["S"]}
    sent = [row["entry"]["S"] for row in memory.items("disclosures") if row["kind"]["S"] == "disclosure"]
    attempts |= {one.split("#")[1] for one in sent}  # each sending is listed
    found: Stored = {}
    for table, rows in memory._tables.items():
        for key, row in rows.items() if not table.endswith("-expiries") else ():
            if row.get("kind", {}).get("S") in NOT_COMPARED:
                continue
            kept = {name: _plain(repr(value), attempts) for name, value in row.items() if not _is_passing(name)}
            found[table, _plain("/".join(key), attempts)] = kept
    return found


def erasures(memory: Memory) -> set[str]:
    """What is opaque in an erasure that was begun: one that is begun by itself has another each time."""
    opaque = ("erasure_id", "subject", "person")
    return {row[name]["S"] for row in memory.items("receipts") for name in opaque if name in row}


def _is_passing(name: str) -> bool:
    return name in PASSING or name.endswith("_ms") or name == "expires_at"


def _plain(text: str, attempts: set[str]) -> str:
    for attempt in attempts:
        text = text.replace(attempt, "attempt")
    return _LISTED.sub("listed", _INSTANT.sub("instant", text))


def points(world: World, memory: Memory, act: Act) -> list[int]:
    """How many requests are done before the first write of `act`, and after each."""
    seen, started = list[str](), list(world.workflows.started)
    with memory.undone(), patch.object(memory, "before", seen.append):
        act()
    world.workflows.started[:] = started
    return [0, *(number for number, one in enumerate(seen, 1) if one in WRITES)]


def converges(world: World, memory: Memory, act: Act, then: Act) -> int:
    """`act` is killed before its first write and after each; after `then` everything is as if it had not been.

    How often it was; never where `act` and `then` change nothing, which would prove nothing.
    """
    before, at = _state(world, memory), points(world, memory, act)
    wanted = _ended(world, memory, act, then)
    for survived in at:
        found = _ended(world, memory, partial(_killed, memory, act, survived), then)
        difference = _difference(found, wanted)
        assert not difference, f"killed after {survived} requests: {difference}"
    return len(at) if wanted != before else 0


def _killed(memory: Memory, act: Act, survived: int) -> None:
    with memory.crash_after(survived), suppress(Exception):  # tasks make what they like of a Crash
        act()


def _ended(world: World, memory: Memory, *acts: Act) -> Stored:
    now_ms, started = world.clock.now_ms, list(world.workflows.started)
    try:
        with memory.undone():
            for act in acts:
                act()
            return _state(world, memory)
    finally:
        world.clock.now_ms, world.workflows.started[:] = now_ms, started


def _state(world: World, memory: Memory) -> Stored:
    texts = erasures(memory)
    begun: Stored = {("workflow", _plain(one.name, texts)): {} for one in world.workflows.started}
    return begun | stored(memory)


def _difference(found: Stored, wanted: Stored) -> Mapping[Any, Any]:
    return {key: (found.get(key), wanted.get(key)) for key in found | wanted if found.get(key) != wanted.get(key)}


def reap_on(world: World) -> None:
    """The next runs of the reaper."""
    for _ in range(RUNS):
        world.clock.advance(MINUTE)
        expiry.reap(now=world.now)


def due(memory: Memory) -> dict[str, dict[int, list[str]]]:
    """What waits for the reaper: the names, by kind and by when."""
    found: dict[str, dict[int, list[str]]] = {}
    for entry in sorted(row["entry"]["S"] for row in memory.items("expiries") if "#" in row["entry"]["S"]):
        at, kind, name = entry.split("#", 2)
        found.setdefault(kind, {}).setdefault(int(at), []).append(name)
    return found
