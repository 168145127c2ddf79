"""Real browsers against the real one-machine stack."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from infra.local.testing import Running
from tests.browser import chromium
from tests.browser.people import Person, Place
from tests.support.searched import searched_stack

HERE = Path(__file__).parent
PATIENCE_MS = 20_000  # two cores may be busy with other tests: what comes late is not what these are about


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def stack() -> Iterator[Running]:
    """Tests share it: clips of one cannot match those of the next, which are of another time."""
    with searched_stack() as found:
        yield found


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One for all: profiles keep people apart."""
    found = chromium.launch(playwright)
    yield found
    found.close()


@pytest.fixture
def place(stack: Running) -> Place:
    return Place(stack.url, t0_ms=time.time() * 1_000)


@pytest.fixture
def someone(place: Place, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """`someone("room-a-seat-1")` has opened the start page; gone with the test."""
    with ExitStack() as leaving:

        def arrive(*sound: str | bytes, in_browser: Browser | None = None, **options: Any) -> Person:
            person = place.person(in_browser or request.getfixturevalue("browser"), *sound, **options)
            leaving.callback(person.leaves)
            return person

        yield arrive


@pytest.fixture
def own_browser(playwright: Playwright) -> Iterator[Callable[[], Browser]]:
    """Starts one more Chromium for this test."""
    with ExitStack() as closing:

        def start() -> Browser:
            found = chromium.launch(playwright)
            closing.callback(found.close)
            return found

        yield start
