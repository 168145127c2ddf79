"""The microphone: open from the click to the verdict, and never else."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import VERDICT_MAX_MS, Person, Place, with_own_microphone
from tests.support.sounds import RATE, SAMPLE, wav

UNTOUCHED = {"echoCancellation": False, "noiseSuppression": False, "autoGainControl": False}
SILENCE = wav(bytes(10 * RATE * SAMPLE))


@pytest.mark.parametrize("apart_s", [3, 6, 10])
def test_people_who_click_seconds_apart_meet(someone: Callable[..., Person], apart_s: int) -> None:
    """A1: whoever listens waits for those who come later."""
    early, late = someone("room-a-seat-1"), someone("room-a-seat-2")
    early.ear.click()
    early.page.wait_for_timeout(apart_s * 1_000)  # what is tested is this wait, in real seconds of real sound
    late.ear.click()
    for person in (early, late):
        person.lands()
        expect(person.names).to_have_count(2)
    assert early.meeting == late.meeting


def test_a_second_click_closes_the_microphone(someone: Callable[..., Person]) -> None:
    """A1: nothing is open before the click, nor after the second; a third listens again."""
    person = someone()
    assert person.page.evaluate("() => window.earshotSpy.opened()") == 0
    for _ in range(2):
        person.ear.click()
        expect(person.page.locator("#status")).to_contain_text("Listening", timeout=VERDICT_MAX_MS)
        assert person.open_microphones() == 2  # a track and an audio clock
        person.ear.click()
        person.microphone_closes()
        expect(person.ear).to_contain_text("Listen")


def test_the_browser_is_asked_to_leave_the_sound_alone(place: Place, browser: Browser) -> None:
    """A9: processing is switched off, read back, and what the browser says travels with the clip."""
    person = with_own_microphone(place, browser)
    with person.page.expect_request("**/v1/joins", timeout=VERDICT_MAX_MS) as clip:
        person.ear.click()
    [asked] = person.page.evaluate("() => window.earshotSpy.asked()")
    assert {name: asked["audio"][name] for name in UNTOUCHED} == UNTOUCHED
    assert clip.value.headers["earshot-processing"] == "off"
    person.leaves()


def test_a_browser_that_does_not_say_counts_as_unknown(someone: Callable[..., Person]) -> None:
    """A9: a track that reports nothing about processing is no promise of untouched sound."""
    person = someone()
    with person.page.expect_request("**/v1/joins", timeout=VERDICT_MAX_MS) as clip:
        person.ear.click()
    assert clip.value.headers["earshot-processing"] == "unknown"


def test_silence_is_answered_by_what_to_do(someone: Callable[..., Person]) -> None:
    """A7: too quiet to tell, and the page says so while there is still time to make a sound."""
    person = someone(SILENCE)
    person.ear.click()
    expect(person.page.locator(".tip")).to_contain_text("Say something or clap", timeout=VERDICT_MAX_MS)
    assert person.meeting is None
