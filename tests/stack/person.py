"""Somebody in front of the deployed stack: requests as the edge hands them on, a cookie, a socket."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp

from infra.stack.emulator import ORIGIN, Deployed

HEARD_MAX_S = 60.0  # until a message comes: functions start cold


class Person:
    """Cookies are kept by hand: they are for TLS, which nothing has on the loopback of one machine."""

    def __init__(self, stack: Deployed, session: aiohttp.ClientSession) -> None:
        self._stack, self._session = stack, session
        self._cookie = ""
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    @classmethod
    @asynccontextmanager
    async def at(cls, stack: Deployed) -> AsyncIterator[Self]:
        headers = {"Earshot-Edge": stack.edge_secret, "Earshot-Viewer": "203.0.113.7", "Origin": ORIGIN,
                   "Sec-Fetch-Site": "same-origin"}  # fmt: skip
        async with aiohttp.ClientSession(headers=headers) as session:
            yield cls(stack, session)

    async def ask(
        self, method: str, path: str, body: Any = None, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> Any:
        """The answer, as JSON; AssertionError where its status is another."""
        data = body if isinstance(body, bytes) else None if method == "GET" else json.dumps(body or {}).encode()
        kind = {} if data is None or isinstance(body, bytes) else {"Content-Type": "application/json"}
        sent = {**kind, **({"Cookie": self._cookie} if self._cookie else {}), **(headers or {})}
        async with self._session.request(method, self._stack.http + path, data=data, headers=sent) as answer:
            text = await answer.text()
            assert answer.status == status, (method, path, answer.status, text)
            if "Set-Cookie" in answer.headers:
                self._cookie = answer.headers["Set-Cookie"].partition(";")[0]
            return json.loads(text) if text else None

    async def follow(self, room_id: str, tab: str) -> None:
        """The live channel; from now on `hear` has what comes."""
        self._socket = await self._session.ws_connect(
            f"{self._stack.live}?tab={tab}", headers={"Cookie": self._cookie}, max_msg_size=0
        )
        await self._socket.send_json({"action": "resume", "room_id": room_id, "after": 0})

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message of that type."""
        assert self._socket is not None
        while True:
            found: dict[str, Any] = json.loads(await self._socket.receive_str(timeout=HEARD_MAX_S))
            if found["type"] == kind:
                return found
