"""History, report and one's own numbers as people read them (D1, D4, D5, D7, D9, D10)."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from chalicelib.web.i18n import LANGUAGES, text
from tests.browser.accessibility import complaints
from tests.browser.organisers import send, with_account
from tests.browser.people import Person
from tests.support.told_report import MEETING, planning, told

PICTURES = os.environ.get("EARSHOT_REPORT_PICTURES")  # a folder


def look(page: Page, name: str) -> None:
    if PICTURES:
        for width, height in ((1280, 800), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)


def answered(page: Page, answers: dict[str, Any]) -> None:
    """The API tells of a meeting that was not really held."""

    def tell(route: Route) -> None:
        path = route.request.url.partition("/v1/")[2]
        kind = {"meetings": "list", f"meetings/{MEETING}": "attendance", f"meetings/{MEETING}/report": "report"}
        route.fulfill(json=answers[kind.get(path, "mine")])

    page.route("**/v1/meetings**", tell)
    page.route("**/v1/meetings/**", tell)
    page.route("**/insights/mine", tell)


def test_a_meeting_appears_in_the_history_of_who_ran_it(someone: Callable[..., Person]) -> None:
    """D1, D7, D9: nothing at first, then the meeting and who was there; to strangers there is no such page."""
    page = with_account(someone()).page
    page.goto("/meetings")
    expect(page.locator(".history-said")).to_contain_text("No meeting yet")
    page.locator("#capture-insights").uncheck()
    expect(page.locator(".history-said")).to_have_text("Saved.")
    assert page.request.get("/v1/account").json()["capture_insights"] is False
    page.locator("#capture-insights").check()
    expect(page.locator("#capture-insights")).to_be_checked()
    room = send(page, "POST", "/v1/rooms", {"title": "Budget"})["room_id"]
    send(page, "POST", f"/v1/rooms/{room}/participants", {"name": "Ada"})
    assert page.request.delete(f"/v1/rooms/{room}", headers={"Earshot-Client": "tests"}).ok
    page.reload()
    expect(page.locator(".held-status")).to_have_text("Report on its way")
    assert complaints(page) == []
    page.get_by_role("link", name="Budget").click()
    expect(page.locator(".report-said")).to_contain_text("is being put together")
    page.get_by_text("Who was there").click()
    expect(page.locator(".attendance tbody th")).to_have_text("Ada")
    assert complaints(page) == []
    stranger = someone().page
    stranger.goto(f"/meetings/{room}")
    expect(stranger.locator(".report-said")).to_contain_text("Log in")


def test_a_report_is_read_by_everybody(someone: Callable[..., Person]) -> None:
    """D4, D5, G5: figures, tips with their number and pictures with their words, in every language."""
    page, answers = with_account(someone()).page, told(planning())
    answered(page, answers)
    for language in LANGUAGES:
        page.goto(f"/meetings/{MEETING}?lang={language}")
        expect(page.locator(".people-table tbody tr")).to_have_count(5)
        expect(page.locator(".tips h3").first).to_have_text(text(language, "tip.one-voice.title"))
        page.get_by_text(text(language, "report.as-table")).click()
        expect(page.locator(".timeline-table tbody tr")).to_have_count(96)
    assert complaints(page) == []
    page.goto(f"/meetings/{MEETING}?lang=en")
    expect(page.locator(".tips li").first).to_contain_text("times their fair share; this tip begins at 2.5")
    rows = page.locator(".people-table tbody")
    minutes = ", ".join(str(minute) for minute in range(4, 96, 8))
    strip = rows.get_by_role("row", name="Ben").get_by_role("img")
    expect(strip).to_have_attribute("aria-label", f"Talked in the minutes {minutes}")
    expect(rows.get_by_role("rowheader", name="A participant")).to_have_count(1)
    expect(page.locator(".others")).to_contain_text("2 more people")
    look(page, "report")
    page.emulate_media(media="print")
    look(page, "report-print")
    page.emulate_media(media="screen")
    page.goto("/meetings")
    look(page, "history")
    page.goto(f"/meetings/{MEETING}/mine")
    expect(page.locator(".mine-figures dt")).to_have_count(12)
    assert complaints(page) == []
    look(page, "mine")


def test_a_report_that_failed_can_be_had_again(someone: Callable[..., Person]) -> None:
    """D6: and the page says when it is too late."""
    page, answers = with_account(someone()).page, told(planning())
    ready, failed = answers["report"], {"status": "failed"}
    given = [failed, {"type": "/problems/gone", "status": 410}, {"status": "assembling"}, ready]
    answered(page, answers)
    page.route(f"**/v1/meetings/{MEETING}/report", lambda route: fulfilled(route, given.pop(0)))
    page.goto(f"/meetings/{MEETING}")
    expect(page.locator(".report-said")).to_contain_text("tried again")
    again = page.get_by_role("button", name="Put it together again")
    again.click()
    expect(page.locator(".report .form-problem").first).to_contain_text("cannot be made any more")
    again.click()
    expect(page.locator(".report-said")).to_contain_text("is being put together")
    expect(page.locator(".people-table tbody tr")).to_have_count(5, timeout=15_000)


def fulfilled(route: Route, answer: dict[str, Any]) -> None:
    status = answer["status"]
    route.fulfill(status=status if isinstance(status, int) else 200, json=answer)
