"""The stack for tests: in this process around any application, or the real one in a process of its own."""

import asyncio
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.stack import ROOT, LocalStack, Options

START_MAX_S = 60.0  # a loaded machine; an idle one takes three
STOP_MAX_S = 10.0
LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Serving:
    """A stack in this process; its event loop runs in a thread of its own."""

    stack: LocalStack
    loop: asyncio.AbstractEventLoop

    @property
    def url(self) -> str:
        return self.stack.url

    def fire(self, name: str) -> Any:
        """Fires a schedule now and gives what its handler answers."""
        return self.wait_for(self.stack.fire(name))

    def wait_for(self, coroutine: Any) -> Any:
        """Runs a coroutine in the stack's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(STOP_MAX_S)


@contextmanager
def serving(options: Options) -> Iterator[Serving]:
    """`with serving(Options(app=…, template=…)) as stack:` answers at `stack.url` inside the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="stack")
    thread.start()
    stack = LocalStack(options)
    try:
        asyncio.run_coroutine_threadsafe(stack.__aenter__(), loop).result(START_MAX_S)
        try:
            yield Serving(stack, loop)
        finally:
            asyncio.run_coroutine_threadsafe(stack.__aexit__(), loop).result(STOP_MAX_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass(frozen=True)
class Running:
    """A stack in a process of its own."""

    process: "subprocess.Popen[bytes]"
    port: int
    log_path: Path
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def log(self) -> str:
        """Everything it has printed so far, both streams."""
        return self.log_path.read_text("utf-8")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit status."""
        self.process.send_signal(number)
        return self.process.wait(STOP_MAX_S)


@contextmanager
def running_stack(env: Mapping[str, str] | None = None, arguments: Sequence[str] = ()) -> Iterator[Running]:
    """`python -m infra.local` on a free port, ready to answer; ended with the block.

    Raises RuntimeError with its log.
    """
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        state = Path(folder)
        command = [sys.executable, "-m", "infra.local", "--state", str(state / "state"), *arguments]
        variables = {**os.environ, "PORT": "0", "EARSHOT_PORT_FILE": str(state / "port"), **(env or {})}
        with open(state / "log", "wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own module
                command, cwd=ROOT, env=variables, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            yield _ready(process, state, "https" if variables.get("LAN") == "1" else "http")
        finally:
            process.terminate()
            try:
                process.wait(STOP_MAX_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ready(process: "subprocess.Popen[bytes]", state: Path, scheme: str) -> Running:
    end = time.monotonic() + START_MAX_S
    while process.poll() is None and time.monotonic() < end:
        if (state / "port").exists():
            running = Running(process, int((state / "port").read_text("ascii")), state / "log", scheme)
            if _answers(f"{running.url}/health"):
                return running
        time.sleep(LOOK_EVERY_S)
    raise RuntimeError(f"the stack did not start:\n{(state / 'log').read_text('utf-8')}")


def _unverified() -> ssl.SSLContext:
    """For the question whether anything answers at all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5, context=_unverified()) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except urllib.error.HTTPError:
        return True  # up; an application without /health says 404
    except OSError:
        return False
