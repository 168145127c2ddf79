"""What the pages know of what is shown, without a meeting: pure modules, run in a browser."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from infra.local.testing import Running
from tests.browser import profiles

MINUTE_MS = 60_000
APPLY = """async ({state, messages, now}) => {
  const {apply, without} = await import("/assets/js/room-state.js");
  const after = messages.reduce((before, one) => apply(before, one), state);
  const shown = after === "gap" ? after : without(after, now).content;
  return shown === "gap" ? shown : shown.map(one => `${one.content_id} ${one.as}`);
}"""
READING = """async ([left, random]) => {
  const {nextReading} = await import("/assets/js/content/deadlines.js");
  return 1_000_000 - nextReading(1_000_000, 1_000_000 - left, random);
}"""
FRAMEABLE = """async ([url, page]) => {
  const {frameable} = await import("/assets/js/content/framing.js");
  return frameable(url, new URL(page));
}"""

LIVES = """async () => {
  const {writeLife} = await import("/assets/js/content/life.js");
  const [card, panel] = ["time", "time"].map(name => document.body.appendChild(document.createElement(name)));
  writeLife(card, 1_800_000, 0, "");
  await null;
  const before = [card.textContent, panel.textContent];
  writeLife(panel, 1_800_000, 1, "");
  await null;
  return [before, [card.textContent, panel.textContent]];
}"""
INSTANTS = """async () => {
  const {clockTime, dayAndTime} = await import("/assets/js/i18n.js");
  const at = Date.UTC(2026, 10, 22, 18, 21);
  return [clockTime(at), dayAndTime(at)].map(one => one.replace(/\\s/g, " "));
}"""


@pytest.fixture(scope="module")
def page(stack: Running, browser: Browser) -> Any:
    found = browser.new_page(base_url=stack.url)
    found.goto("/")
    yield found
    found.close()


TOLD = """async ([type, at_ms]) => {
  const {ServerTime} = await import("/assets/js/content/server-time.js");
  const live = new EventTarget();
  const time = new ServerTime(live);
  const tell = (type, at_ms) => live.dispatchEvent(new CustomEvent("message", {detail: {type, at_ms}}));
  tell("room.changed", 1_000_000);
  tell(type, at_ms);
  return Math.round((time.now() - 1_000_000) / 1000);
}"""


def _shown(content_id: str, how: str = "card", *, expires_at_ms: int = 10) -> dict[str, Any]:
    return {"content_id": content_id, "as": how, "expires_at_ms": expires_at_ms}


def _message(kind: str, sequence: int, **fields: object) -> dict[str, object]:
    return {"type": f"content.{kind}", "sequence": sequence, **fields}


def _after(page: Page, *messages: dict[str, object], now: int = 0) -> Any:
    state = {"people": [], "content": [_shown("a", expires_at_ms=5), _shown("b")], "sequence": 7}
    return page.evaluate(APPLY, {"state": state, "messages": list(messages), "now": now})


def test_a_screen_is_a_fold_over_what_was_shown_and_removed(page: Page) -> None:
    """B4, B6: in order; the same twice changes nothing; another way of showing keeps its place; a gap is noticed."""
    more = _message("shown", 8, content=_shown("c"))
    assert _after(page, more, more) == ["a card", "b card", "c card"]
    assert _after(page, _message("shown", 8, content=_shown("a", "frame"))) == ["a frame", "b card"]
    assert _after(page, _message("removed", 8, content_id="a")) == ["b card"]
    assert _after(page, _message("removed", 8, content_id="x")) == ["a card", "b card"]
    assert _after(page, _message("removed", 9, content_id="a")) == "gap"


def test_what_is_over_is_dropped_at_its_instant(page: Page) -> None:
    """B7: not a millisecond earlier."""
    assert _after(page, now=4) == ["a card", "b card"]
    assert _after(page, now=5) == ["b card"]
    assert _after(page, now=10) == []


@pytest.mark.parametrize(
    ("type_", "at_ms", "seconds"),
    [("content.removed", 1_300_000, 300), ("content.removed", 700_000, 0), ("participant.left", 1_300_000, 0)],
)
def test_what_is_told_late_sets_no_clock_back(page: Page, type_: str, at_ms: int, seconds: int) -> None:
    """B7: it waited in a queue, or is of minutes ago; by a clock set back, screens would keep what is over."""
    assert page.evaluate(TOLD, [type_, at_ms]) == seconds


@pytest.mark.parametrize(
    ("left", "earliest", "latest"),
    [
        (30 * MINUTE_MS, 10 * MINUTE_MS, MINUTE_MS),
        (9 * MINUTE_MS, 40_000, 20_000),
        (30_000, -500, -5_500),
    ],
)
def test_the_room_is_read_again_before_the_deadline_not_by_all_at_once(
    page: Page, left: int, earliest: int, latest: int
) -> None:
    """B7: milliseconds before the deadline: minutes, then seconds, then once after it."""
    assert page.evaluate(READING, [left, 0]) == earliest
    assert page.evaluate(READING, [left, 1]) == latest


@pytest.mark.parametrize(
    ("url", "here", "framed"),
    [
        ("https://example.org/a", "https://earshot.example", True),
        ("http://example.org/a", "http://127.0.0.1:8000", True),
        ("http://example.org/a", "https://earshot.example", False),
        ("https://earshot.example/rooms/x", "https://earshot.example", False),
        ("https://EARSHOT.example:443/", "https://earshot.example", False),
        ("javascript:alert(1)", "https://earshot.example", False),
        ("data:text/html,x", "https://earshot.example", False),
        ("https://[x]/", "https://earshot.example", False),
    ],
)
def test_a_page_frames_only_what_may_be_framed(page: Page, url: str, here: str, framed: bool) -> None:
    """B6, B8: whatever a server says."""
    assert page.evaluate(FRAMEABLE, [url, here]) is framed


def test_one_link_has_one_life_wherever_the_page_shows_it(page: Page) -> None:
    """B7: card and panel say the same at any moment, though they are written one after the other."""
    before, after = page.evaluate(LIVES)
    assert before[0].startswith("30 minutes left"), before
    assert after[0] == after[1]
    assert after[0].startswith("29 minutes left"), after


@pytest.mark.parametrize(
    ("region", "lang", "said"),
    [
        ("en-GB", "en", ["18:21", "22 Nov 2026, 18:21"]),
        ("en-US", "en", ["6:21 PM", "Nov 22, 2026, 6:21 PM"]),
        ("fr-CH", "fr", ["18:21", "22 nov. 2026, 18:21"]),
        ("de-DE", "en", ["6:21 PM", "Nov 22, 2026, 6:21 PM"]),  # who reads another language than their own
    ],
)
def test_instants_are_written_as_the_readers_region_does(
    stack: Running, browser: Browser, region: str, lang: str, said: list[str]
) -> None:
    """In the language of the page, the way of the browser's own region."""
    context = profiles.opened(browser, base_url=stack.url, locale=region, timezone_id="UTC")
    found = context.new_page()
    found.goto(f"/?lang={lang}")
    assert found.evaluate(INSTANTS) == said
    profiles.closed(context)
