"""What can go wrong before anything is heard: each says what to do, and trying again works once it is mended."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib.web.i18n import text
from tests.browser.people import VERDICT_MAX_MS, Person, Place, with_own_microphone

BACK_MAX_MS = 30_000  # the page asks again after one to several seconds
# A microphone that does not open until window.mended, in front of the room's.
BROKEN = """name => {
  const devices = navigator.mediaDevices;
  const works = devices.getUserMedia;
  devices.getUserMedia = (...asked) =>
    window.mended ? works(...asked) : Promise.reject(new DOMException("not now", name));
}"""


def _advises(page: Page, trouble: str) -> None:
    advice = page.locator(".advice")
    expect(advice).to_contain_text(text("en", f"trouble.{trouble}.title"))
    expect(advice).to_contain_text(text("en", f"trouble.{trouble}.body"))


def _listens(page: Page) -> None:
    expect(page.locator("#status")).to_contain_text(text("en", "status.listening"), timeout=VERDICT_MAX_MS)
    expect(page.locator(".advice")).to_be_hidden()


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        ("NotAllowedError", "refused"),
        ("NotFoundError", "no-microphone"),
        ("NotReadableError", "microphone-busy"),
        ("TypeError", "unexpected"),
    ],
)
def test_a_microphone_that_does_not_open(someone: Callable[..., Person], error: str, trouble: str) -> None:
    """A1, G5: the page says what is wrong and what to do, keeps nothing open, and tries again when asked."""
    person = someone()
    person.page.evaluate(BROKEN, error)
    person.ear.click()
    _advises(person.page, trouble)
    person.microphone_closes()

    person.page.evaluate("() => { window.mended = true; }")
    person.page.get_by_role("button", name="Try again").click()
    _listens(person.page)


def test_the_browser_refuses_the_microphone(place: Place, browser: Browser) -> None:
    """A1, G5: somebody clicked Block, and unblocks it as the page advises."""
    person = with_own_microphone(place, browser, allowed=False)
    person.ear.click()
    _advises(person.page, "refused")
    person.microphone_closes()

    person.context.grant_permissions(["microphone"])
    person.page.get_by_role("button", name="Try again").click()
    _listens(person.page)
    person.leaves()


def test_the_server_is_away_and_comes_back(someone: Callable[..., Person]) -> None:
    """A1, G5: the page waits by itself, but the microphone opens only by a click."""
    person = someone()
    person.context.route("**/v1/session", lambda route: route.abort())
    person.ear.click()
    _advises(person.page, "away")
    person.microphone_closes()

    person.context.unroute("**/v1/session")
    expect(person.page.locator("#status")).to_have_text(text("en", "status.back"), timeout=BACK_MAX_MS)
    assert person.open_microphones() == 0
    person.ear.click()
    _listens(person.page)
