"""History, report and one's own numbers as people read them (D1, D4, D5, D7, D9, D10)."""

import csv
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from chalicelib.insights import report
from chalicelib.web.i18n import LANGUAGES, text
from tests.browser.accessibility import complaints
from tests.browser.organisers import send, with_account
from tests.browser.people import Person
from tests.support.told_report import MEETING, MINUTES, planning, told

OTHER_PART = re.compile(r"/report\?after=")
DAY_MS = 86_400_000
PICTURES = os.environ.get("EARSHOT_REPORT_PICTURES")  # a folder


def look(page: Page, name: str) -> None:
    if PICTURES:
        for width, height in ((1280, 800), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)


def answered(page: Page, answers: dict[str, Any]) -> None:
    """The API tells of a meeting that was not really held."""

    def tell(route: Route) -> None:
        path, _, after = route.request.url.partition("/v1/")[2].partition("?after=")
        if path.endswith("/report"):
            return route.fulfill(json=answers["pages"][int(after or 0)])
        if path.endswith(("/shares", "/trend")):
            return route.fulfill(json={"shares": [], "meetings": 4, "least": 3, "points": answers["trend"]})
        kind = {"meetings": "list", f"meetings/{MEETING}": "attendance"}
        return route.fulfill(json=answers[kind.get(path, "mine")])

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
        first = [text(language, f"tip.{rule}.title") for rule in ("low-coverage", "one-voice")]
        assert page.locator(".tips h3").all_inner_texts()[:2] == first
        page.locator(".report-body").get_by_text(text(language, "report.as-table")).click()
        expect(page.locator(".timeline-table tbody tr")).to_have_count(96)
    assert complaints(page) == []
    page.goto(f"/meetings/{MEETING}?lang=en")
    expect(page.locator(".tips li").nth(1)).to_contain_text("times their fair share; this tip begins at 2.5")
    rows = page.locator(".people-table tbody")
    minutes = ", ".join(str(minute) for minute in range(4, 96, 8))
    strip = rows.get_by_role("row", name="Ben").get_by_role("img")
    expect(strip).to_have_attribute("aria-label", f"Talked in the minutes {minutes}")
    halved = rows.get_by_role("row").filter(has=page.get_by_role("rowheader", name="A participant"))
    told_halved = "Talked in the minutes 24; not measured, or not there, in the minutes 1, 49–96"
    expect(halved.get_by_role("img")).to_have_attribute("aria-label", told_halved)
    assert page.locator(".people-table table").count() == 0
    rows.get_by_role("row", name="Ben").get_by_text("As a table").click()
    steps = page.get_by_role("table", name="Step by step: Ben").locator("tbody tr")
    expect(steps).to_have_count(96)
    cells = [[name, "25 sec", "0 sec", "–"] for name in ("3", "91")]
    assert [steps.nth(int(one[0])).locator("th, td").all_inner_texts() for one in cells] == cells
    assert complaints(page) == []
    expect(page.locator(".others")).to_contain_text("2 more people, of whom nothing was measured,")
    course = page.locator(".trend-cards li").filter(has_text="Unevenness")
    expect(course.get_by_role("img")).to_have_attribute("aria-label", "From 0.8 to 0.5")
    expect(course.locator(".axis")).to_have_text("Below: 0, at the top: 0.8.")
    expect(page.locator(".axis-top")).to_have_text("The top is 1 min 12 sec of talk in a step; of the line, 100 %.")
    for width, sideways in ((390, True), (1_280, False)):
        page.set_viewport_size({"width": width, "height": 800})
        expect(page.get_by_text("The table goes on to the side.")).to_be_visible(visible=sideways)
    look(page, "report")
    saved = {kind: save(page, kind) for kind in ("CSV", "JSON")}
    assert json.loads(saved["JSON"])["people"] == answers["report"]["report"]["people"]
    people = [row for row in csv.DictReader(saved["CSV"].splitlines()) if row["\ufeffrow"] == "person"]
    assert [row["name"] for row in people] == [one["name"] or "" for one in answers["report"]["report"]["people"]]
    page.emulate_media(media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    for shown in (".timeline-picture svg", ".timeline-table", ".attendance table", ".meanings dl"):
        expect(page.locator(shown)).to_be_visible()
    for left_out in (".top", ".keep", ".shares", ".report-body summary >> nth=0"):
        expect(page.locator(left_out)).to_be_hidden()
    look(page, "report-print")
    page.emulate_media(media="screen")
    page.goto("/meetings")
    look(page, "history")
    page.goto(f"/meetings/{MEETING}/mine")
    expect(page.locator(".mine-figures dt")).to_have_count(12)
    page.get_by_text("The same as a table").click()
    expect(page.locator(".mine-table tbody tr")).to_have_count(MINUTES)
    expect(page.locator(".mine-table tbody th").last).to_have_text(str(2 * MINUTES - 2))  # steps of two minutes
    assert complaints(page) == []
    look(page, "mine")


def test_a_meeting_of_days_says_of_which(someone: Callable[..., Person]) -> None:
    """D1, D4: on the axis, and from when to when each was there; what is of one day names it once."""
    page, answers = with_account(someone()).page, told(planning())
    meeting, people = (answers["attendance"][part] for part in ("meeting", "participants"))
    began, ended = meeting["opened_at_ms"], meeting["ended_at_ms"] + DAY_MS
    meeting["ended_at_ms"] = people[0]["stays"][0]["to_ms"] = ended
    answers["pages"][0]["report"]["summary"]["span"] = [began, ended]
    answered(page, answers)
    page.goto(f"/meetings/{MEETING}?lang=en")
    day = "at => new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(at)"
    from_to = [page.evaluate(day, at) for at in (began, ended)]
    expect(page.locator(".axis-from, .axis-to")).to_have_text(from_to)
    page.get_by_text("Who was there").click()
    rows = page.locator(".attendance tbody tr")
    expect(rows.first.locator("td").first).to_have_text("–".join(from_to))
    expect(rows.last.locator("td").first).to_have_text(re.compile(r"^\d+ \w+ 2026, [\d:]+–[\d:]+$"))
    assert complaints(page) == []


def save(page: Page, kind: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Save as {kind}").click()
    assert download.value.suggested_filename == f"earshot-report-2026-09-21.{kind.lower()}"
    return Path(download.value.path()).read_text("utf-8")


def test_a_report_that_failed_can_be_had_again(someone: Callable[..., Person], monkeypatch: pytest.MonkeyPatch) -> None:
    """D4, D6, D12: and the page says when it is too late. Of many people it comes in parts, and is printed whole;
    while it is told anew it is neither shown further nor saved.
    """
    monkeypatch.setattr(report, "PART_MAX", 1)  # a part for each
    page, answers = with_account(someone()).page, told(planning())
    ready, failed = answers["report"], {"status": "failed"}
    given = [failed, {"type": "/problems/gone", "status": 410}, {"status": "assembling"}, ready, ready]
    answered(page, answers)
    page.route(f"**/v1/meetings/{MEETING}/report", lambda route: fulfilled(route, given.pop(0)))
    page.goto(f"/meetings/{MEETING}")
    expect(page.locator(".report-said")).to_contain_text("tried again")
    again = page.get_by_role("button", name="Put it together again")
    again.click()
    expect(page.locator(".report .form-problem").first).to_contain_text("cannot be made any more")
    again.click()
    expect(page.locator(".report-said")).to_contain_text("is being put together")
    rows, more = page.locator(".people-table tbody tr"), page.get_by_role("button", name="Show more people")
    expect(rows).to_have_count(1, timeout=15_000)
    page.emulate_media(media="print")
    expect(page.locator(".on-paper")).to_contain_text("Not everybody")
    page.emulate_media(media="screen")
    expect(page.locator(".on-paper")).to_be_hidden()
    page.route(OTHER_PART, told_anew)
    more.click()
    expect(page.locator(".report-body .form-problem")).to_contain_text("is being told anew")
    page.unroute(OTHER_PART)
    more.click()
    expect(rows).to_have_count(2)
    page.evaluate("""() => {
      window.print = () => (document.body.dataset.printed = document.querySelectorAll(".people-table tbody tr").length);
    }""")
    page.get_by_role("button", name="Print").click()
    expect(page.locator("body")).to_have_attribute("data-printed", "5")
    expect(more).to_be_hidden()
    expect(page.locator(".on-paper")).to_be_empty()
    page.route(OTHER_PART, told_anew)
    page.get_by_role("button", name="Save as CSV").click()
    expect(page.locator(".keep .form-problem")).to_contain_text("is being told anew")


def told_anew(route: Route) -> None:
    fulfilled(route, {"status": "assembling"})


def fulfilled(route: Route, answer: dict[str, Any]) -> None:
    status = answer["status"]
    route.fulfill(status=status if isinstance(status, int) else 200, json=answer)
