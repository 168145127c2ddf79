"""The page's picture of its meeting (static/js/room.js): what comes late, or does not come, never makes it lie."""

from typing import Any

from tests.support.javascript import evaluated

MEETING = """
class Live extends EventTarget { state = "open"; follows = null; send() {} open() {} }
const live = new Live(), room = new m.Room(live), screens = [], told = [];
room.addEventListener("change", () => screens.push(room.state.content.map(one => one.content_id)));
room.addEventListener("unread", () => told.push("unread"));
const tell = (kind, detail) => live.dispatchEvent(new CustomEvent(kind, { detail: { room_id: "r", ...detail } }));
const link = { content_id: "link", url: "https://example.org/", as: "card", expires_at_ms: Date.now() + 1e6 };
const answer = (sequence, content) =>
  Response.json({ room_id: "r", me: "p", participants: [], content, call: [], sequence });
let asked = 0;
"""
SHORT_PATIENCE = "const real = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = ms => real(ms / 500);"


def played(fetch: str, scene: str) -> Any:
    """What a scene gives in a page to whose requests `fetch` answers."""
    return evaluated(
        "room.js",
        f"(async () => {{ {scene} }})()",
        f"{MEETING}\nglobalThis.fetch = async (path, init) => {{ {fetch} }};",
    )


def test_an_answer_that_a_message_has_overtaken_brings_nothing_back() -> None:
    """B4: what was taken away stays away, and the meeting is read once more."""
    fetch = """asked += 1;
      if (asked === 2) await after(60);
      return asked < 3 ? answer(5, [link]) : answer(6, []);"""
    scene = """room.enter("r"); await after(30);
      room.refresh(); await after(10);
      tell("message", { type: "content.removed", sequence: 6, content_id: "link" });
      await after(600);
      return { screens, asked };"""
    assert played(fetch, scene) == {"screens": [["link"], [], []], "asked": 3}


def test_a_meeting_that_cannot_be_read_is_asked_for_again_and_people_are_told() -> None:
    """G5, B13: in words, once; and it comes by itself."""
    fetch = """asked += 1;
      if (asked < 4) throw new TypeError("the network");
      return answer(5, [link]);"""
    scene = """room.enter("r"); await after(1_500);
      return { screens, asked, told };"""
    assert played(fetch, scene) == {"screens": [["link"]], "asked": 4, "told": ["unread"]}


def test_a_request_that_hangs_is_given_up_and_made_again() -> None:
    """G5: a network that swallows an answer keeps no page from the next one."""
    fetch = """asked += 1;
      const { signal } = init;
      if (asked === 2) await new Promise((_, no) => signal?.addEventListener("abort", () => no(signal.reason)));
      return answer(4 + asked, []);"""
    scene = """room.enter("r"); await after(30); room.refresh();
      for (let n = 0; n < 100 && screens.length < 2; n += 1) await after(20);
      return { asked, sequence: room.state.sequence };"""
    assert played(fetch, SHORT_PATIENCE + scene) == {"asked": 3, "sequence": 7}


def test_a_meeting_that_is_read_no_more_is_not_said_to_be_live() -> None:
    """Issue 5, the page: never a state that is not true; taken back with the next reading."""
    fetch = """asked += 1;
      if (asked === 1) return answer(5, [link]);
      return asked < 5 ? new Response("{}", { status: 500 }) : answer(6, []);"""
    scene = """const { linkState } = await module("meeting-view.js"), said = [];
      const look = () => said.push(linkState("open", room.behind));
      for (const news of ["change", "unread"]) room.addEventListener(news, look);
      room.enter("r"); await after(30); room.refresh();
      while (screens.length < 2) await after(20);
      return { said, without: linkState("offline", true) };"""
    assert played(fetch, scene) == {"said": ["open", "behind", "open"], "without": "offline"}


def test_a_pulse_makes_a_meeting_read_that_never_was() -> None:
    """B7: the page does not wait for somebody to do something."""
    fetch = """asked += 1;
      return asked === 1 ? new Response("{}", { status: 404 }) : answer(5, [link]);"""
    scene = """room.enter("r"); await after(30);
      room.id = "r"; tell("heartbeat", { room: { room_id: "r", sequence: 5, shown: {} } }); await after(60);
      return { screens, asked };"""
    assert played(fetch, scene) == {"screens": [["link"]], "asked": 2}


def test_a_meeting_that_is_left_is_not_asked_for_again() -> None:
    """A4: what fails after that concerns nobody."""
    fetch = """asked += 1; throw new TypeError("the network");"""
    scene = """room.enter("r"); await after(30); room.forget(); await after(600);
      return { asked, told };"""
    assert played(fetch, scene) == {"asked": 1, "told": []}
