"""Hours within a test: a server whose clock it moves, and the pages whose clocks go along."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from tests.browser import moved_clock
from tests.browser.people import Place
from tests.support.searched import searched_stack

MINUTE_MS = 60_000


class Time:
    """The server's clock, and those of pages that go along."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._moved_ms = 0
        self._write()

    def passes(self, milliseconds: int, *pages: Page) -> None:
        self._moved_ms += milliseconds
        self._write()
        for page in pages:
            page.clock.fast_forward(milliseconds)

    def _write(self) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(self._moved_ms), "ascii")
        fresh.replace(self._file)


@contextmanager
def moved_stack(file: Path) -> Iterator[tuple[Place, Time]]:
    """An Earshot whose clock tests move, only ever forwards; `file` says by how much."""
    time = Time(file)
    arguments = ["--app", f"{moved_clock.__name__}:app"]
    with searched_stack({moved_clock.PLACE: str(file)}, arguments) as stack:
        yield Place(stack.url, t0_ms=0), time
