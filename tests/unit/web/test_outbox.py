"""What was measured and not taken yet is kept, put together, and sent again (static/js/measuring/outbox.js)."""

import json
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.insights.intervals import Span
from chalicelib.insights.recording import KINDS, Recording, fold, recorded
from tests.support.javascript import evaluated

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


HALF_MS = 30_000
IN_HALF = [("webcam", 0, 30), ("talk", 0, 1), ("talk", 5, 9), ("attention", 12, 30), ("talk", 28, 30)]  # seconds


def half(nth: int) -> Any:
    """A piece of half a minute, which begins where the one before ends."""
    begun = nth * HALF_MS
    events = [
        {"kind": kind, "from_ms": begun + from_s * 1_000, "to_ms": begun + to_s * 1_000}
        for kind, from_s, to_s in IN_HALF
    ]
    return {"from_ms": begun, "to_ms": begun + HALF_MS, "heard": True, "events": events}


def recorded_of(piece: Any) -> Recording:
    """What the server makes of it."""
    spans: dict[str, list[Span]] = {kind: [] for kind in KINDS}
    for one in piece["events"]:
        spans[one["kind"]].append((one["from_ms"], one["to_ms"]))
    return recorded(spans, (piece["from_ms"], piece["to_ms"]))


def test_two_hours_without_a_network_are_few_batches() -> None:
    """D3: the server takes 120 in ten minutes. Nothing is lost or changed by it, what was sent stays as it was
    sent, and none is longer than what a page may leave behind."""
    halves = [half(nth) for nth in range(240)]
    scene = f"""let answer = {{afterMs: 0}};
      const bodies = [];
      fate = async batch => (bodies.push(structuredClone(batch)), answer);
      for (const piece of {json.dumps(halves)}) {{
        outbox.add("room", "one", [piece]);
        await outbox.flush();
      }}
      bodies.length = 0;
      answer = "taken";
      await outbox.catchUp()"""
    bodies, left = sent_by_outbox(scene, "[bodies, kept]")
    found = [one["piece"] for one in bodies]
    assert left is None
    assert [one["sequence"] for one in bodies] == list(range(len(bodies)))
    assert (found[0], len(bodies)) == (halves[0], 3)
    assert fold(map(recorded_of, found)) == fold(map(recorded_of, halves))
    assert max(len(json.dumps(one)) for one in bodies) < 60_000
    assert all(one["to_ms"] == other["from_ms"] for one, other in pairwise(found))


@pytest.mark.parametrize(
    "change",
    [
        "room = 'two'",
        "tab = 'two'",
        "piece.heard = false",
        "piece.from_ms += 1",
        "outbox.handOver()",
        "await outbox.flush()",
    ],
)
def test_only_what_goes_on_there_becomes_part_of_what_waits(change: str) -> None:
    """D3: of the same tab in the same meeting, heard alike, and never sent: the server knows it by its number."""
    scene = f"""let room = "room", tab = "one";
      const [first, piece] = {json.dumps([half(0), half(1)])};
      fate = later(0);
      outbox.add(room, tab, [first]);
      {change};
      outbox.add(room, tab, [piece]);
      const found = JSON.parse(kept).map(one => [one.sequence, one.piece.from_ms])"""
    assert sent_by_outbox(scene, "found") == [[0, 0], [1, 30_001 if "+=" in change else 30_000]]


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
