"""What a browser measures of its person: told first, agreed to, shown, and right (D2, D10)."""

import json
import math
import struct
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.accessibility import complaints
from tests.browser.organisers import opens_a_meeting, with_account
from tests.browser.people import Person, Place
from tests.support.sounds import RATE, wav

HALF_S = 2  # of talk, then of quiet, and again
TOLERANCE_MS = 500  # at every change: what was measured with real speech
MEASURED_MS = 6_000


def talk_and_quiet() -> bytes:
    """A voice's worth of level, up and down as words are, for two of every four seconds."""
    talking = (0.25 * math.sin(at * 0.11) * (at // (RATE // 8) % 4 > 0) for at in range(HALF_S * RATE))
    quiet = (0.0002 * math.sin(at * 1.3) for at in range(HALF_S * RATE))
    return wav(b"".join(struct.pack("<h", round(sample * 32_767)) for part in (talking, quiet) for sample in part))


def spoken_ms(place: Place, from_ms: float, to_ms: float) -> int:
    """How much of that time the room's sound was talk."""
    half = HALF_S * 1_000
    return sum((at - place.t0_ms) % (2 * half) < half for at in range(round(from_ms), round(to_ms)))


def test_talk_is_measured_by_who_agreed_and_by_nobody_else(someone: Callable[..., Person], place: Place) -> None:
    """D2, D10: nothing is open or sent before the yes; then a sign stands, and the talk time is that of the sound."""
    person = with_account(someone(talk_and_quiet()))
    page, sent = person.page, list[dict[str, Any]]()
    page.on("request", lambda one: sent.append(json.loads(one.post_data or "{}")) if is_batch(one) else None)
    opens_a_meeting(person, "Measured")
    expect(page.locator(".measuring-text")).to_contain_text("Measure in meetings when I talk")
    page.get_by_role("button", name="Do not measure me").click()
    expect(page.locator(".measuring-said")).to_have_text("You are not measured in this meeting.")
    assert (person.open_microphones(), sent) == (0, [])
    room = person.meeting
    page.get_by_role("button", name="I agree to be measured").click()
    expect(page.locator(".measuring-said")).to_contain_text("are being measured")
    expect(page.locator(".measured")).to_be_in_viewport()
    assert complaints(page) == []
    page.wait_for_timeout(MEASURED_MS)
    page.goto("/")  # the beacon takes what there is
    expect(page.locator(".measured")).to_be_hidden()
    [batch] = sent
    figures = page.request.get(f"/v1/rooms/{room}/insights/mine").json()["figures"]
    covered_ms = batch["to_ms"] - batch["from_ms"]
    assert covered_ms >= MEASURED_MS - 2 * TOLERANCE_MS
    assert abs(figures["observed_ms"] - covered_ms) <= TOLERANCE_MS
    changes = covered_ms / (HALF_S * 1_000) + 1
    assert abs(figures["talk_ms"] - spoken_ms(place, batch["from_ms"], batch["to_ms"])) <= TOLERANCE_MS * changes / 2
    page.goto(f"/meetings/{room}/mine")
    expect(page.locator(".mine-figures dt")).to_have_count(12)


def is_batch(request: Any) -> bool:
    return bool(request.method == "POST" and request.url.partition("?")[0].endswith("/insights"))
