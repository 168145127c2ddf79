"""What the page does while it listens (static/js/joins.js, clock.js): lost answers are asked for, clocks kept right."""

import pytest

from tests.support.javascript import evaluated

PAGE = """
globalThis.window = globalThis;
globalThis.document = { body: { dataset: {} }, cookie: "", addEventListener() {} };
globalThis.localStorage = globalThis.sessionStorage = { getItem: () => null, setItem() {}, removeItem() {} };
globalThis.location = new URL("https://earshot.example/");
let tick;
globalThis.setInterval = act => { tick = act; return 0; };
globalThis.clearInterval = () => {};
globalThis.setTimeout = act => setImmediate(act);
const asked = [], answers = [], posted = [], deleted = [];
let failures = 0;
globalThis.fetch = async (path, { method, headers }) => {
  if (method === "GET") asked.push(path);
  if (method === "POST") posted.push(headers.get("Earshot-Join"));
  if (method === "DELETE") deleted.push(path.split("/").pop());
  if (method === "POST" && failures-- > 0) throw new TypeError("the network");
  if (method === "POST") return Response.json({ join_id: sent, status: "listening" });
  return Response.json({ join_id: path.split("/").pop(), status: "joined", room_id: "r" });
};
let sent;
crypto.randomUUID = () => (sent = "00000000-0000-4000-8000-000000000001");
const live = Object.assign(new EventTarget(), { state: "open" });
const joins = new m.Joins(live, { encode: async () => ({ type: "x/y", body: "" }), end() {} });
joins.onanswer = answer => answers.push(answer.status);
const send = () => joins.send({ recordedAtMs: 0 }, { tab: "t", processing: "off", roomId: null, keys: [] });
"""


def test_a_verdict_whose_push_was_lost_is_asked_for() -> None:
    """A2, A6: also while the live channel seems to be up; and only while there is no answer."""
    scene = """(async () => {
      await send();
      const turn = () => new Promise(resolve => setImmediate(resolve));
      for (let second = 0; second < 12; second++) { tick(); await turn(); }
      for (let n = 0; n < 50; n++) await turn();
      return { answers, asked: asked.length };
    })()"""
    assert evaluated("joins.js", scene, PAGE) == {"answers": ["listening", "joined"], "asked": 1}


def test_a_clip_that_the_network_lost_is_sent_again_as_the_same() -> None:
    """A1, A6: two failures end no listening, and the server has one clip."""
    scene = """(async () => {
      failures = 2;
      await send();
      return { answers, posted: posted.length, ids: new Set(posted).size };
    })()"""
    assert evaluated("joins.js", scene, PAGE) == {"answers": ["listening"], "posted": 3, "ids": 1}


def test_a_clip_of_which_nothing_was_heard_is_taken_back() -> None:
    """A4: the server may have it although its answer never came."""
    scene = """(async () => {
      failures = 9;
      const failed = await send().then(() => null, error => error.constructor.name);
      await joins.cancel();
      return { failed, posted: posted.length, deleted: deleted.includes(sent) };
    })()"""
    assert evaluated("joins.js", scene, PAGE) == {"failed": "Away", "posted": 3, "deleted": True}


def test_a_clip_on_its_way_is_not_asked_for() -> None:
    """A1: the server does not know it yet, and would say so in every console."""
    scene = """(async () => {
      const sending = send();
      for (let second = 0; second < 12; second++) tick();
      await sending;
      return asked;
    })()"""
    assert evaluated("joins.js", scene, PAGE) == []


@pytest.mark.parametrize(("waited_s", "fresh"), [(24, True), (26, False), (44, False), (46, False)])
def test_a_clock_that_would_not_last_is_set_again(waited_s: int, fresh: bool) -> None:
    """A1: whoever thinks long about the browser's question is heard for the whole 20 seconds all the same."""
    scene = f"""(async () => {{
      const clock = new m.ServerClock();
      await clock.sync(1);
      const now = performance.now();
      performance.now = () => now + {waited_s} * 1000;
      return clock.freshFor(20_000);
    }})()"""
    time = f"{PAGE.split('const live')[0]}\nglobalThis.fetch = async () => Response.json({{ now_ms: 0, keys: [] }});"
    assert evaluated("clock.js", scene, time) is fresh
