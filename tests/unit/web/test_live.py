"""The live channel (static/js/live.js): a dead socket is noticed when somebody looks."""

from typing import Any

from tests.support.javascript import evaluated

CHANNEL = """
const slowly = setTimeout, sent = [], states = [];
globalThis.setTimeout = (act, ms) => slowly(act, ms / 50); // a second takes 20 ms
let asleep = 0, deaf = false;
const clock = Date.now; Date.now = () => clock() + asleep;
globalThis.WebSocket = class {
  static OPEN = 1;
  readyState = 1;
  constructor() { queueMicrotask(() => this.onopen?.()); }
  send(text) {
    sent.push(JSON.parse(text));
    if (!deaf) queueMicrotask(() => this.onmessage?.({ data: JSON.stringify({ type: "heartbeat" }) }));
  }
  close() {}
};
const { Lease } = await module("content/lease.js");
const tab = { id: "t" }, live = new m.Live(tab), lease = new Lease(tab, live);
live.addEventListener("state", () => states.push(live.state));
live.follows = "r"; live.open(); await after(0);
const front = () => document.dispatchEvent(new Event("visibilitychange"));
"""


def played(scene: str) -> Any:
    return evaluated("live.js", f"(async () => {{ {scene}; return [states, sent]; }})()", CHANNEL)


ASKED = {"action": "heartbeat", "room_id": "r"}
ANEW = ["connecting", "open", "offline", "open"]


def test_a_socket_that_died_in_a_sleep_is_changed_within_seconds_of_the_return() -> None:
    """Issue 5, the page's offline state: no meeting of before the sleep stands there as live."""
    scene = "deaf = true; asleep = 120_000; front(); dispatchEvent(new Event('focus')); await after(12_000)"
    assert played(scene) == [ANEW, [ASKED]]


def test_a_socket_that_answers_stays() -> None:
    """Issue 5, the page: coming back to a page that hears changes nothing, and asks nothing where it has just heard."""
    scene = "front(); asleep = 120_000; front(); await after(0); front(); await after(12_000)"
    assert played(scene) == [ANEW[:2], [ASKED]]


def test_a_lease_that_nobody_answers_shows_that_the_socket_is_dead() -> None:
    """Issue 5, the page: the lease goes on by request, and the channel does not stay silent."""
    scene = """globalThis.fetch = async () => Response.json({ expires_at_ms: clock() + 3e6 });
      lease.hold(clock() + 1e6); deaf = true; asleep = 61_000;
      document.visibilityState = "hidden"; front(); await after(12_000)"""
    assert played(scene) == [ANEW, [{"action": "heartbeat", "lease": True}]]
