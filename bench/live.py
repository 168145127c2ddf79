"""From showing a link to the last browser: `python -m bench.live [--check] [--json OUT] [--small]`.

Five hundred sockets follow one room of the one-machine stack. Somebody shows a link and takes it back, again and again;
every socket must hear of each once. The stack runs in a process of its own, the sockets in this one.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from infra.local.testing import running_stack

SOCKETS, SOCKETS_SMALL = 500, 100
SHOWS, SHOWS_SMALL = 20, 8
WARM = 2  # pushes before the measured ones
LAST_P95_MAX_MS = 2_000.0  # from the request to the last socket; on a machine shared by all of them
SETTLE_S = 10.0  # after which what has not come is lost
AT_ONCE = 25  # sockets opened side by side
CLIENT = {"Earshot-Client": "bench"}


@dataclass(frozen=True)
class Figures:
    """`each_*`: from the request to any socket; `last_*`: to the last one; milliseconds."""

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
        figures = asyncio.run(_measure(stack.url, sockets, shows))
    print(_table(figures))
    if arguments.json:
        record = {"date": datetime.now(UTC).date().isoformat(), **asdict(figures), "met": figures.met()}
        arguments.json.write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    return 1 if arguments.check and not figures.met() else 0


async def _measure(url: str, sockets: int, shows: int) -> Figures:
    limits = aiohttp.TCPConnector(limit=0)
    jars = [aiohttp.CookieJar(unsafe=True) for _ in range(2)]  # plain http on an address
    async with (
        aiohttp.ClientSession(url, cookie_jar=jars[0], headers=CLIENT) as host,
        aiohttp.ClientSession(url, cookie_jar=jars[1], headers=CLIENT, connector=limits) as guests,
    ):
        for one in (host, guests):
            await _ask(one, "POST", "/v1/session")
        shown = await _ask(host, "POST", "/v1/join-codes")
        await _ask(guests, "POST", f"/v1/join-codes/{shown['code']}")
        listeners = await _gather(guests, shown["room_id"], sockets)
        listening = [asyncio.create_task(one.listen()) for one in listeners]
        began = await _show(host, shown["room_id"], listeners, WARM + shows)
        for task in listening:
            task.cancel()
        return _figures(listeners, began)


async def _gather(guests: aiohttp.ClientSession, room_id: str, sockets: int) -> list[Listener]:
    found = list[Listener]()
    while len(found) < sockets:
        some = min(AT_ONCE, sockets - len(found))
        found += await asyncio.gather(*(_join(guests, room_id) for _ in range(some)))
    return found


async def _join(guests: aiohttp.ClientSession, room_id: str) -> Listener:
    socket = await guests.ws_connect("/live")
    await socket.send_json({"action": "resume", "room_id": room_id, "after": 0})
    while json.loads(await socket.receive_str(timeout=SETTLE_S))["type"] != "room.changed":
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
        sequence = await _everyone_heard(listeners, known, at_s)
        began[sequence] = at_s
    return dict(list(began.items())[WARM:])


async def _everyone_heard(listeners: Sequence[Listener], known: set[int], at_s: float) -> int:
    """Waits until all have heard of what is new, or it is too late; its sequence."""
    while time.perf_counter() < at_s + SETTLE_S:
        if all(one.heard_at_s.keys() - known for one in listeners):
            break
        await asyncio.sleep(0.005)
    return max(sequence for one in listeners for sequence in one.heard_at_s)


async def _ask(
    who: aiohttp.ClientSession, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> Any:
    sent = None if method == "DELETE" else body or {}
    async with who.request(method, path, headers=headers, json=sent) as answer:
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {await answer.text()}")
        return None if answer.status == 204 else await answer.json()


def _figures(listeners: Sequence[Listener], began: dict[int, float]) -> Figures:
    took = {
        sequence: [1_000 * (one.heard_at_s[sequence] - at_s) for one in listeners if sequence in one.heard_at_s]
        for sequence, at_s in began.items()
    }
    each = [ms for some in took.values() for ms in some]
    last = [max(some) for some in took.values()]
    lost = len(listeners) * len(began) - len(each)
    return Figures(
        len(listeners),
        len(began),
        lost,
        sum(one.doubled for one in listeners),
        *(round(_quantile(each, percent), 1) for percent in (50, 95, 99)),
        *(round(_quantile(last, percent), 1) for percent in (50, 95, 99)),
    )


def _quantile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _table(figures: Figures) -> str:
    rows = [f"{name:14} {value}" for name, value in asdict(figures).items()]
    wanted = f"wanted: none lost, none doubled, last p95 at most {LAST_P95_MAX_MS:.0f} ms"
    return "\n".join([*rows, wanted, "met" if figures.met() else "MISSED"])


if __name__ == "__main__":
    sys.exit(main())
