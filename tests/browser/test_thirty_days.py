"""The session's thirty days at their very end: over HTTPS, in a browser that keeps the cookie as it is deployed."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from infra.local.testing import Running
from tests.browser import profiles, set_clock
from tests.support.searched import searched_stack

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
T0 = int(time.time() * 1_000)
READ = "() => fetch('/v1/session').then(answer => answer.status)"
OPEN = """() => fetch("/v1/session", {method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"})
  .then(answer => answer.status)"""

Set = Callable[[int], None]


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Set]]:
    """Earshot over HTTPS, and what sets its clock to so many milliseconds after the beginning."""
    file = tmp_path_factory.mktemp("clock") / "ms"

    def set_to(after_ms: int) -> None:
        fresh = file.with_suffix(".new")
        fresh.write_text(str(T0 + after_ms), "ascii")
        fresh.replace(file)

    set_to(0)
    environment = {"LAN": "1", set_clock.PLACE: str(file)}
    with searched_stack(environment, ["--app", f"{set_clock.__name__}:app"]) as stack:
        yield stack, set_to


@pytest.fixture
def pages(standing: tuple[Running, Set], browser: Browser) -> Iterator[list[Page]]:
    """Four people's browsers, each with a session of the very beginning."""
    stack, _ = standing
    contexts = [profiles.opened(browser, base_url=stack.url, ignore_https_errors=True) for _ in range(4)]
    found = [context.new_page() for context in contexts]
    for page in found:
        page.goto("/")
        assert page.evaluate(OPEN) == 201
        [cookie] = page.context.cookies()
        assert (cookie["name"], cookie["secure"], cookie["httpOnly"]) == ("__Host-earshot", True, True)
        assert abs(cookie["expires"] - time.time() - 30 * DAY / 1_000) < 60
    yield found
    for context in contexts:
        profiles.closed(context)


def test_thirty_days_to_the_millisecond(standing: tuple[Running, Set], pages: list[Page]) -> None:
    """C2: valid 29 d 23 h 59 min 59.999 s after last use, refused and cleared at 30 d; used at 0 and at 11 h 59 min,
    valid at 30 d 11 h 58 min, although the server's half was not written again.
    """
    _, set_to = standing
    within, beyond, used, used_and_over = pages

    def reads(page: Page, after_ms: int) -> int:
        set_to(after_ms)
        return int(page.evaluate(READ))

    for page in (used, used_and_over):
        assert reads(page, 11 * HOUR + 59 * MINUTE) == 200
    assert reads(within, 30 * DAY - 1) == 200
    assert reads(beyond, 30 * DAY) == 401
    assert beyond.context.cookies() == []
    assert reads(used, 30 * DAY + 11 * HOUR + 58 * MINUTE) == 200
    assert reads(used_and_over, 30 * DAY + 11 * HOUR + 59 * MINUTE) == 401
    assert [len(page.context.cookies()) for page in pages] == [1, 0, 1, 0]
