"""AWS's own DynamoDB engine on this machine, for `make run DYNAMODB=local` and `make test-dynamodb`."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY, SOURCE = ROOT / ".venv" / "engine", ROOT / "infra" / "engine" / "Engine.java"
STOP_MAX_S = 10.0
NO_JAVA = "DynamoDB Local did not start. It needs Java 17 or newer: look at `java -version`."


class NoEngine(RuntimeError):
    """It cannot be started; the message says what to do."""


@contextmanager
def dynamodb_local(folder: Path | None = None) -> Iterator[str]:
    """Its URL, inside the block. Data stay in `folder`, or end with it where there is none. Raises NoEngine."""
    if not LIBRARY.is_dir():
        raise NoEngine("DynamoDB Local is not here yet: infra/setup.sh engine fetches it.")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    process = _start(folder)
    try:
        yield f"http://127.0.0.1:{_port(process)}"
    finally:
        process.communicate(timeout=STOP_MAX_S)  # its input ends, and so does it


def _start(folder: Path | None) -> "subprocess.Popen[str]":
    """Raises NoEngine where there is no Java at all."""
    try:
        return subprocess.Popen(  # noqa: S603 - our own words
            _command(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            start_new_session=True,  # Ctrl-C is for whoever started it: what is under way may end in order
        )  # fmt: skip
    except FileNotFoundError:
        raise NoEngine(NO_JAVA) from None


def _command(folder: Path | None) -> list[str]:
    java = ["java", "-Xmx1g", f"-Djava.library.path={LIBRARY}", "-cp", f"{LIBRARY}/*"]
    return [*java, str(SOURCE), "0", *([] if folder is None else [str(folder)])]


def _port(process: "subprocess.Popen[str]") -> int:
    line = process.stdout.readline() if process.stdout else ""
    if not line.strip().isdecimal():
        raise NoEngine(NO_JAVA)
    return int(line)
