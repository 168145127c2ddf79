"""A tab's life: what it staged goes when it closes, comes back when it does, and waits for it half an hour."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from chalicelib.web.i18n import text
from tests.browser.hours import MINUTE_MS, Time, moved_stack
from tests.browser.people import Person, Place
from tests.browser.presenters import cards, expect_mine, framed_site, meet_by_code, mine, open_links, show, stage

URL, TITLE = "https://example.org/minutes", "Minutes of May"
BACK = "1 link is on your list again."


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Time]]:
    """An Earshot whose clock tests move, only ever forwards."""
    with moved_stack(tmp_path_factory.mktemp("clock") / "ms") as found:
        yield found


@pytest.fixture
def pair(someone: Callable[..., Person]) -> tuple[Person, Person]:
    one, two = someone(), someone()
    meet_by_code(one, two)
    return one, two


@pytest.fixture
def late(moved: tuple[Place, Time], someone: Callable[..., Person]) -> tuple[Person, Person]:
    """Two whose clocks a test moves."""
    place, _ = moved
    one, two = someone(base_url=place.url), someone(base_url=place.url)
    for person in (one, two):
        person.page.clock.install()
    meet_by_code(one, two)
    return one, two


def test_a_reload_stages_the_list_again_under_another_name(pair: tuple[Person, Person]) -> None:
    """B3: what was shown is gone at once; the list comes back by itself, says so, and is nobody else's to see."""
    one, two = pair
    show(one.page, URL, TITLE)
    expect(cards(two)).to_have_count(1)
    [before] = mine(one.page)
    one.page.reload()
    expect(one.page.locator(".note").filter(has_text=BACK)).to_be_visible()
    expect(cards(two)).to_have_count(0)
    [after] = mine(one.page)
    assert (after["url"], after["title"], after["shown_in"]) == (URL, TITLE, None)
    assert after["tab_id"] != before["tab_id"]
    assert after["content_id"] != before["content_id"]
    expect(open_links(one.page).locator(".link-item")).to_have_count(1)


def test_closing_a_tab_takes_its_links_and_no_others(pair: tuple[Person, Person]) -> None:
    """B3: at once, from the cloud and from the others' screens; another tab's stay."""
    one, two = pair
    show(one.page, URL, TITLE)
    other = one.context.new_page()
    other.goto(one.page.url)
    show(other, "https://example.org/budget", "Budget")
    expect(cards(two)).to_have_count(2)
    expect(one.page.locator(".link-item", has_text="Budget")).to_contain_text(text("en", "life.elsewhere"))
    expect(cards(one).filter(has_text="Budget")).to_contain_text(text("en", "life.elsewhere"))
    expect(cards(one).filter(has_text=TITLE)).to_contain_text(text("en", "life.mine"))
    one.page.close()
    expect(cards(two)).to_have_count(1)
    expect(cards(two)).to_contain_text("Budget")
    expect_mine(other, ["Budget"])


def test_a_closed_tab_that_is_opened_again_and_a_page_that_is_come_back_to(pair: tuple[Person, Person]) -> None:
    """B3: going elsewhere is closing; coming back stages again."""
    one, _ = pair
    stage(one.page, URL, TITLE)
    with framed_site() as elsewhere:
        one.page.goto(elsewhere)
        other = one.context.new_page()
        other.goto("/")
        expect_mine(other, [])
        one.page.go_back()
        expect(one.page.locator(".note").filter(has_text=BACK)).to_be_visible()
    expect_mine(other, [TITLE])


def test_a_page_kept_in_the_browsers_cache_comes_back_as_another_tab(pair: tuple[Person, Person]) -> None:
    """B3: what such browsers tell the page; its name is new, because the old one was closed."""
    one, _ = pair
    stage(one.page, URL, TITLE)
    [before] = mine(one.page)
    one.page.evaluate("() => { dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true})); }")
    one.page.wait_for_function("() => fetch('/v1/content').then(r => r.json()).then(a => a.content.length === 0)")
    one.page.evaluate("() => { dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true})); }")
    expect(one.page.locator(".note").filter(has_text=BACK)).to_be_visible()
    [after] = mine(one.page)
    assert after["tab_id"] != before["tab_id"]
    expect(one.page.locator(".meeting-facts .link-state")).to_have_text("Live")


