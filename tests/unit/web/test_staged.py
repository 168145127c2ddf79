"""The page's list of links (static/js/content/staged.js): exactly what the cloud holds, whatever comes late."""

from typing import Any

from tests.support.javascript import evaluated

CLOUD = """
const { Lease } = await module("content/lease.js");
const HOUR_MS = 3_600_000, cloud = [], kept = [], asked = [];
let slow = 0, late = 5, ahead = 0, losing = 0, silent = false, staged;
globalThis.fetch = async (path, { method, body }) => {
  asked.push(`${method} ${path}`);
  if (path === "/v1/time") return Response.json({ now_ms: Date.now() });
  const held = cloud.map(one => ({ ...one }));
  if (method === "GET" && silent) throw new TypeError("the network");
  if (method === "GET") await after(slow);
  if (method === "GET") return Response.json({ content: held });
  if (method === "DELETE") cloud.splice(cloud.findIndex(one => path.endsWith(one.content_id)), 1);
  if (method === "DELETE") return new Response(null, { status: 204 });
  const { title, url } = JSON.parse(body);
  const item = { title, url, content_id: title, tab_id: "t", expires_at_ms: Date.now() + HOUR_MS };
  cloud.push(item);
  await after(late);
  if (losing-- > 0) throw new TypeError("the network");
  return Response.json(item, { status: 201 });
};
const time = { now: () => Date.now() + ahead, settle: async () => {}, sync: async () => { ahead = 0; } };
const tab = { id: "t" }, live = made({ state: "closed" }), lease = new Lease(tab, live);
const list = () => staged.items.map(one => one.content_id);
const keeping = { write: links => kept.push(links.map(one => one.title)), links: [], leave() {} };
staged = new m.Staged({ tab, live, lease, time, session: made({ mayBe: true, who: {} }), kept: keeping });
"""


def played(scene: str) -> Any:
    """What a scene gives in a page."""
    return evaluated("content/staged.js", f"(async () => {{ {scene} }})()", CLOUD)


def test_a_late_answer_takes_nothing_staged_out_of_the_list() -> None:
    """B1, B3: neither from the panel nor from what a reload stages again."""
    scene = """await staged.stage("https://a.example/", "a");
      slow = 60; staged.refresh(); await after(2);
      await staged.stage("https://b.example/", "b"); await after(200);
      return [list(), kept.at(-1)];"""
    assert played(scene) == [["a", "b"], ["a", "b"]]


def test_a_late_answer_brings_nothing_deleted_back() -> None:
    """B4: what is gone from the cloud is gone from the panel, and no reload stages it."""
    scene = """await staged.stage("https://a.example/", "a");
      slow = 60; staged.refresh(); await after(2);
      slow = 0; await staged.remove({ content_id: "a" }); await after(120);
      return [list(), kept.at(-1)];"""
    assert played(scene) == [[], []]


def test_what_was_done_although_its_answer_was_lost_is_in_the_list() -> None:
    """B1, B2, B3: nobody stages the same link twice for want of an answer; it is kept up, and a reload stages it."""
    scene = """losing = 1;
      const said = await staged.stage("https://a.example/", "a").then(() => "staged", error => error.name);
      for (let n = 0; n < 200 && !list().length; n += 1) await after(10);
      return [said, list(), lease.expiresAtMs > 0, kept.at(-1)];"""
    assert played(scene) == ["Error", ["a"], True, ["a"]]


def test_what_was_put_back_although_the_answer_was_lost_is_not_said_to_be_missing() -> None:
    """B1, B3: the cloud holds it; the button would stage it a second time."""
    scene = """losing = 1; staged.missing = [{ url: "https://a.example/", title: "a" }];
      await staged.again();
      for (let n = 0; n < 200 && !list().length; n += 1) await after(10);
      await staged.again();
      return [list(), staged.missing, cloud.length];"""
    assert played(scene) == [["a"], [], 1]


