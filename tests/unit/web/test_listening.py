"""What the page does while it listens (static/js/joins.js, clock.js): lost answers are asked for, clocks kept right."""

import json

import pytest

from tests.support.javascript import SCRIPTS, evaluated

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


@pytest.mark.parametrize(("faults", "answered"), [(1, ["listening"]), (9, [])])
def test_a_clip_at_which_the_server_failed_is_sent_again_and_else_taken_back(faults: int, answered: list[str]) -> None:
    """A1, A4, A6: it may have stored the clip before it failed; a push about that is heard."""
    failing = f"""
      const answer = fetch;
      let faults = {faults};
      globalThis.fetch = async (path, options) => {{
        const answered = await answer(path, options);
        return options.method === "POST" && faults-- > 0 ? Response.json({{}}, {{ status: 500 }}) : answered;
      }};
    """
    scene = """(async () => {
      const failed = await send().then(() => null, error => error.status);
      const before = [...answers];
      const detail = { type: "join.changed", join_id: sent, status: "joined", room_id: "r" };
      if (failed) await joins.cancel();
      live.dispatchEvent(new CustomEvent("message", { detail }));
      return { before, answers, failed, posted: posted.length, ids: new Set(posted).size, deleted: deleted.length > 0 };
    })()"""
    assert evaluated("joins.js", scene, PAGE + failing) == {
        "before": answered,
        "answers": [*answered, "joined"],
        "failed": None if answered else 500,
        "posted": 2 if answered else 3,
        "ids": 1,
        "deleted": not answered,
    }


def test_a_clip_that_is_refused_is_not_sent_again() -> None:
    """A11: what the server does not take it has not got."""
    refusing = """globalThis.fetch = async (path, { method }) => {
      posted.push(method);
      return Response.json({}, { status: 422 });
    };"""
    scene = """(async () => {
      const failed = await send().then(() => null, error => error.status);
      await joins.cancel();
      return { failed, posted };
    })()"""
    assert evaluated("joins.js", scene, PAGE + refusing) == {"failed": 422, "posted": ["POST"]}


def test_whom_those_inside_let_in_late_learns_it_although_the_push_was_lost() -> None:
    """A2, A12: a clip that is over is asked for as long as somebody may say yes, and its verdict is kept."""
    late = """
      let now = 0;
      performance.now = () => now;
      const answer = fetch;
      globalThis.fetch = async (path, options) => {
        const answered = await answer(path, options);
        if (options.method !== "GET" || asked.length > 4) return answered;
        return Response.json({ join_id: sent, status: "expired", hint: "knocking" });
      };
    """
    scene = """(async () => {
      await send();
      const turn = () => new Promise(resolve => setImmediate(resolve));
      const wait = async seconds => {
        for (const end = now + 1_000 * seconds; now < end; now += 1_000) {
          tick();
          for (let n = 0; n < 5; n++) await turn();
        }
      };
      await wait(16);
      const soon = asked.length;
      await wait(GIVEN);
      return { answers, soon, asked: asked.length };
    })()"""
    told = evaluated("joins.js", scene.replace("GIVEN", "20"), PAGE + late)
    assert told == {"answers": ["listening", "expired", "joined"], "soon": 3, "asked": 5}
    unheard = PAGE + late.replace("asked.length > 4", "false")
    asked = evaluated("joins.js", scene.replace("GIVEN", "100"), unheard)
    assert asked == {"answers": ["listening", "expired"], "soon": 3, "asked": 11}


def test_a_hint_that_overtakes_the_answer_to_its_clip_stays() -> None:
    """A7, A12: the server says what helps while it compares; that the clip has come is no news after it."""
    scene = """(async () => {
      const hints = [];
      joins.onanswer = ({ hint }) => hints.push(hint ?? null);
      const sending = send();
      await new Promise(resolve => setImmediate(resolve));
      const detail = { type: "join.changed", join_id: sent, status: "listening", hint: "unsure" };
      live.dispatchEvent(new CustomEvent("message", { detail }));
      await sending;
      return hints;
    })()"""
    slow = (
        "globalThis.fetch = (fetched => async (...all) => (await new Promise(setImmediate), fetched(...all)))(fetch);"
    )
    assert evaluated("joins.js", scene, PAGE + slow) == ["unsure", "unsure"]


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


