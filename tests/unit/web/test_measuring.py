"""What a browser measures, apart from the microphone: voice by level, closed intervals, batches (D2, D3)."""

import json
from typing import Any

from chalicelib.insights.recording import KINDS
from tests.support.javascript import evaluated

QUIET, SPEECH, CLICK = -62.0, -25.0, -20.0  # decibels below full scale
FRAMES_A_SECOND = 50


def talked_s(*parts: tuple[float, float], repeated: int = 1) -> float:
    """How much of (seconds, level) after (seconds, level) is heard as voice."""
    levels = [level for seconds, level in parts for _ in range(round(seconds * FRAMES_A_SECOND))] * repeated
    heard = "(detector => levels.map(level => detector.hear(level)).filter(Boolean).length)(new m.VoiceActivity())"
    return float(evaluated("measuring/voice.js", heard.replace("levels.", f"{json.dumps(levels)}."))) / FRAMES_A_SECOND


def test_speech_is_heard_to_half_a_second() -> None:
    """D2: ten seconds of it, with the pauses between words bridged, and nothing where nobody talks."""
    words = [(2.0, QUIET), *[(0.3, SPEECH), (0.08, QUIET)] * 26, (3.0, QUIET)]
    assert abs(talked_s(*words) - 26 * 0.38) < 0.5
    assert talked_s((10, QUIET)) == 0
    assert talked_s((10, -100.0)) == 0


def test_keys_and_steady_noise_are_no_speech() -> None:
    """D2: a key is shorter than any word; a fan is the room's own level within ten seconds."""
    assert talked_s((0.46, QUIET), (0.04, CLICK), repeated=40) == 0
    assert talked_s((5, QUIET), (60, -35.0)) < 10
    assert talked_s((1, -90.0), (5, -57.0), (1, -90.0)) == 0


def test_talk_ends_with_its_last_word_and_a_noise_is_none() -> None:
    """D2: to the frame; neither what is waited for another word nor a key soon after it is talk."""
    pause = [(1.0, SPEECH), (0.16, QUIET), (1.0, SPEECH)]
    assert talked_s((2, QUIET), *pause, (3, QUIET)) == 2.16
    assert talked_s((2, QUIET), (1, SPEECH), (0.12, QUIET), (0.04, CLICK), (3, QUIET)) == 1
    assert talked_s((2, QUIET), (0.04, CLICK), (0.12, QUIET), (1, SPEECH), (3, QUIET)) == 1


def pieces(*ticks: tuple[int, str]) -> Any:
    """Of ticks as (instant, what holds); "cut" cuts there, and who is "deaf" hears no talk."""
    looks = [(at, {kind: kind in held for kind in KINDS}, held) for at, held in ticks]
    listed = json.dumps(
        [[at, seen | ({"talk": None} if "deaf" in held else {}), held == "cut"] for at, seen, held in looks]
    )
    run = """(() => {
      const ledger = new m.Ledger(), found = [];
      for (const [at, held, cut] of ticks)
        if (cut) found.push(...ledger.cut());
        else ledger.tick(at, held);
      return [...found, ...ledger.cut()];
    })()"""
    return evaluated("measuring/ledger.js", run, f"const ticks = {listed};")


def test_intervals_are_closed_and_batches_touch() -> None:
    """D2, D3: a batch is cut where another begins, so that nothing is missing between them and nothing counts twice."""
    ticks = [(at * 100, "talk" if 5 <= at < 15 else "") for at in range(31)]
    [first, second] = pieces(*ticks[:11], (1_000, "cut"), *ticks[11:])
    talked = {"kind": "talk", "from_ms": 400, "to_ms": 1_000}
    assert first == {"from_ms": 0, "to_ms": 1_000, "heard": True, "events": [talked]}
    rest = {"kind": "talk", "from_ms": 1_000, "to_ms": 1_400}
    assert second == {"from_ms": 1_000, "to_ms": 3_000, "heard": True, "events": [rest]}


def test_without_a_microphone_another_piece_begins() -> None:
    """D3: which says that nobody heard, and of everything else goes on where the one before ends."""
    ticks = [(0, "webcam"), (100, "talk webcam"), (200, "deaf webcam"), (300, "deaf webcam"), (400, "webcam")]
    found = pieces(*ticks, (400, "cut"), (500, "deaf webcam"))
    edges = [(one["from_ms"], one["to_ms"], one["heard"]) for one in found]
    assert edges == [(0, 100, True), (100, 300, False), (300, 400, True), (400, 500, False)]
    kinds = [[(one["kind"], one["from_ms"], one["to_ms"]) for one in piece["events"]] for piece in found]
    assert kinds == [
        [("talk", 0, 100), ("webcam", 0, 100)], [("webcam", 100, 300)], [("webcam", 300, 400)], [("webcam", 400, 500)],
    ]  # fmt: skip


def test_what_nobody_looked_at_is_missing() -> None:
    """D3: a device that slept has measured nothing meanwhile, and says so; a clock set back begins anew."""
    [before, after] = pieces((0, "webcam"), (500, "webcam"), (60_000, "webcam"), (60_500, "webcam"))
    assert (before["to_ms"], after["from_ms"]) == (500, 60_000)
    assert [one["events"] for one in (before, after)] == [
        [{"kind": "webcam", "from_ms": 0, "to_ms": 500}], [{"kind": "webcam", "from_ms": 60_000, "to_ms": 60_500}],
    ]  # fmt: skip
    [one, other] = pieces((5_000, ""), (5_500, ""), (1_000, ""), (1_400, ""))
    assert ((one["from_ms"], one["to_ms"]), (other["from_ms"], other["to_ms"])) == ((5_000, 5_500), (1_000, 1_400))
