"""From showing a link to the last browser: `python -m bench.live [--check] [--json OUT] [--small]`.

Five hundred sockets of twenty people follow one room of the one-machine stack. Somebody shows a link and takes it back,
again and again; every socket must hear of each once. The stack runs in a process of its own, the sockets in this one:
how much processor time a push costs each of them is counted too, because they share this machine's cores.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp

from infra.local.testing import Running, running_stack

SOCKETS, SOCKETS_SMALL, PEOPLE = 500, 100, 20
SHOWS, SHOWS_SMALL = 20, 8
WARM = 2  # pushes before the measured ones
# From the request to the last socket. On AWS five invocations send a hundred each, side by side; here one process under
# one interpreter lock plays all of them, API Gateway, DynamoDB and SQS besides, and shares two cores with the browsers.
LAST_P95_MAX_MS = 4_000.0
SETTLE_S = 10.0  # after which what has not come is lost
JOIN_MAX_S = 60.0
AT_ONCE = 25  # sockets opened side by side
CLIENT = {"Earshot-Client": "bench"}


@dataclass(frozen=True)
class Figures:
    """`each_*`: from the request to any socket; `last_*`: to the last one; `*_cpu_ms`: processor time of a push."""

    sockets: int
    pushes: int
    lost: int
    doubled: int
    each_p50_ms: float
    each_p95_ms: float
    each_p99_ms: float
    last_p50_ms: float
    last_p95_ms: float
    last_p99_ms: float
    stack_cpu_ms: float
    bench_cpu_ms: float

    def met(self) -> bool:
        return self.lost == self.doubled == 0 and self.last_p95_ms <= LAST_P95_MAX_MS


@dataclass
class Listener:
    """One browser: when it heard of each message, by its sequence."""

    socket: aiohttp.ClientWebSocketResponse
    heard_at_s: dict[int, float] = field(default_factory=dict)
    doubled: int = 0

    async def listen(self) -> None:
        async for message in self.socket:
            found = json.loads(message.data)
            if found["type"] in ("content.shown", "content.removed"):
                self.doubled += found["sequence"] in self.heard_at_s
                self.heard_at_s.setdefault(found["sequence"], time.perf_counter())


def main() -> int:
    """1 where --check was asked for and a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure is missed")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    parser.add_argument("--small", action="store_true", help="100 sockets")
    arguments = parser.parse_args()
    sockets, shows = (SOCKETS_SMALL, SHOWS_SMALL) if arguments.small else (SOCKETS, SHOWS)
    with running_stack() as stack:
        figures = asyncio.run(_measure(stack, sockets, shows))
    print(_table(figures))
    if arguments.json:
        record = {"date": datetime.now(UTC).date().isoformat(), **asdict(figures), "met": figures.met()}
        arguments.json.write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    return 1 if arguments.check and not figures.met() else 0


async def _measure(stack: Running, sockets: int, shows: int) -> Figures:
    async with AsyncExitStack() as leaving:
        host, *guests = [await leaving.enter_async_context(_browser(stack.url)) for _ in range(1 + PEOPLE)]
        for one in (host, *guests):
            await _ask(one, "POST", "/v1/session")
        room_id = await _meet(host, guests)
        listeners = await _gather(guests, room_id, sockets)
        listening = [asyncio.create_task(one.listen()) for one in listeners]
        spent_ms = _cpu_ms(stack.process.pid), _cpu_ms(os.getpid())
        began = await _show(host, room_id, listeners, WARM + shows)
        stack_ms, bench_ms = _cpu_ms(stack.process.pid) - spent_ms[0], _cpu_ms(os.getpid()) - spent_ms[1]
        for task in listening:
            task.cancel()
        return _figures(listeners, began, stack_ms / (WARM + shows), bench_ms / (WARM + shows))


def _browser(url: str) -> aiohttp.ClientSession:
    jar = aiohttp.CookieJar(unsafe=True)  # plain http on an address
    return aiohttp.ClientSession(url, cookie_jar=jar, headers=CLIENT, connector=aiohttp.TCPConnector(limit=0))


