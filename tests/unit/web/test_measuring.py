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


def pieces(*ticks: tuple[int, str]) -> Any:
    """Of ticks as (instant, what holds); "cut" cuts there."""
    listed = json.dumps([[at, {kind: kind in held for kind in KINDS}, held == "cut"] for at, held in ticks])
    run = "(ledger => {const found = []; for (const [at, held, cut] of ticks) cut ? found.push(...ledger.cut()) : ledger.tick(at, held); return [...found, ...ledger.cut()];})(new m.Ledger())"  # noqa: E501
    return evaluated("measuring/ledger.js", run.replace("of ticks", f"of {listed}"))


def test_intervals_are_closed_and_batches_touch() -> None:
    """D2, D3: a batch is cut where another begins, so that nothing is missing between them and nothing counts twice."""
    ticks = [(at * 100, "talk" if 5 <= at < 15 else "") for at in range(31)]
    [first, second] = pieces(*ticks[:11], (1_000, "cut"), *ticks[11:])
    assert first == {"from_ms": 0, "to_ms": 1_000, "events": [{"kind": "talk", "from_ms": 400, "to_ms": 1_000}]}
    assert second == {"from_ms": 1_000, "to_ms": 3_000, "events": [{"kind": "talk", "from_ms": 1_000, "to_ms": 1_400}]}


def test_what_nobody_looked_at_is_missing() -> None:
    """D3: a device that slept has measured nothing meanwhile, and says so; a clock set back begins anew."""
    [before, after] = pieces((0, "webcam"), (500, "webcam"), (60_000, "webcam"), (60_500, "webcam"))
    assert (before["to_ms"], after["from_ms"]) == (500, 60_000)
    assert [one["events"] for one in (before, after)] == [
        [{"kind": "webcam", "from_ms": 0, "to_ms": 500}], [{"kind": "webcam", "from_ms": 60_000, "to_ms": 60_500}],
    ]  # fmt: skip
    [one, other] = pieces((5_000, ""), (5_500, ""), (1_000, ""), (1_400, ""))
    assert ((one["from_ms"], one["to_ms"]), (other["from_ms"], other["to_ms"])) == ((5_000, 5_500), (1_000, 1_400))


def test_what_the_server_did_not_take_is_sent_again_under_its_number() -> None:
    """D3: also by the next page of the tab; what was refused for good is not."""
    run = """(async () => {
      const sent = [], piece = {from_ms: 0, to_ms: 1, events: []};
      let kept = null, fate = "later";
      const parts = {send: async batch => (sent.push([batch.tab, batch.sequence]), fate), keep: one => (kept = one)};
      const first = new m.Outbox({...parts, kept});
      first.add("room", "one", [piece, piece]);
      await first.flush();
      fate = "taken";
      const next = new m.Outbox({...parts, kept});
      next.add("room", "two", [piece]);
      await next.flush();
      fate = "never";
      next.add("room", "two", [piece]);
      await next.flush();
      await next.flush();
      return {sent, kept};
    })()"""
    assert evaluated("measuring/outbox.js", run) == {
        "sent": [["one", 0], ["one", 0], ["one", 1], ["two", 0], ["two", 1]],
        "kept": None,
    }
