"""The whole of Earshot in one process, put together and taken apart."""

import asyncio
import base64
import importlib
import secrets
import ssl
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from chalice.app import Chalice

from infra.local.certificate import write_private
from infra.local.chalice_app import Handlers, handlers_of, thread_safe
from infra.local.connections import Connections
from infra.local.engine import aws_environment, engine, environment
from infra.local.events import LambdaContext, schedule_event
from infra.local.gateway import Gateway, Site, Special
from infra.local.lan import own_names
from infra.local.listening import close_all, listeners
from infra.local.mail import PATH as MAIL_PATH
from infra.local.mail import mail_answer
from infra.local.pumps import QueuePump, StreamPump
from infra.local.resources import TEMPLATE, Resources, create_resources
from infra.local.schedules import next_after
from infra.local.server import Listener
from infra.local.sockets import IDLE_MAX_S, Sockets
from infra.local.sockets import PATH as LIVE_PATH
from infra.local.static import PREFIX as STATIC_PREFIX
from infra.local.static import StaticFiles

ROOT = Path(__file__).parents[2]
WORKERS = 32  # handlers at once
SWITCH_S = 0.0005  # a busy handler gives way to the event loop ten times sooner than by default
POLL_S = 0.2  # of queues and streams
SECRET_BYTES = 32


@dataclass(frozen=True)
class Options:
    """`app` is an application or where to import it from; `lan_addresses` is empty where LAN is off."""

    app: Chalice | str = "app:app"
    template: Path = TEMPLATE
    port: int = 0
    stage: str = "local"
    state: Path = ROOT / ".earshot"
    static: Path = ROOT / "chalicelib" / "web" / "static"
    tls: ssl.SSLContext | None = None
    lan_addresses: tuple[str, ...] = ()
    poll_s: float = POLL_S
    idle_max_s: float = IDLE_MAX_S
    pumps: bool = True  # off: a test polls by hand


class LocalStack:
    """`async with LocalStack(Options(port=0)) as stack:` serves at `stack.url` until the block ends."""

    url: str
    connections_url: str
    port: int
    handlers: Handlers
    resources: Resources
    sockets: Sockets

    def __init__(self, options: Options = Options()) -> None:
        self.options = options
        self._exit = AsyncExitStack()
        self._pool = ThreadPoolExecutor(WORKERS, "handler")
        self._functions: dict[str, Callable[[Any], Any]] = {}

    async def __aenter__(self) -> "LocalStack":
        try:
            await self._start()
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exit.aclose()

    def fire(self, name: str) -> Any:
        """Fires a schedule now, in this thread, and gives what its handler answers."""
        one = next(one for one in self.handlers.schedules if one.name == name)
        return one.handler(schedule_event(name, time.time()), LambdaContext(name))

    async def _start(self) -> None:
        options, enter = self.options, self._exit
        hosts = ("0.0.0.0", "::1") if options.lan_addresses else ("127.0.0.1", "::1")  # noqa: S104 - asked for by LAN=1
        front = listeners(options.port, hosts)
        enter.callback(close_all, front)
        back = listeners(0, ("127.0.0.1",))
        enter.callback(close_all, back)
        self.port = front[0].getsockname()[1]
        self.url = f"{'https' if options.tls else 'http'}://127.0.0.1:{self.port}"
        self.connections_url = f"http://127.0.0.1:{back[0].getsockname()[1]}"
        enter.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(SWITCH_S)
        enter.enter_context(environment(self._environment()))
        enter.enter_context(engine(self._functions))
        self.resources = create_resources(options.template, options.stage)
        app = load(options.app)
        enter.enter_context(thread_safe(app))
        self._adopt(handlers_of(app))
        enter.callback(partial(self._pool.shutdown, wait=False, cancel_futures=True))
        await self._serve(app, front, back)

    def _environment(self) -> dict[str, str]:
        options = self.options
        return {
            **aws_environment(self.connections_url),
            "EARSHOT_STAGE": options.stage,
            "EARSHOT_SECRET": kept_secret(options.state),
            "EARSHOT_INSECURE_COOKIES": "0" if options.tls else "1",
        }

    def _adopt(self, handlers: Handlers) -> None:
        self.handlers = handlers
        for name, handler in handlers.functions.items():
            self._functions[name] = partial(_invoke, handler, name)

    async def _serve(self, app: Chalice, front: list[Any], back: list[Any]) -> None:
        options = self.options
        names = own_names(list(options.lan_addresses)) if options.tls else frozenset({"localhost", "127.0.0.1", "::1"})
        site = Site("https" if options.tls else "http", names, options.stage)
        self.sockets = Sockets(self.handlers.sockets, site, self._run, idle_max_s=options.idle_max_s)
        special: dict[str, Special] = {
            STATIC_PREFIX: StaticFiles(options.static).answer,
            MAIL_PATH: mail_answer,
            **({LIVE_PATH: self.sockets.serve} if self.handlers.sockets else {}),
        }
        gateway = Gateway(app, site, self._pool, special)
        for handle, sockets, tls in (
            (Connections(self.sockets).handle, back, None),
            (gateway.handle, front, options.tls),
        ):
            listener = Listener(handle)
            await listener.listen(sockets, tls)
            self._exit.push_async_callback(listener.stop)
        self._exit.push_async_callback(self.sockets.close_all)
        self._keep_going()

    def _keep_going(self) -> None:
        """Starts what nobody asks for: schedules and pumps."""
        tasks = [asyncio.create_task(self._schedule(one.name, one.expression)) for one in self.handlers.schedules]
        if self.options.pumps:
            pumps: list[QueuePump | StreamPump] = [
                *map(QueuePump, self.handlers.queues),
                *map(StreamPump, self.handlers.streams),
            ]
            tasks += [asyncio.create_task(self._pump(pump)) for pump in pumps]
        self._exit.push_async_callback(_cancel, tasks)

    async def _schedule(self, name: str, expression: str) -> None:
        following = next_after(expression)
        while True:
            now = time.time()
            await asyncio.sleep(following(now) - now)
            await self._logged(partial(self.fire, name), name)

    async def _pump(self, pump: QueuePump | StreamPump) -> None:
        while True:
            handled = await self._logged(pump.once, type(pump).__name__)
            if not handled:
                await asyncio.sleep(self.options.poll_s)

    async def _logged(self, call: Callable[[], Any], name: str) -> Any:
        from chalicelib.runtime import problems

        try:
            return await self._run(call)
        except Exception as error:
            problems.unexpected(error, name)
            return None

    def _run(self, call: Callable[..., Any], *arguments: Any) -> "asyncio.Future[Any]":
        return asyncio.get_running_loop().run_in_executor(self._pool, call, *arguments)


def load(app: Chalice | str) -> Chalice:
    """The application, imported where only its place is given; settings read before are forgotten."""
    read_before = sys.modules.get("chalicelib.runtime.settings")
    if read_before is not None:
        read_before.settings.cache_clear()
    if isinstance(app, Chalice):
        return app
    module, _, name = app.partition(":")
    return cast(Chalice, getattr(importlib.import_module(module), name))


def kept_secret(state: Path) -> str:
    """The root secret of this machine, base64, made at the first run, so that cookies outlive a restart."""
    path = state / "secret"
    if not path.exists():
        write_private(path, base64.b64encode(secrets.token_bytes(SECRET_BYTES)))
    return path.read_text("ascii").strip()


def _invoke(handler: Callable[[Any, Any], Any], name: str, event: Any) -> Any:
    return handler(event, LambdaContext(name))


async def _cancel(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
