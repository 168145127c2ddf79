"""Two browsers measure one conversation: who answered whom, and how soon (static/js/measuring, insights/turns.py)."""

import json
from typing import Any

from chalicelib.insights.intervals import Spans, by_depth, length
from chalicelib.insights.recording import fold, recorded
from chalicelib.insights.turns import take_turns
from tests.support.javascript import evaluated
from tests.support.measured_page import PAGE

QUIET, SPEECH = -65, -30  # decibels below full scale
FRAME_MS = 20
GAPS_MS = [0, 60, 100, 140, 200, 260, 300, 400] * 3
NEAR_MS = 20
TALKS = """(async () => {
  Date.now = () => 1_790_000_000_000 + ticks * 100;
  performance.now = () => 1_000_000 + ticks * 100;
  globalThis.fetch = async () => json({ now_ms: Date.now(), keys: [] });
  const observers = people.map(() => new m.Observer(parts)), found = people.map(() => []);
  for (const one of observers) await one.start();
  await until(() => observers.every(one => one.now !== null));
  await after(20);
  for (let at = 0; at < people[0].length; at += 5) {
    ticks += 1;
    people.forEach((levels, who) => {
      nodes[who].port.onmessage({ data: { atMs: Date.now(), levels: levels.slice(at, at + 5) } });
      if (ticks % (300 + who) === 0) found[who].push(...observers[who].cut());
    });
  }
  observers.forEach((one, who) => (one.stop(), found[who].push(...one.cut())));
  return found;
})()"""


def conversation() -> tuple[list[int], list[int]]:
    """Levels by frame of two who take turns of two seconds, not in step with the tenths in which levels come."""
    one, other = [QUIET] * 500, [QUIET] * 500
    for turn, gap_ms in enumerate([*GAPS_MS, 1_000]):
        talks, listens = (one, other) if turn % 2 == 0 else (other, one)
        frames, gap = 100 + turn * 37 % 5, gap_ms // FRAME_MS
        talks += [SPEECH] * frames + [QUIET] * gap
        listens += [QUIET] * (frames + gap)
    rest = [QUIET] * (-len(one) % 5)
    return one + rest, other + rest


def talk_of(pieces: list[Any]) -> Spans:
    """As the server folds it."""
    spans = ([(one["from_ms"], one["to_ms"]) for one in piece["events"] if one["kind"] == "talk"] for piece in pieces)
    return fold(recorded({"talk": talk}) for talk in spans).talk


def test_an_answer_is_no_interruption_and_its_gap_is_told() -> None:
    """D4: from the last loud frame of one to the first of the other, whenever batches are cut."""
    people = conversation()
    one, other = map(
        talk_of, evaluated("measuring/observer.js", TALKS, f"{PAGE}; const people = {json.dumps(people)};")
    )
    floor = take_turns({"one": one, "other": other})
    assert floor.interruptions == {}
    assert length(by_depth([one, other])[1]) == 0
    for who, told in (("other", GAPS_MS[::2]), ("one", GAPS_MS[1::2])):
        assert len(floor.gaps[who]) == len(told)
        assert all(abs(gap - truth) <= NEAR_MS for gap, truth in zip(floor.gaps[who], told, strict=True))
    assert abs(length(one) + length(other) - sum(map(len, spoken(people))) * FRAME_MS) <= NEAR_MS


def spoken(people: tuple[list[int], list[int]]) -> list[list[int]]:
    return [[level for level in levels if level == SPEECH] for levels in people]