def _cpu_ms(pid: int) -> float:
    """What the process has used, in itself and for the system (proc_pid_stat(5), fields 14 and 15)."""
    used = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return 1_000 * (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


async def _meet(host: aiohttp.ClientSession, guests: Sequence[aiohttp.ClientSession]) -> str:
    """All of them in one room, by codes."""
    room = dict[str, str]()
    for guest in guests:
        shown = await _ask(host, "POST", "/v1/join-codes", room)
        room = {"room_id": shown["room_id"]}
        await _ask(guest, "POST", f"/v1/join-codes/{shown['code']}")
    return room["room_id"]


async def _gather(guests: Sequence[aiohttp.ClientSession], room_id: str, sockets: int) -> list[Listener]:
    found, turn = list[Listener](), cycle(guests)
    while len(found) < sockets:
        some = min(AT_ONCE, sockets - len(found))
        found += await asyncio.gather(*(_join(next(turn), room_id) for _ in range(some)))
    return found


async def _join(guests: aiohttp.ClientSession, room_id: str) -> Listener:
    socket = await guests.ws_connect("/live")
    await socket.send_json({"action": "resume", "room_id": room_id, "after": 0})
    while json.loads(await socket.receive_str(timeout=JOIN_MAX_S))["type"] != "room.changed":
        pass
    return Listener(socket)


async def _show(
    host: aiohttp.ClientSession, room_id: str, listeners: Sequence[Listener], shows: int
) -> dict[int, float]:
    """When each push was asked for, by its sequence."""
    tab = {"Earshot-Tab": str(uuid.uuid4())}
    item = await _ask(host, "POST", "/v1/content", {"url": "https://example.org/"}, tab)
    path, began = f"/v1/content/{item['content_id']}/shown", dict[int, float]()
    for turn in range(shows):
        known = set(began)
        at_s = time.perf_counter()
        if turn % 2:
            await _ask(host, "DELETE", path)
        else:
            await _ask(host, "PUT", path, {"room_id": room_id, "as": "card"})
        began[await _everyone_heard(listeners, known, at_s)] = at_s
    return dict(list(began.items())[WARM:])


async def _everyone_heard(listeners: Sequence[Listener], known: set[int], at_s: float) -> int:
    """Waits until all have heard of what is new, or it is too late; its sequence. Where nobody has, it is nobody's."""
    while time.perf_counter() < at_s + SETTLE_S:
        if all(one.heard_at_s.keys() - known for one in listeners):
            break
        await asyncio.sleep(0.005)
    heard = {sequence for one in listeners for sequence in one.heard_at_s} - known
    return max(heard, default=-len(known))


async def _ask(
    who: aiohttp.ClientSession, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> Any:
    sent = None if method == "DELETE" else body or {}
    async with who.request(method, path, headers=headers, json=sent) as answer:
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {await answer.text()}")
        return None if answer.status == 204 else await answer.json()


def _figures(listeners: Sequence[Listener], began: dict[int, float], stack_ms: float, bench_ms: float) -> Figures:
    took = {
        sequence: [1_000 * (one.heard_at_s[sequence] - at_s) for one in listeners if sequence in one.heard_at_s]
        for sequence, at_s in began.items()
    }
    each = [ms for some in took.values() for ms in some]
    last = [max(some) for some in took.values() if some]
    lost = len(listeners) * len(began) - len(each)
    return Figures(
        len(listeners),
        len(began),
        lost,
        sum(one.doubled for one in listeners),
        *_spread(each),
        *_spread(last),
        round(stack_ms, 1),
        round(bench_ms, 1),
    )


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Percentiles 50, 95 and 99."""
    parts = statistics.quantiles(values, n=100, method="inclusive")
    return round(parts[49], 1), round(parts[94], 1), round(parts[98], 1)


def _table(figures: Figures) -> str:
    rows = [f"{name:14} {value}" for name, value in asdict(figures).items()]
    wanted = f"wanted: none lost, none doubled, last p95 at most {LAST_P95_MAX_MS:.0f} ms"
    return "\n".join([*rows, wanted, "met" if figures.met() else "MISSED"])


if __name__ == "__main__":
    sys.exit(main())