def test_a_reading_that_fails_is_made_again_whoever_wanted_it() -> None:
    """B1, B11: as a meeting ends, and as another tab says that it has done something; no reload stages what is gone."""
    scene = """await staged.stage("https://a.example/", "a");
      cloud.length = 0; silent = true; staged.refresh(); await after(20); silent = false;
      lease.hold(Date.now() + HOUR_MS + 5);
      while (list().length) await after(20);
      const gone = kept.at(-1);
      silent = true; new BroadcastChannel("earshot.links").postMessage({ closed: null });
      const before = asked.length; while (asked.length === before) await after(20);
      cloud.push({ content_id: "b", tab_id: "other", expires_at_ms: Date.now() + HOUR_MS }); silent = false;
      while (!list().length) await after(20);
      return [gone, list()];"""
    assert played(scene) == [[], ["b"]]


def test_a_reading_that_failed_is_made_as_soon_as_there_is_a_network() -> None:
    """B1: the pause before it may be half a minute by then."""
    scene = """cloud.push({ content_id: "b", tab_id: "other", expires_at_ms: Date.now() + HOUR_MS });
      silent = true; staged.refresh(); await after(20); silent = false;
      const before = asked.length;
      dispatchEvent(new Event("online")); dispatchEvent(new Event("online")); await after(100);
      live.dispatchEvent(new Event("open")); await after(20);
      return [list(), asked.length - before];"""
    assert played(scene) == [["b"], 1]


def test_a_deleted_link_is_out_of_the_list_although_no_reading_succeeds() -> None:
    """B4: no reload stages it again."""
    scene = """await staged.stage("https://a.example/", "a");
      silent = true; await staged.remove({ content_id: "a" });
      return [list(), kept.at(-1)];"""
    assert played(scene) == [[], []]


def test_who_asks_while_a_reading_is_under_way_gets_one_that_began_later() -> None:
    """B1: two tabs act at once, and the last answer is not the oldest; a hundred questions are two readings."""
    scene = """slow = 30; const first = staged.read(); await after(2);
      cloud.push({ content_id: "c", title: "c", tab_id: "other", expires_at_ms: Date.now() + HOUR_MS });
      await Promise.all([first, ...Array.from({ length: 99 }, () => staged.read())]);
      return [list(), asked];"""
    assert played(scene) == [["c"], ["GET /v1/content"] * 2]


def test_a_link_that_was_read_before_its_own_answer_came_is_listed_once() -> None:
    """B1: the same link is no two."""
    scene = """late = 200; const staging = staged.stage("https://a.example/", "a");
      while (!cloud.length) await after(1);
      await staged.read(); await staging;
      return list();"""
    assert played(scene) == ["a"]


def test_what_a_wrong_clock_has_dropped_is_read_again() -> None:
    """B7: the cloud still holds it, and shows it, perhaps."""
    scene = """await staged.stage("https://a.example/", "a");
      ahead = 2 * HOUR_MS; staged.expire(time.now());
      const before = list(); await after(60);
      return [before, list()];"""
    assert played(scene) == [[], ["a"]]


def test_what_was_dropped_without_a_network_is_read_when_the_lease_is_renewed() -> None:
    """B2: the last heartbeat had been heard, only its answer was lost."""
    scene = """await staged.stage("https://a.example/", "a");
      const there = fetch; globalThis.fetch = async () => { throw new TypeError("the network"); };
      staged.expire(Date.now() + 2 * HOUR_MS); await after(20);
      globalThis.fetch = there; lease.hold(Date.now() + HOUR_MS); await after(60);
      return list();"""
    assert played(scene) == ["a"]


def test_a_tab_that_closes_before_its_first_link_was_answered_says_so() -> None:
    """B3: it would stay staged for half an hour, and nobody would know."""
    scene = """const told = [];
      Object.defineProperty(globalThis, "navigator", { value: { sendBeacon: path => told.push(path) } });
      staged.leave();
      const staging = staged.stage("https://a.example/", "a"); await after(2);
      staged.leave();
      return told;"""
    assert played(scene) == ["/v1/tabs/t/closed?tab=t"]


def test_what_a_closing_tab_held_leaves_the_others_however_slow_its_word_is() -> None:
    """B3: the server may hear of the closing after this page has looked."""
    scene = """const sister = new BroadcastChannel("earshot.links");
      cloud.push({ content_id: "b", tab_id: "other", expires_at_ms: Date.now() + HOUR_MS });
      await staged.read();
      sister.postMessage({ closed: "other" });
      while (asked.length < 2) await after(20);
      const before = list(); cloud.length = 0;
      while (asked.length < 3) await after(20);
      await after(60);
      return [before, list()];"""
    assert played(scene) == [["b"], []]
