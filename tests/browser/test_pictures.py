"""The pictures in docs/pictures: taken anew by `make pictures` (EARSHOT_PICTURES=1), looked at by the suite."""

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.accessibility import DESKTOP, PHONE, SIDEWAYS
from tests.browser.corner import open_panel
from tests.browser.people import VERDICT_MAX_MS, Person

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WANTED = os.environ.get("EARSHOT_PICTURES") == "1"


def _picture(page: Page, name: str, size: tuple[int, int] = DESKTOP) -> None:
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate(SIDEWAYS) == 0
    if WANTED:
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


def test_pictures_of_a_meeting_from_start_to_end(someone: Callable[..., Person]) -> None:
    """G5: start page, listening, meeting and panel fit a computer's screen and a phone's."""
    one, two = someone("room-a-seat-1", device_scale_factor=2), someone("room-a-seat-2")
    expect(one.ear).to_be_enabled()
    one.page.get_by_role("button", name="Understood").click()
    _picture(one.page, "home")
    _picture(one.page, "home-phone", PHONE)

    one.ear.click()
    expect(one.page.locator("#status")).to_have_text("Looking for people who hear the same…", timeout=VERDICT_MAX_MS)
    _picture(one.page, "listening")

    two.ear.click()
    one.lands()
    expect(one.names).to_have_count(2)
    expect(one.page.locator(".note")).to_have_count(0, timeout=10_000)
    _picture(one.page, "meeting")
    _picture(one.page, "meeting-phone", PHONE)

    open_panel(one.page)
    _picture(one.page, "panel-phone", PHONE)
    _picture(one.page, "panel")
