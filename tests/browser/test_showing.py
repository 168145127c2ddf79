"""Links are staged for oneself and shown to the meeting; they go when their owner says so, or goes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from chalicelib.web.i18n import text
from tests.browser.accessibility import complaints
from tests.browser.organisers import opens_a_meeting, with_account
from tests.browser.people import Person
from tests.browser.presenters import cards, expect_mine, framed_site, meet_by_code, mine, open_links, show, stage

URL, TITLE = "https://example.org/minutes", "Minutes of May"


@pytest.fixture
def pair(someone: Callable[..., Person]) -> tuple[Person, Person]:
    one, two = someone(), someone()
    meet_by_code(one, two)
    return one, two


def test_a_staged_link_is_its_owners_alone_until_it_is_shown_and_again_when_taken_back(
    pair: tuple[Person, Person],
) -> None:
    """B1, B4, B6: staged, shown, taken back, deleted; at each step the panel shows what the cloud holds."""
    one, two = pair
    expect(two.page.locator(".content-none")).to_be_visible()
    entry = stage(one.page, URL, TITLE)
    expect(entry).to_contain_text(text("en", "links.hidden"))
    [item] = mine(one.page)
    assert (item["url"], item["title"], item["shown_in"]) == (URL, TITLE, None)
    assert mine(two.page) == []
    expect(cards(two)).to_have_count(0)

    entry.get_by_role("button", name="Show as a card").click()
    expect(cards(two)).to_contain_text(TITLE)
    expect(cards(two)).to_contain_text("example.org")
    expect(cards(two)).to_contain_text(f"Shown by {one.name()}")
    expect(two.page.locator(".note").filter(has_text=f"{one.name()} shows “{TITLE}”.")).to_be_visible()
    link = two.page.get_by_role("link", name="Open in a new tab")
    assert link.get_attribute("href") == URL
    assert link.get_attribute("rel") == "noopener noreferrer"
    expect(entry).to_contain_text(text("en", "links.shown-card"))

    entry.get_by_role("button", name="Take back").click()
    expect(cards(two)).to_have_count(0)
    expect(entry).to_contain_text(text("en", "links.hidden"))
    assert [item["shown_in"] for item in mine(one.page)] == [None]

    entry.get_by_role("button", name="Show as a card").click()
    expect(cards(two)).to_have_count(1)
    entry.get_by_role("button", name="Delete").click()
    expect(cards(two)).to_have_count(0)
    expect(one.page.locator(".link-item")).to_have_count(0)
    assert mine(one.page) == []
    assert one.page.request.delete(f"/v1/content/{item['content_id']}", headers={"Earshot-Client": "t"}).status == 404
    assert one.traffic.errors == two.traffic.errors == []


def test_a_page_is_framed_without_rights_and_its_card_stands(pair: tuple[Person, Person]) -> None:
    """B6, B8: the presenter chooses; the frame is sandboxed, hears of no referrer and loads once."""
    one, two = pair
    with framed_site() as site:
        show(one.page, site, "Theirs", how="frame")
        frame = two.page.locator(".shown iframe")
        expect(two.page.frame_locator(".shown iframe").get_by_role("heading")).to_have_text("Their page")
        expect(two.page.frame_locator(".shown iframe").locator("#from")).to_have_text("")
        assert frame.get_attribute("sandbox") == "allow-scripts allow-same-origin allow-forms allow-popups"
        assert frame.get_attribute("allow") == ""
        assert frame.get_attribute("referrerpolicy") == "no-referrer"
        expect(cards(two)).to_contain_text(text("en", "content.nothing-here"))
        frame.evaluate("frame => { frame.dataset.kept = 'yes'; }")
        show(one.page, "https://example.org/second", "Second")
        expect(cards(two)).to_have_count(2)
        expect(cards(two).first).to_contain_text("Second")
        expect(frame).to_have_attribute("data-kept", "yes")


def test_our_own_pages_are_offered_as_a_card_only(pair: tuple[Person, Person]) -> None:
    """B6, B8: the panel says why; and no page frames one, whatever it is told."""
    one, two = pair
    origin = one.page.evaluate("() => location.origin")
    entry = stage(one.page, f"{origin}/login", "Log in")
    expect(entry.get_by_role("button", name="Show the page")).to_be_hidden()
    expect(entry.get_by_role("button", name="Show as a card")).to_be_visible()
    expect(entry).to_contain_text(text("en", "links.unframed"))
    entry.get_by_role("button", name="Show as a card").click()
    expect(cards(two)).to_have_count(1)

    def lie(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        told["content"][0]["as"] = "frame"
        route.fulfill(response=answer, json=told)

    two.page.route("**/v1/rooms/*", lie)
    two.page.reload()
    expect(cards(two)).to_contain_text("Log in")
    expect(two.page.locator(".shown iframe")).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("javascript:alert(1)", "reason.scheme"),
        ("https://ada:secret@example.org", "reason.credentials"),
        ("https://", "reason.no-host"),
    ],
)
def test_what_is_no_safe_link_is_refused_with_its_reason(
    someone: Callable[..., Person], typed: str, reason: str
) -> None:
    """B8: beside the field, and what was typed stays."""
    person = someone()
    person.page.locator("#me").click()
    person.page.get_by_role("button", name="Links to show").click()
    person.page.locator("#link-url").fill(typed)
    person.page.get_by_role("button", name="Add to the list").click()
    expect(person.page.locator("#link-url-problem")).to_have_text(text("en", reason))
    expect(person.page.locator("#link-url")).to_be_focused()
    expect(person.page.locator("#link-url")).to_have_value(typed)
    assert mine(person.page) == []


def test_leaving_takes_what_i_show_along(pair: tuple[Person, Person]) -> None:
    """B5: it stays staged."""
    one, two = pair
    show(one.page, URL, TITLE)
    expect(cards(two)).to_have_count(1)
    one.page.get_by_role("button", name="Leave the meeting").click()
    expect(cards(two)).to_have_count(0)
    expect(one.page.locator(".link-item")).to_contain_text(text("en", "links.hidden"))


def test_whoever_runs_the_meeting_removes_what_anybody_shows(someone: Callable[..., Person]) -> None:
    """B9: for everybody; it stays staged, and others are not offered that."""
    ada, guest = with_account(someone()), someone()
    guest.page.goto(opens_a_meeting(ada, "Weekly"))
    guest.page.get_by_role("button", name="Join", exact=True).click()
    expect(ada.names).to_have_count(2)
    show(guest.page, URL, TITLE)
    expect(cards(guest).get_by_role("button", name="Remove for everybody")).to_be_hidden()
    cards(ada).get_by_role("button", name="Remove for everybody").click()
    expect(cards(ada)).to_have_count(0)
    expect(ada.page.locator("#content-title")).to_be_focused()
    expect(cards(guest)).to_have_count(0)
    expect(guest.page.locator(".link-item")).to_contain_text(text("en", "links.hidden"))
    assert [item["shown_in"] for item in mine(guest.page)] == [None]


def test_what_ends_with_the_meeting_is_gone_from_the_panel_too(someone: Callable[..., Person]) -> None:
    """B11: what was shown in it is deleted; what was only staged is still there."""
    ada = with_account(someone())
    opens_a_meeting(ada, "Weekly")
    stage(ada.page, "https://example.org/later", "Later")
    show(ada.page, URL, TITLE)
    ada.page.locator(".panel-close").click()
    ada.page.get_by_role("button", name="End the meeting for everybody").click()
    ada.page.get_by_role("button", name="End the meeting", exact=True).click()
    expect(ada.page.locator("#gone-title")).to_have_text(text("en", "gone.ended.title"))
    expect_mine(ada.page, ["Later"])


def test_every_state_is_for_everybody(pair: tuple[Person, Person]) -> None:
    """G5: nothing shown, a list, a refusal, what I show and what others do, on screens large and small."""
    one, two = pair
    assert complaints(two.page) == []
    stage(one.page, URL, TITLE)
    with framed_site() as site:
        show(one.page, site, "Theirs", how="frame")
        one.page.locator("#link-url").fill("https://")
        one.page.get_by_role("button", name="Add to the list").click()
        expect(one.page.locator("#link-url")).to_have_attribute("aria-invalid", "true")
        assert complaints(one.page) == []
        expect(cards(two)).to_have_count(1)
        assert complaints(two.page) == []


def test_the_notice_about_showing_is_said_and_dismissed(pair: tuple[Person, Person]) -> None:
    """B9: others may keep a link, and the presenter answers for what is shown; no wall."""
    page = pair[0].page
    links = open_links(page)
    expect(links.get_by_text(text("en", "links.notice"))).to_be_visible()
    links.get_by_role("button", name="Understood").click()
    expect(page.locator("#step-links")).to_be_focused()
    page.reload()
    expect(open_links(page).get_by_text(text("en", "links.notice"))).to_be_hidden()


def test_whoever_deletes_the_cookie_is_out_of_the_meeting_as_soon_as_the_page_learns(
    someone: Callable[..., Person],
) -> None:
    """C3: that device is signed out: nothing of the meeting is on its page any more, and nothing more comes."""
    ada, ben = someone(), someone()
    meet_by_code(ada, ben)
    show(ada.page, "https://example.org/minutes", "Minutes")
    expect(cards(ben)).to_have_count(1)
    ben.context.clear_cookies()
    open_links(ben.page)
    ben.page.locator("#link-url").fill("https://example.org/mine")
    ben.page.get_by_role("button", name="Add to the list").click()
    expect(ben.page.locator("#gone-title")).to_be_visible()
    expect(cards(ben)).to_have_count(0)
    expect(ben.names).to_have_count(0)
