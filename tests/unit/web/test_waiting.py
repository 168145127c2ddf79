"""Waiting at a door (static/js/waiting.js): as soon as somebody inside says yes, one is in."""

from typing import Any

from tests.support.javascript import evaluated

DOOR = """
const live = made({ state: "open" }), waiting = new m.Waiting(live), news = [];
for (const what of ["knocked", "in", "refused"]) waiting.addEventListener(what, () => news.push(what));
const yes = room_id => live.dispatchEvent(
  new CustomEvent("message", { detail: { type: "knock.answered", room_id, admitted: true } }));
const knocking = { room_id: "r", status: "knocking", expires_at_ms: 1 }, inside = { room_id: "r" };
let asked = 0;
"""


def played(scene: str) -> Any:
    """What a scene gives at a door, and how often it was asked."""
    return evaluated("waiting.js", f"(async () => {{ {scene}; await after(60); return [news, asked]; }})()", DOOR)


def test_a_yes_that_is_quicker_than_the_word_of_the_knock_is_heard() -> None:
    """A12: people may answer before this page knows at whose door it stands."""
    assert played("""yes("r"); waiting.start(knocking, async () => (asked += 1, inside))""") == [["knocked", "in"], 1]


def test_a_yes_that_comes_while_the_knock_is_repeated_is_heard() -> None:
    """A12: the answer to the repeated knock was written before."""
    scene = """const ask = async () => {
        const given = asked++ ? inside : knocking; await after(30); return given;
      };
      waiting.start(knocking, ask); live.dispatchEvent(new Event("open")); await after(10); yes("r"); await after(60)"""
    assert played(scene) == [["knocked", "in"], 2]


def test_an_answer_at_another_door_asks_nothing() -> None:
    """A12: nor does an old one ask for ever."""
    scene = """yes("other"); waiting.start(knocking, async () => (asked += 1, knocking)); await after(30);
      yes("r"); await after(30)"""
    assert played(scene) == [["knocked"], 1]
