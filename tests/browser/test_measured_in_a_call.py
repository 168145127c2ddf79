"""What the page says is measured of somebody in the meeting's call (D2, D10)."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.accessibility import complaints
from tests.browser.organisers import opens_a_meeting, with_account
from tests.browser.people import Person

TALK = "Measured: talk, camera, attention"
NO_TALK = "Measured: camera, attention"


def test_in_the_call_talk_is_measured_while_the_microphone_is_on(someone: Callable[..., Person]) -> None:
    """D2, D10: the sign says so, and the page why; nobody has to agree anew."""
    person = with_account(someone())
    page, sign = person.page, person.page.locator(".measured-what")
    opens_a_meeting(person, "Called")
    page.get_by_role("button", name="Yes, measure me").click()
    expect(page.locator(".measuring-said")).to_contain_text("are being measured")
    expect(sign).to_have_text(TALK)
    page.get_by_role("button", name="Join the call").click()
    expect(sign).to_have_text(NO_TALK)
    expect(page.locator(".measuring-said")).to_contain_text("microphone is off in the call, you count as not talking")
    expect(page.locator(".measuring-again")).to_be_hidden()
    assert complaints(page) == []
    page.get_by_role("button", name="Turn microphone on").click()
    expect(sign).to_have_text(TALK)
    page.get_by_role("button", name="Turn microphone off").click()
    expect(sign).to_have_text(NO_TALK)
    page.get_by_role("button", name="Leave the call").click()
    expect(sign).to_have_text(TALK)
