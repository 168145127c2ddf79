"""`python -m infra.local`: Earshot at http://127.0.0.1:8000 until Ctrl-C. PORT, LAN and DYNAMODB as in the README."""

import argparse
import asyncio
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from infra.local.dynamodb_local import NoEngine, dynamodb_local
from infra.local.listening import PortBusy
from infra.local.stack import LocalStack, Options

PORT = 8000
HEAVY = "chalicelib.joining.engine"  # imported at once, so that the first to join need not wait for numpy
CERTIFICATE_NOTE = (
    "Your browser will warn once, because this certificate was made on this machine: choose to go on to the site."
)

KEPT = "What it stores stays in .earshot/dynamodb; mail, and what waits in queues, ends with this process"


def main() -> int:
    """The exit status: 0 after a stop, 1 where it could not start."""
    options = _options()
    if isinstance(options, str):
        return _say_why(options)
    try:
        with _engine(options) as kept:
            asyncio.run(_serve(options, kept))
    except (PortBusy, NoEngine) as trouble:
        return _say_why(str(trouble))
    except KeyboardInterrupt:  # before the loop took the signal over
        return 130
    return 0


def _options() -> Options | str:
    """From the command line and the environment; a sentence where they cannot be used."""
    arguments = _parser().parse_args()
    port = os.environ.get("PORT") or str(PORT)
    if not port.isdecimal() or int(port) > 65_535:
        return f"PORT must be a number from 0 to 65535, not {port}"
    options = Options(app=arguments.app, template=arguments.template, port=int(port), state=arguments.state)
    return _on_the_network(options) if os.environ.get("LAN") == "1" else options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--app", default=Options.app, help="where to import the application from")
    parser.add_argument("--template", type=Path, default=Options.template)
    parser.add_argument("--state", type=Path, default=Options.state, help="where the secret and certificate are kept")
    return parser


def _on_the_network(options: Options) -> Options | str:
    from infra.local.certificate import lan_context, utc_now
    from infra.local.lan import own_addresses, own_names

    addresses = own_addresses()
    if not addresses:
        return "LAN=1 needs a local network, and this machine is on none"
    tls = lan_context(options.state, own_names(addresses), utc_now())
    return replace(options, tls=tls, lan_addresses=tuple(addresses))


@contextmanager
def _engine(options: Options) -> Iterator[bool]:
    """Whether what is stored outlives the process. Raises NoEngine."""
    if os.environ.get("DYNAMODB") != "local":
        yield False
        return
    with dynamodb_local(options.state / "dynamodb") as url:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = url
        yield True


async def _serve(options: Options, kept: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with LocalStack(options) as stack:
        threading.Thread(target=importlib.import_module, args=(HEAVY,), daemon=True).start()
        print(_welcome(stack, kept), flush=True)
        _write_port(stack.port)
        await stop.wait()


def _welcome(stack: LocalStack, kept: bool) -> str:
    options, port = stack.options, stack.port
    end = f"{KEPT if kept else 'Everything in it ends with this process'}: stop with Ctrl-C."
    if not options.tls:
        return f"Earshot is at http://127.0.0.1:{port} (or http://localhost:{port}). {end}"
    from infra.local.lan import qr_text

    url = f"https://{options.lan_addresses[0]}:{port}"
    return f"{qr_text(url)}\nEarshot is at {url} for everyone on this network. {CERTIFICATE_NOTE} {end}"


def _write_port(port: int) -> None:
    """For a program that started us on port 0: the file is there, whole, once requests are answered."""
    path = os.environ.get("EARSHOT_PORT_FILE")
    if path:
        fresh = Path(f"{path}.{os.getpid()}")
        fresh.write_text(str(port), "ascii")
        fresh.replace(path)


def _say_why(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # a handler or workflow still at work must not keep Ctrl-C waiting