MEETING = f"""
globalThis.window = globalThis;
let now = 0, closed = false, batch;
const room = Object.assign(new EventTarget(), {{ id: null, state: null }});
performance.now = () => now;
globalThis.setTimeout = globalThis.setInterval = () => 0;
globalThis.clearTimeout = globalThis.clearInterval = () => {{}};
globalThis.isSecureContext = true;
const messages = {{ textContent: "{{}}" }};
globalThis.document = {{
  body: {{ dataset: {{}} }}, documentElement: {{}}, cookie: "",
  addEventListener() {{}}, querySelector: () => messages, getElementById: () => messages,
}};
globalThis.location = new URL("https://earshot.example/");
const {{ hold }} = await import({json.dumps((SCRIPTS / "cookieless.js").as_uri())});
hold("a bearer"); // in place of cookies
const {{ Listening }} = await import({json.dumps((SCRIPTS / "listening.js").as_uri())});
const stream = {{ getTracks: () => [{{ stop: () => {{ closed = true; }} }}], getAudioTracks: () => [] }};
Object.defineProperty(navigator, "mediaDevices", {{ value: {{ getUserMedia: async () => stream }} }});
globalThis.AudioContext = class {{
  sampleRate = 1_000;
  audioWorklet = {{ addModule: async () => {{}} }};
  createMediaStreamSource = () => ({{ connect() {{}} }});
  async resume() {{}}
  async close() {{}}
}};
globalThis.AudioWorkletNode = class {{
  port = {{}};
  constructor() {{ batch = data => this.port.onmessage({{ data }}); }}
}};
globalThis.Worker = class {{
  postMessage({{ port }}) {{ port?.postMessage({{ bytes: "" }}); }}
  terminate() {{}}
}};
globalThis.MessageChannel = class {{
  port1 = {{}};
  port2 = {{ postMessage: data => this.port1.onmessage({{ data }}) }};
}};
let meets = 2;
const clips = [], deleted = [], joined = [], phases = [];
globalThis.fetch = async (path, {{ method, headers }}) => {{
  if (method === "DELETE") {{
    deleted.push(path.split("/").pop());
    return new Response(null, {{ status: 204 }});
  }}
  const join_id = headers.get("Earshot-Join");
  clips.push({{ join_id, room: headers.get("Earshot-Room") }});
  const met = clips.length === meets;
  return Response.json(met ? {{ join_id, status: "joined", room_id: "r" }} : {{ join_id, status: "listening" }});
}};
const clock = {{ fresh: true, freshFor: () => true, sync: async () => {{}}, at: ms => ms, errorMs: 1, keys: [] }};
const live = Object.assign(new EventTarget(), {{ state: "open" }});
const session = {{ open: async () => {{}} }};
const listening = new Listening({{ tab: {{ id: "t" }}, live, clock, session, room }});
listening.addEventListener("joined", event => joined.push((room.id = event.detail)));
listening.addEventListener("change", () => phases.push(listening.state.phase));
const turns = async () => {{ for (let n = 0; n < 50; n++) await new Promise(resolve => setImmediate(resolve)); }};
const hear = async seconds => {{
  for (let tenth = 0; tenth < seconds * 10 && !closed; tenth++, now += 100)
    batch({{ frame: now, samples: new Float32Array(100) }});
  await turns();
}};
"""
OUTSIDE = f"{MEETING} await listening.start();"


def test_whoever_is_in_finishes_the_clip_being_recorded_and_one_more() -> None:
    """A1, A13: they say where they are, the microphone closes behind them, and no other clip follows."""
    scene = """(async () => {
      await hear(4.5);
      await hear(4);
      const open = !closed && listening.active && joined.length === 1 && clips.length === 2;
      await hear(20);
      const since = [...new Set(phases.slice(phases.indexOf("finishing")))];
      return { open, closed, phases: since, clips: clips.map(one => one.room), joined, deleted };
    })()"""
    assert evaluated("grid.js", scene, OUTSIDE) == {
        "open": True,
        "closed": True,
        "phases": ["finishing", "joined"],
        "clips": [None, None, "r", "r"],
        "joined": ["r"],
        "deleted": [],
    }


def test_a_second_click_ends_the_last_clip_too() -> None:
    """A1, A4: at once, with nothing sent of it; what is unanswered is taken back."""
    scene = """(async () => {
      await hear(8.5);
      const { phase } = listening.state;
      listening.stop();
      const at_once = closed;
      await hear(20);
      const after = listening.state.phase;
      return { phase, at_once, clips: clips.length, after, deleted: new Set(deleted).size, joined };
    })()"""
    assert evaluated("grid.js", scene, OUTSIDE) == {
        "phase": "finishing",
        "at_once": True,
        "clips": 2,
        "after": "idle",
        "deleted": 1,
        "joined": ["r"],
    }


INSIDE = f"""{MEETING}
room.id = "r";
const people = [{{ participant_id: "me", via: "sound" }}, {{ participant_id: "other", via: "sound" }}];
const inside = (...others) => {{
  room.state = {{ people: [...people, ...others] }};
  room.dispatchEvent(new Event("change"));
}};
inside();
"""


def test_two_people_inside_who_hear_each_other_go_on_listening_until_somebody_has_come() -> None:
    """A13: that is what they clicked for; somebody who came by a code is not whom they listen for."""
    scene = """(async () => {
      await listening.start();
      await hear(4.5);
      await hear(4);
      inside({ participant_id: "guest", via: "code" });
      await hear(4);
      const on = [listening.state.phase, clips.length, closed];
      inside({ participant_id: "new", via: "sound" });
      const then = [listening.state.phase, listening.state.inside, closed];
      await hear(20);
      return { on, then, after: [listening.state.phase, closed], clips: clips.map(one => one.room) };
    })()"""
    assert evaluated("grid.js", scene, INSIDE) == {
        "on": ["listening", 3, False],
        "then": ["finishing", True, False],
        "after": ["joined", True],
        "clips": ["r"] * 5,
    }


def test_who_has_come_before_the_verdict_is_told_is_seen_with_it() -> None:
    """A13: whichever is told first, that somebody came or that my clip has found them."""
    scene = """(async () => {
      meets = 9;
      await listening.start();
      await hear(4.5);
      room.state = { people: [...people, { participant_id: "new", via: "sound" }] };
      const before = listening.state.phase;
      const detail = { type: "join.changed", join_id: clips[0].join_id, status: "joined", room_id: "r" };
      live.dispatchEvent(new CustomEvent("message", { detail }));
      return [before, listening.state.phase];
    })()"""
    assert evaluated("grid.js", scene, INSIDE) == ["listening", "finishing"]
