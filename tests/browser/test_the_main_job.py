"""Browsers that hear one room land in one meeting; one that hears another stays out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from chalicelib.joining.fingerprint import SIZE_MAX, parse
from tests.browser.people import VERDICT_MAX_MS, Person, Place


def test_two_in_one_room_meet_and_the_third_stays_out(
    place: Place, own_browser: Callable[[], Browser], someone: Callable[..., Person]
) -> None:
    """A1, A2, A5: three browsers; sound alone decides, and only fingerprints of it leave the devices."""
    one, two, stranger = people = [
        someone(seat, in_browser=own_browser()) for seat in ("room-a-seat-1", "room-a-seat-2", "room-b-seat-1")
    ]
    assert [person.context.cookies() for person in people] == [[], [], []]
    assert [person.open_microphones() for person in people] == [0, 0, 0]

    for person in people:
        person.ear.click()

    for person in (one, two):
        person.lands()
        expect(person.names).to_have_count(2)
    assert one.meeting == two.meeting
    both = {one.name(), two.name()}
    assert len(both) == 2
    for person in (one, two):
        assert set(person.names.all_inner_texts()) == both
        me = person.page.locator(".person", has=person.page.locator(".you:visible"))
        expect(me.locator(".name")).to_have_text(person.name())
        person.microphone_closes()

    expect(stranger.page.get_by_text("Nobody else in earshot yet")).to_be_visible(timeout=VERDICT_MAX_MS)
    assert stranger.meeting is None
    assert stranger.page.request.get(f"/v1/rooms/{one.meeting}").status == 404
    expect(one.names).to_have_count(2)
    stranger.microphone_closes()
    for person in people:
        _sent_only_fingerprints(person, place)


def _sent_only_fingerprints(person: Person, place: Place) -> None:
    """A5, C8: to our own origin, at most 4 KiB each, and nothing went wrong on the way."""
    assert person.traffic.origins == {place.url}
    assert person.traffic.errors == []
    assert person.traffic.clips
    for clip in person.traffic.clips:
        assert clip.headers["content-type"] == "application/vnd.earshot.fingerprint"
        assert len(clip.body) <= SIZE_MAX
        assert parse(clip.body).recorded_at_ms == pytest.approx(float(clip.headers["earshot-recorded-at"]), abs=1)
