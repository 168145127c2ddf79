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


OUTBOX = """
const piece = {from_ms: 0, to_ms: 1, events: []}, sent = [];
let kept = null, fate = async () => "taken";
const send = batch => (sent.push([batch.tab, batch.sequence]), fate(batch)), parts = {send, keep: one => (kept = one)};
const later = afterMs => async () => ({afterMs});
const outbox = new m.Outbox({...parts, kept});
const settled = async promise => Promise.race([promise.then(() => true), after(20).then(() => false)]);
"""


def sent_by_outbox(scene: str, gives: str = "sent") -> Any:
    """What is sent in a scene, as [tab, number]."""
    return evaluated("measuring/outbox.js", f"(async () => {{ {scene}; return {gives}; }})()", OUTBOX)


def test_what_failed_and_whether_it_may_go_again() -> None:
    """D3: nobody there, too much to do, a fault at this batch, no for good."""
    errors = (
        "[new a.Away(2000), new a.Refused(429, {}, 3000), new a.Refused(500, {}, null), new a.Refused(404, {}, null)]"
    )
    found = evaluated("measuring/batches.js", f"(await module('api.js').then(a => {errors}.map(m.fateOf)))")
    assert found == [
        {"afterMs": 2_000, "fault": False}, {"afterMs": 3_000, "fault": False}, {"afterMs": 0, "fault": True}, "never",
    ]  # fmt: skip


def test_what_the_server_did_not_take_is_sent_again_under_its_number() -> None:
    """D3: also by the next page of the tab; what was refused for good is not."""
    scene = """fate = later(600_000);
      outbox.add("room", "one", [piece, piece]);
      await outbox.flush();
      fate = async () => "taken";
      const next = new m.Outbox({...parts, kept});
      next.add("room", "two", [piece]);
      await next.flush();
      fate = async () => "never";
      next.add("room", "two", [piece]);
      await next.flush();
      await next.flush()"""
    assert sent_by_outbox(scene, "({sent, kept})") == {
        "sent": [["one", 0], ["one", 0], ["one", 1], ["two", 0], ["two", 1]],
        "kept": None,
    }


def test_what_waits_goes_again_by_itself_and_not_before_the_server_wants_it() -> None:
    """D3: at the end of a meeting nothing else would send it within the two minutes that are left."""
    scene = """const fates = [later(0), later(700), async () => "taken"], at = [];
      fate = batch => (at.push(Date.now()), fates.shift()(batch));
      outbox.add("room", "one", [piece]);
      await outbox.flush();
      while (kept) await after(20)"""
    count, first_ms, second_ms = sent_by_outbox(scene, "[sent.length, at[1] - at[0], at[2] - at[1]]")
    assert (count, first_ms >= 200, second_ms >= 690) == (3, True, True)


def test_nothing_goes_before_the_server_wants_it_whatever_comes_meanwhile() -> None:
    """D3: no new batch, and nobody who has heard of the server; a pause of our own ends with the latter."""
    scene = """const seen = [];
      for (const [afterMs, act] of [[500, "flush"], [500, "catchUp"], [0, "flush"], [0, "catchUp"]]) {
        const outbox = new m.Outbox({...parts, kept: null});
        fate = async () => ({afterMs});
        outbox.add("room", "one", [piece]);
        await outbox.flush();
        fate = async () => "taken";
        sent.length = 0;
        outbox.add("room", "one", [piece]);
        await outbox[act]();
        const at_once = sent.length;
        await after(800);
        seen.push([at_once, sent.length]);
      }"""
    assert sent_by_outbox(scene, "seen") == [[0, 2], [0, 2], [0, 2], [2, 2]]


def test_a_batch_at_which_the_server_fails_holds_up_no_other() -> None:
    """D3: what comes behind it goes at once, what comes later before it; in the end it is given up."""
    scene = """fate = async ({sequence}) => sequence ? "taken" : {afterMs: 0, fault: true};
      outbox.add("room", "one", [piece, piece]);
      await outbox.flush();
      const first = sent.splice(0);
      outbox.add("room", "one", [piece]);
      while (sent.length < 2) await after(20);
      const later = sent.splice(0);
      globalThis.setTimeout = (act, ms) => (now += ms, setImmediate(act));
      const steady = performance.now.bind(performance);
      let now = 0;
      performance.now = () => steady() + now;
      while (kept) await new Promise(setImmediate)"""
    first, later, tries = sent_by_outbox(scene, "[first, later, sent.length]")
    assert first == [["one", 0], ["one", 1]]
    assert later == [["one", 2], ["one", 0]]
    assert tries == 30 - 2


def test_a_server_that_fails_at_everything_is_not_asked_everything() -> None:
    """D3: two faults in a row are the server's, not a batch's."""
    scene = """fate = async () => ({afterMs: 0, fault: true});
      outbox.add("room", "one", Array(9).fill(piece));
      await outbox.flush()"""
    assert sent_by_outbox(scene) == [["one", 0], ["one", 1]]


def test_whoever_waits_for_the_outbox_waits_for_what_came_meanwhile() -> None:
    """D3: who leaves while a batch is on its way sends the last one, too."""
    scene = """const answers = [];
      fate = () => new Promise(resolve => answers.push(resolve));
      outbox.add("room", "one", [piece]);
      void outbox.flush();
      outbox.add("room", "one", [piece]);
      const all = outbox.flush(), found = [await settled(all)];
      for (const each of [0, 1]) { answers[each]("taken"); found.push(await settled(all)); }"""
    assert sent_by_outbox(scene, "({found, sent})") == {
        "found": [False, False, True],
        "sent": [["one", 0], ["one", 1]],
    }


def test_what_was_forgotten_is_not_sent_even_while_it_is_being_sent() -> None:
    """D10: of all that waited only what was on its way goes, and it is not tried again."""
    for fate in ("taken", {"afterMs": 0}):
        scene = f"""let answer;
          fate = () => new Promise(resolve => (answer = resolve));
          outbox.add("room", "one", [piece, piece, piece]);
          const all = outbox.flush();
          outbox.forget();
          answer({json.dumps(fate)});
          await all;
          await after(400)"""
        assert sent_by_outbox(scene, "[sent, kept]") == [[["one", 0]], None]
