"""A page that measures, as far as modules see it: its microphone, its meeting, its store, and a server that answers."""

from typing import Any

from tests.support.javascript import evaluated

PAGE = """
const kept = new Map();
globalThis.sessionStorage = {
  getItem: key => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
  removeItem: key => kept.delete(key),
};
const nodes = []; // of the audio thread
globalThis.AudioContext = class {
  audioWorklet = { addModule: async () => {} };
  createMediaStreamSource = () => ({ connect() {} });
  resume = async () => {};
  close = async () => {};
};
globalThis.AudioWorkletNode = class { port = {}; constructor() { nodes.push(this); } };
const track = made({ muted: false }), stream = { getAudioTracks: () => [track], getTracks: () => [] };
const refused = async () => { throw new Error("NotAllowedError"); };
let microphone = async () => stream;
Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: () => microphone() } });
Object.defineProperty(navigator, "sendBeacon", { value: path => asked.push(`beacon ${path}`) });
document.hasFocus = () => true;

const asked = [], bodies = [], camera = { readyState: "live", enabled: true, muted: false };
const json = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });
const away = () => { throw new TypeError("the network"); };
const consent = () => ({ purpose: "insights", text: "So?", given, history });
const answers = { // by what is asked; as the server has it
  GET: path => json(path.includes("mine") ? { captured } : { consents: [consent()] }),
  PUT: (path, sent) => json({ given: (given = sent.insights) }),
  POST: () => json({}, 202),
};
let given = false, captured = true, history = [];
const real = Date.now.bind(Date), steady = performance.now.bind(performance);
let ticks = 0; // tenths of a second that the audio thread has heard, and that are over for everybody
let set = 0, slept = 0, ahead = 0; // the device's clock, its sleep, the server's clock
Date.now = () => real() + ticks * 100 + slept + set;
performance.now = () => steady() + ticks * 100;
const truly = () => real() + ticks * 100 + slept + ahead; // by the server's clock
let looks = 0, timeless = false; // at the server's clock; in vain
globalThis.fetch = async (path, { method, body }) => {
  if (path === "/v1/time") return (looks += 1, timeless ? away() : json({ now_ms: truly(), keys: [] }));
  if (method !== "GET") asked.push(`${method} ${path.split("?")[0]}`);
  if (method === "POST") bodies.push(JSON.parse(body));
  return answers[method](path, body && JSON.parse(body));
};
const room = made({ id: "r", state: { answer: { organised: true }, content: [] } }), live = made({});
const parts = { room, live, tab: { id: "t" }, calls: { devices: { track: () => camera } } };
const arrives = () => { const one = new m.Measuring(parts); room.dispatchEvent(new Event("change")); return one; };
const hears = (atMs, levels) => nodes.at(-1).port.onmessage({ data: { atMs, levels } });
const measures = (seconds, levels = Array(5).fill(-20)) => {
  for (const end = ticks + seconds * 10; ticks < end; ) { ticks += 1; hears(Date.now(), levels); }
};
const timed = async act => { // and the look at the server's clock that it brings about
  await after(20);
  const before = looks;
  act();
  await until(() => looks >= before + 3);
  await after(20);
};
async function until(holds) { for (let n = 0; n < 300 && !holds(); n += 1) await after(10); }
"""
MEASURED = """
const measuring = arrives();
await until(() => measuring.place === "asking");
await measuring.agree();
await until(() => nodes.length && looks >= 3);
await after(20);
const first = truly();
measures(1);
"""
SENT = "POST /v1/rooms/r/insights"


def played(scene: str, gives: str) -> Any:
    """What an expression gives after a scene, both JavaScript."""
    return evaluated("measuring/measuring.js", f"(async () => {{ {scene}; return {gives}; }})()", PAGE)
