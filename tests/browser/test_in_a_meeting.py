"""Coming, going and coming back, as the others in the meeting see it."""

from collections.abc import Callable
from time import time

import pytest
from playwright.sync_api import expect

from chalicelib.web.i18n import text
from tests.browser.corner import log_in, mailed_link, open_panel, register, say_age, take_name
from tests.browser.people import VERDICT_MAX_MS, Person

EMAIL, PASSWORD = "ada@example.org", "seven green umbrellas"
BEAT_MS = 3_800  # from one clip to the next, on the server's clock (grid.js)
GONE_MAX_MS = 20_000  # a closed tab is noticed at once; the machine may be busy


@pytest.fixture
def pair(someone: Callable[..., Person]) -> tuple[Person, Person]:
    """Two who have just met by sound."""
    one, two = someone("room-a-seat-1"), someone("room-a-seat-2")
    for person in (one, two):
        person.ear.click()
    for person in (one, two):
        person.lands()
        expect(person.names).to_have_count(2)
    return one, two


def test_a_third_joins_seconds_later_and_again_when_a_member_listens(someone: Callable[..., Person]) -> None:
    """A1, A13: those who have met go on a little, and say so; later, a member inside clicks the ear."""
    one, two, third = (someone(f"room-a-seat-{seat}") for seat in (1, 2, 2))
    beat_ms = (time() * 1_000 // BEAT_MS + 1) * BEAT_MS
    one.page.wait_for_timeout(beat_ms - 200 - time() * 1_000)
    for person in (one, two):
        person.ear.click()
    third.page.wait_for_timeout(beat_ms + 3_500 - time() * 1_000)  # half a second before their clips end
    third.ear.click()
    expect(one.page.locator("#status")).to_contain_text("a few seconds more", timeout=VERDICT_MAX_MS)
    for person in (one, two, third):
        person.lands()
        expect(person.names).to_have_count(3, timeout=VERDICT_MAX_MS)
        person.microphone_closes()
    before = one.meeting
    assert [clip.headers.get("earshot-room") for clip in one.traffic.clips[-3:]] == [None, before, before]

    third.page.get_by_role("button", name="Leave the meeting").click()
    expect(one.names).to_have_count(2)
    one.page.evaluate("() => document.querySelectorAll('.people li').forEach(card => { card.dataset.kept = 'yes'; })")
    third.ear.click()
    one.ear.click()
    third.lands()
    for person in (one, two, third):
        expect(person.names).to_have_count(3)
        assert person.meeting == before
    assert third.name() in one.names.all_inner_texts()
    expect(one.page.locator(".people li[data-kept]")).to_have_count(2)  # who was there already is not drawn anew


def test_leaving_is_seen_by_the_others(pair: tuple[Person, Person]) -> None:
    """A4, B5: who leaves is out at once, on their own page and on everybody else's; also where the network is away."""
    one, two = pair
    left = one.meeting
    one.context.set_offline(True)
    one.page.get_by_role("button", name="Leave the meeting").click()
    expect(one.page.get_by_text(text("en", "notice.leave-unheard"))).to_be_visible()
    one.context.set_offline(False)
    expect(one.page.get_by_text("You have left the meeting.")).to_be_visible()
    assert one.meeting is None
    expect(two.names).to_have_text([two.name()])
    assert one.page.request.get(f"/v1/rooms/{left}").status == 404


def test_reloading_stays_and_a_closed_tab_can_come_back(pair: tuple[Person, Person]) -> None:
    """C6: an accidental close loses nothing: the start page knows the way back."""
    one, two = pair
    before = one.meeting
    one.page.reload()
    expect(one.names).to_have_count(2)
    assert one.meeting == before
    one.page.wait_for_load_state("networkidle")  # a busy renderer may be ended before it has said good-bye

    one.page.close()
    expect(two.names).to_have_text([two.name()], timeout=GONE_MAX_MS)

    again = one.context.new_page()
    again.goto("/")
    again.get_by_role("link", name="Back to your meeting").click()
    expect(again.locator(".people .name")).to_have_count(2)
    expect(two.names).to_have_count(2)


def test_a_new_name_is_seen_at_once_and_a_log_in_leaves_nobody_outside(pair: tuple[Person, Person]) -> None:
    """C1, C5: the name is said once to the others; with the account's new session the meeting goes on."""
    one, two = pair
    former, meeting = one.name(), one.meeting
    open_panel(one.page)
    one.page.get_by_role("button", name="Change name").click()
    say_age(one.page)
    take_name(one.page, "Ада")
    _everybody_sees(pair, "Ада")
    expect(two.page.locator(".note").filter(has_text=f"{former} is now called Ада.")).to_be_visible()

    one.page.locator(".panel-close").click()
    register(one.page, EMAIL, PASSWORD)
    mail = one.context.new_page()
    mail.goto(mailed_link(mail, EMAIL))
    mail.get_by_role("button", name="Confirm").click()
    expect(mail.locator(".letter-done")).not_to_be_empty()
    one.page.locator('[data-step="mail-sent"]').get_by_role("button", name="Log in").click()
    with one.page.expect_event("websocket", timeout=GONE_MAX_MS):  # the old session's channel is no more
        log_in(one.page, EMAIL, PASSWORD)
    expect(one.page.locator(".link-state")).to_have_text("Live", timeout=GONE_MAX_MS)
    _everybody_sees(pair, "Ада")
    assert one.meeting == meeting


def _everybody_sees(people: tuple[Person, Person], name: str) -> None:
    for person in people:
        expect(person.names.filter(has_text=name)).to_have_count(1)
        expect(person.names).to_have_count(len(people))
