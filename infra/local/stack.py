"""The whole of Earshot in one process, put together and taken apart."""

import asyncio
import os
import ssl
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from socket import socket
from typing import Any, cast

from aiohttp.web import BaseRequest, Response
from chalice.app import Chalice

from chalicelib.runtime import lateness
from chalicelib.runtime.settings import settings
from infra.local.application import kept_secret, load
from infra.local.background import Background
from infra.local.chalice_app import Handlers, handlers_of, thread_safe
from infra.local.connections import Connections
from infra.local.engine import Function, Shortcut, aws_environment, engine, environment
from infra.local.events import LambdaContext
from infra.local.expired import delete_expired
from infra.local.forms import PATH as FORMS_PATH, forms_answer
from infra.local.gateway import Gateway, Site, Special
from infra.local.lan import own_names
from infra.local.lifetimes import PATH as LIFETIMES_PATH, lifetimes_answer
from infra.local.listening import close_all, listeners
from infra.local.mail import PATH as MAIL_PATH, mail_answer, verify_sender
from infra.local.resources import TEMPLATE, Resources, create_resources
from infra.local.server import Handle, Listener
from infra.local.sockets import IDLE_MAX_S, PATH as LIVE_PATH, Sockets
from infra.local.standing import Watch
from infra.local.static import PREFIX as STATIC_PREFIX, StaticFiles
from infra.local.workers import Workers

ROOT = Path(__file__).parents[2]
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
    poll_s: float | None = POLL_S  # None: a test polls by hand
    idle_max_s: float = IDLE_MAX_S


class LocalStack:
    """`async with LocalStack(Options(port=0)) as stack:` serves at `stack.url` until the block ends."""

    url: str
    connections_url: str
    port: int
    handlers: Handlers
    resources: Resources
    sockets: Sockets
    workers: Workers

    def __init__(self, options: Options = Options()) -> None:
        self.options = options
        self._exit = AsyncExitStack()
        self._functions: dict[str, Function] = {}
        self._shortcuts: dict[str, Shortcut] = {}

    async def __aenter__(self) -> "LocalStack":
        try:
            await self._start()
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exit.aclose()

    async def fire(self, name: str) -> Any:
        """Fires a schedule now and gives what its handler answers. Raises KeyError where there is none."""
        return await self._background.fire(name)

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
        enter.enter_context(engine(self._functions, self._shortcuts))
        self.resources = create_resources(options.template, options.stage)
        verify_sender(settings().mail_from)
        app = load(options.app)
        enter.enter_context(thread_safe(app))
        self._adopt(handlers_of(app))
        self.workers = Workers()
        enter.callback(self.workers.stop)
        await self._serve(app, front, back)

    def _environment(self) -> dict[str, str]:
        options = self.options
        return {
            **aws_environment(self.connections_url),
            "EARSHOT_STAGE": options.stage,
            "EARSHOT_SECRET": kept_secret(options.state),
            "EARSHOT_INSECURE_COOKIES": "0" if options.tls else "1",
            "EARSHOT_ORIGIN": self._origin(),
        }

    def _origin(self) -> str:
        """Where links in mails lead: phones of the network must find it, too."""
        [address, *_] = [*self.options.lan_addresses, "127.0.0.1"]
        return f"{'https' if self.options.tls else 'http'}://{address}:{self.port}"

    def _adopt(self, handlers: Handlers) -> None:
        self.handlers = handlers
        for name, handler in handlers.functions.items():
            self._functions[name] = partial(_invoke, handler, name)

    async def _serve(self, app: Chalice, front: list[socket], back: list[socket]) -> None:
        options = self.options
        names = own_names(list(options.lan_addresses)) if options.tls else frozenset({"localhost", "127.0.0.1", "::1"})
        own = options.lan_addresses[0] if options.lan_addresses else "127.0.0.1"
        site = Site("https" if options.tls else "http", names, options.stage, own)
        self.sockets = Sockets(self.handlers.sockets, site, self.workers.run, idle_max_s=options.idle_max_s)
        special: dict[str, Special] = {
            STATIC_PREFIX: StaticFiles(options.static).answer,
            MAIL_PATH: mail_answer,
            **({LIVE_PATH: self.sockets.serve} if self.handlers.sockets else {}),
        }
        watch = Watch(self.resources)
        self._exit.enter_context(lateness.heard_by(watch.hear))
        special[LIFETIMES_PATH] = partial(self._show_lifetimes, watch)
        special[FORMS_PATH] = self._show_forms
        connections = Connections(self.sockets)
        self._shortcuts[self.connections_url] = connections.direct(asyncio.get_running_loop())
        await self._listen(connections.handle, back, None)
        await self._listen(Gateway(app, site, self.workers.run, special).handle, front, options.tls)
        self._exit.push_async_callback(self.sockets.close_all)
        self._background = Background(self.handlers, self.workers.run, watch.look, *self._missing())
        self._background.start(poll_s=options.poll_s)
        self._exit.push_async_callback(self._background.stop)

    async def _show_lifetimes(self, watch: Watch, request: BaseRequest, _: str) -> Response:
        return cast(Response, await self.workers.run(lifetimes_answer, watch, request))  # it reads every table

    async def _show_forms(self, request: BaseRequest, _: str) -> Response:
        return cast(Response, await self.workers.run(forms_answer, request))  # it reads a table

    def _missing(self) -> list[Callable[[], object]]:
        """What moto does not do by itself."""
        return [] if "AWS_ENDPOINT_URL_DYNAMODB" in os.environ else [partial(delete_expired, self.resources)]

    async def _listen(self, handle: Handle, sockets: list[socket], tls: ssl.SSLContext | None) -> None:
        listener = Listener(handle)
        await listener.listen(sockets, tls)
        self._exit.push_async_callback(listener.stop)


def _invoke(handler: Callable[[Any, Any], Any], name: str, event: Any) -> Any:
    return handler(event, LambdaContext(name))
