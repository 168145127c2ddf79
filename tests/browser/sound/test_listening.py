"""What leaves a real page while it listens."""

from collections.abc import Callable

from chalicelib.joining.fingerprint import SIZE_MAX, parse
from tests.browser.people import VERDICT_MAX_MS, Person


def test_only_the_fingerprint_leaves_the_device(someone: Callable[..., Person]) -> None:
    """A5: at most 4 KiB; the clip is a fingerprint of what the microphone heard, never a recording."""
    person = someone("room-a-seat-1")
    with person.page.expect_response("**/v1/joins", timeout=VERDICT_MAX_MS) as answered:
        person.ear.click()
    assert answered.value.status == 202
    clip = person.traffic.clips[0]
    assert clip.headers["content-type"] == "application/vnd.earshot.fingerprint"
    assert len(clip.body) <= SIZE_MAX
    heard = parse(clip.body)
    assert abs(heard.recorded_at_ms - float(clip.headers["earshot-recorded-at"])) <= 1
    assert 2.4 <= heard.duration_s <= 4  # the first clip ends where the common grid says
    assert 0 < heard.quality.below_full_scale < 60  # it is the room, not silence
    assert 0 < heard.clock_error_ms < 1_000
    assert heard.processing == ["off", "on", "unknown"].index(clip.headers["earshot-processing"])
