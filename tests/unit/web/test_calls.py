"""The ways to the other people of the call, and what is said of them (static/js/call)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.javascript import evaluated

CALLER = """
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: new EventTarget() }, configurable: true });
const sent = [], live = made({ state: "open", send: one => sent.push(one) });
const room = made({ id: "r", state: { people: [{ participant_id: "me" }] } });
const tell = call => {
  room.state = { ...room.state, answer: { me: "me" }, call };
  room.dispatchEvent(new Event("change"));
};
tell([]);
const calls = new m.Call(room, live);
calls.enter(); tell(["me"]);
const inside = calls.place;
"""
PAIRS = (Path(__file__).parent / "pairs.js").read_text("utf-8")


def news(*links: str) -> Any:
    """What is said of each."""
    said = "((ways, links) => links.map(link => ways.news('ada', link)))"
    return evaluated("call/ways.js", f"{said}(new m.Ways(), {json.dumps(links)})")


@pytest.mark.parametrize(
    ("links", "said"),
    [
        (("connecting", "connected", "connected"), [None, None, None]),
        (("connecting", "failed", "failed"), [None, "call.link-failed", None]),
        (("connected", "shaky", "connected"), [None, "call.said-shaky", "call.said-again"]),
        (("connected", "shaky", "connecting", "connected"), [None, "call.said-shaky", None, "call.said-again"]),
        (("failed", "connecting", "failed"), ["call.link-failed", None, None]),
        (("failed", "connected"), ["call.link-failed", "call.said-again"]),
    ],
)
def test_a_way_that_fails_or_breaks_off_is_said_once(links: tuple[str, ...], said: list[str | None]) -> None:
    """B13, G5: to those who do not see the tiles, who would otherwise talk into nothing."""
    assert news(*links) == said


def test_of_who_comes_again_it_is_said_again() -> None:
    """B13: another entry is another way."""
    scene = "(ways => [ways.news('ada', 'failed'), ways.keep([]), ways.news('ada', 'failed')])(new m.Ways())"
    assert evaluated("call/ways.js", scene) == ["call.link-failed", None, "call.link-failed"]


def test_who_leaves_over_a_dead_socket_says_so_until_the_meeting_knows() -> None:
    """B13: otherwise they stand in its list, and the others are told that there is no way to them."""
    scene = """calls.leave();
      live.state = "offline"; live.dispatchEvent(new Event("lost"));
      live.state = "open"; live.dispatchEvent(new Event("open")); tell(["me"]);
      const said = () => sent.filter(one => one.action === "call").map(one => one.joined), again = said();
      tell([]); live.dispatchEvent(new Event("open"));
      return [inside, again, said().length];"""
    done = evaluated("call/call.js", f"(async () => {{ {scene} }})()", before=CALLER)
    assert done == ["in", [True, False, False], 3]


def test_who_left_the_meeting_takes_nobody_out_of_its_call_later() -> None:
    """B13: they may be in it again by another tab."""
    scene = """calls.leave(); calls.stop();
      live.state = "offline"; live.dispatchEvent(new Event("lost"));
      live.state = "open"; live.dispatchEvent(new Event("open")); tell(["me"]);
      return sent.filter(one => one.action === "call").map(one => one.joined);"""
    assert evaluated("call/call.js", f"(async () => {{ {scene} }})()", before=CALLER) == [True, False]


@pytest.mark.parametrize("acts", [0, 5, 30])
def test_however_signals_overtake_each_other_both_are_on_one_way(acts: int) -> None:
    """B13: also where one is told late that the other went and came, or goes on in another tab (others.js)."""
    assert evaluated("call/others.js", f"failing({acts})", before=PAIRS) == []
