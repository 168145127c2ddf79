"""Everything that is held about somebody, on a page: asked for, read, saved; in every language, on phones (F3, F8)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chalicelib.web.i18n import LANGUAGES, text
from tests.browser.accessibility import complaints
from tests.browser.people import Person

PATIENCE_MS = 60_000  # a workflow runs, whatever else the machine does
OPEN_SESSION = "fetch('/v1/session', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})"


def saved(page: Page, language: str) -> list[dict[str, object]]:
    with page.expect_download() as download:
        page.get_by_role("button", name=text(language, "export.save")).click()
    found: list[dict[str, object]] = json.loads(Path(download.value.path()).read_text("utf-8"))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_held_is_one_click_away(someone: Callable[..., Person], language: str) -> None:
    """F3, F8, G5: by kind, with purpose and lifetime; the file has the same; who was given what stands below."""
    page = someone().page
    page.goto(f"/?lang={language}")
    page.evaluate(OPEN_SESSION)
    page.goto(f"/export?lang={language}")
    page.get_by_role("button", name=text(language, "export.ask")).click()
    expect(page.locator(".held-record").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".given-statement")).not_to_be_empty(timeout=PATIENCE_MS)
    assert complaints(page) == []
    assert len(saved(page, language)) == page.locator(".held-record").count()


def test_who_is_nobody_here_is_told_so(someone: Callable[..., Person]) -> None:
    """F3, C2: looking makes no session."""
    page = someone().page
    page.goto("/export?lang=en")
    page.get_by_role("button", name=text("en", "export.ask")).click()
    expect(page.locator(".export-said")).to_have_text(text("en", "export.nobody"))
