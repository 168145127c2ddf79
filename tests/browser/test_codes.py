"""Where sound does not do: a code is shown, and admits one device."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, expect

from chalicelib.web.i18n import text
from tests.browser.accessibility import complaints
from tests.browser.people import Person, Place, with_own_microphone

_CODE = re.compile(r"^\w{3} \w{3}$")


def test_a_code_admits_one_device_and_the_next_is_shown_at_once(
    place: Place, browser: Browser, someone: Callable[..., Person]
) -> None:
    """A10, G5: offered where the microphone is refused; entered by a click, never by opening an address."""
    host, guest, late = with_own_microphone(place, browser, allowed=False), someone(), someone()
    host.ear.click()
    expect(host.page.locator(".codes-why")).to_have_text(text("en", "codes.why"))
    assert complaints(host.page) == []
    host.page.get_by_role("button", name="Show a code").click()
    letters = host.page.locator(".code-letters")
    expect(letters).to_have_text(_CODE)
    first = letters.inner_text().replace(" ", "")

    guest.page.goto(f"/join#code={first}")
    expect(guest.page.locator("#code")).to_have_value(first)
    assert guest.context.cookies() == []  # opening it did nothing
    guest.page.get_by_role("button", name="Enter").click()
    for person in (host, guest):
        expect(person.names).to_have_count(2)
    assert host.meeting == guest.meeting

    expect(letters).not_to_have_text(f"{first[:3]} {first[3:]}")
    expect(letters).to_have_text(_CODE)
    assert complaints(host.page) == []

    late.page.locator(".codes summary").press("Enter")
    late.page.locator("#code").fill(first.lower())
    late.page.locator("#code").press("Enter")
    expect(late.page.locator(".codes .form-problem")).to_have_text(text("en", "codes.gone"))
    expect(late.page.locator("#code")).to_have_value(first.lower())
    assert late.meeting is None
    host.context.close()
