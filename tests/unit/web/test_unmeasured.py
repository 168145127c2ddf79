"""Whoever stopped in a meeting is not measured in it again unasked (static/js/measuring/unmeasured.js)."""

import pytest

from tests.support.javascript import evaluated
from tests.support.measured_page import MEASURED, SENT, played

STOPPED = f"""{MEASURED}
const reads = async id => {{
  room.id = id;
  room.state = {{ ...room.state, answer: {{ ...room.state.answer }} }};
  room.dispatchEvent(new Event("change"));
  await after(50);
}};
const goes = async id => {{ measuring.clear(); await reads(id); }};
const becomes = (from, to) => {{
  room.dispatchEvent(new CustomEvent("moved", {{ detail: {{ from, to }} }}));
  measuring.clear();
}};
measuring.stopHere();
"""


def test_who_stops_in_one_meeting_has_not_withdrawn() -> None:
    """D10: what was measured until then is sent, and counts; nothing more is measured here, whatever is read anew,
    until one agrees again."""
    scene = f"""{STOPPED}
      await measuring.flush();
      const said = [measuring.place, given];
      await reads("r");
      said.push(measuring.place);
      await measuring.agree();
      await until(() => nodes.length > 1);
      measures(1);
      said.push(measuring.place)"""
    said, sent = played(scene, "[said, asked]")
    assert said == ["declined", True, "declined", "measuring"]
    assert sent == ["PUT /v1/consents", SENT, "PUT /v1/consents"]


@pytest.mark.parametrize("moves", [["merged"], ["a", "merged"]])
def test_who_stops_in_a_meeting_has_stopped_in_what_it_becomes(moves: list[str]) -> None:
    """D10: two rooms turn out to be one, and its id is another; however often, and whether it was read in between."""
    moved = "; ".join(f'becomes("{was}", "{now}")' for was, now in zip(["r", *moves], moves, strict=False))
    assert played(f'{STOPPED} {moved}; await reads("merged")', "[measuring.place, nodes.length]") == ["declined", 1]


def test_who_stops_in_a_meeting_and_is_heard_beside_another_has_stopped_in_that() -> None:
    """D10: the answer to a clip leads there, perhaps before the news that the two are one."""
    scene = f"""{STOPPED}
      measuring.follow({{ from: "r", to: "other" }});
      await goes("other")"""
    assert played(scene, "[measuring.place, nodes.length]") == ["declined", 1]


def test_who_stops_in_two_meetings_has_stopped_in_both() -> None:
    """D10: between them one that captures, where the consent stands."""
    scene = f"""{STOPPED}
      const said = [];
      await goes("s");
      said.push(measuring.place);
      measuring.stopHere();
      for (const id of ["r", "s"]) {{
        await goes(id);
        said.push(measuring.place);
      }}"""
    assert played(scene, "said") == ["starting", "declined", "declined"]


def test_a_page_that_comes_back_to_a_meeting_that_has_merged_does_not_begin() -> None:
    """D10: who had stopped there loads the page again, and the old address answers with what the meeting is now."""
    scene = f"""{STOPPED}
      const get = answers.GET, now = {{ room_id: "merged", me: "p", organised: true, sequence: 1 }};
      answers.GET = path =>
        /rooms.[a-z]+$/.test(path) ? json({{ ...now, participants: [], content: [], call: [] }}) : get(path);
      const {{ Room }} = await module("room.js");
      const again = new Room(made({{ state: "open", send() {{}} }}));
      const second = new m.Measuring({{ ...parts, room: again }});
      again.addEventListener("moved", ({{ detail }}) => (second.clear(), again.enter(detail.to)));
      again.enter("r");
      await until(() => second.place !== "off");
      await after(50)"""
    assert played(scene, "[again.id, second.place, nodes.length]") == ["merged", "declined", 1]


@pytest.mark.parametrize("keeps", [True, False])
def test_so_many_meetings_are_remembered_and_no_more(keeps: bool) -> None:
    """D10: the latest fifty, also where the browser keeps nothing, and until one agrees there."""
    kept = "let kept = null; sessionStorage.getItem = () => kept; sessionStorage.setItem = (_, all) => (kept = all);"
    scene = """(() => {
      const all = new m.Unmeasured();
      for (let at = 0; at < 60; at += 1) all.add(`r${at}`);
      all.remove("r30");
      return ["r9", "r10", "r30", "r59", "r", ""].map(one => all.has(one));
    })()"""
    assert evaluated("measuring/unmeasured.js", scene, kept * keeps) == [False, True, False, True, False, False]