def test_a_duplicated_tab_starts_empty(pair: tuple[Person, Person]) -> None:
    """B3: it has a copy of what the first keeps, and the first still lives."""
    one, _ = pair
    stage(one.page, URL, TITLE)
    with one.page.expect_popup() as opened:
        one.page.evaluate("() => { window.open(location.href); }")
    copy = opened.value
    kept = "() => sessionStorage.getItem('earshot.links')"
    copy.wait_for_function(kept)
    expect(copy.locator(".people .name")).to_have_count(2)
    copy.wait_for_function("() => JSON.parse(sessionStorage.getItem('earshot.links')).links.length === 0")
    assert len(mine(copy)) == 1
    copy.reload()
    open_links(copy)
    expect(copy.locator(".link-item")).to_have_count(1)  # the first tab's
    assert len(mine(copy)) == 1


def test_a_tab_that_sleeps_too_long_is_over_on_every_screen(
    moved: tuple[Place, Time], late: tuple[Person, Person]
) -> None:
    """B2, B7: another screen drops the link at its deadline by itself, without a network; the list can be had again."""
    (_, time), (one, two) = moved, late
    show(one.page, URL, TITLE)
    expect(cards(two)).to_contain_text("29 minutes left")
    [before] = mine(one.page)
    deadline = cards(two).locator("time").get_attribute("datetime")
    assert deadline == two.page.evaluate("ms => new Date(ms).toISOString()", before["expires_at_ms"])

    time.passes(29 * MINUTE_MS, two.page)
    expect(cards(two)).to_contain_text("less than a minute left")
    two.context.set_offline(True)
    time.passes(MINUTE_MS, two.page)
    expect(cards(two)).to_have_count(0)
    assert mine(one.page) == []

    one.page.clock.fast_forward(30 * MINUTE_MS)
    expect(one.page.locator(".ran-out")).to_contain_text("1 link of yours is not in the cloud any more")
    expect(cards(one)).to_have_count(0)
    expect(one.page.locator(".link-item")).to_have_count(0)
    one.page.get_by_role("button", name="Put them back on my list").click()
    expect(one.page.locator(".link-item")).to_contain_text(TITLE)
    expect(one.page.locator(".ran-out")).to_be_hidden()
    expect_mine(one.page, [TITLE])
    [after] = mine(one.page)
    assert after["tab_id"] != before["tab_id"]


def test_five_minutes_offline_lose_nothing_and_nobody_notices(
    moved: tuple[Place, Time], late: tuple[Person, Person]
) -> None:
    """B2: the lease decides; what is shown stays on every screen, and lives on from the first heartbeat."""
    (_, time), (one, two) = moved, late
    show(one.page, URL, TITLE)
    expect(cards(two)).to_have_count(1)
    [before] = mine(one.page)
    one.context.set_offline(True)
    expect(one.page.locator(".offline")).to_contain_text(text("en", "notice.offline"))
    time.passes(5 * MINUTE_MS, one.page, two.page)
    expect(cards(one)).to_have_count(1)
    expect(cards(two)).to_have_count(1)
    one.context.set_offline(False)
    expect(one.page.locator(".meeting-facts .link-state")).to_have_text("Live")
    expect(cards(one)).to_contain_text("29 minutes left")
    [after] = mine(one.page)
    assert after["content_id"] == before["content_id"]
    assert after["shown_in"] == one.meeting
    assert after["expires_at_ms"] >= before["expires_at_ms"] + 5 * MINUTE_MS
    expect(cards(two)).to_have_count(1)
    expect(two.page.locator(".note", has_text="is not shown any more")).to_have_count(0)
