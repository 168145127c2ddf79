"""The life of what a tab stages, and its word that somebody is there (static/js/content/lease.js)."""

from tests.support.javascript import evaluated

QUIET = """
const asked = [], started = Date.now();
let now = started, lose = true;
Date.now = () => now;
globalThis.fetch = async (path, { method }) => {
  asked.push(`${method} ${path}`);
  if (lose) throw new TypeError("the network");
  return Response.json({ expires_at_ms: now + 1_800_000 });
};
const live = made({ state: "open", send() {} }), lease = new m.Lease({ id: "t" }, live);
const pulse = () => live.dispatchEvent(new CustomEvent("heartbeat", { detail: { room: {} } }));
"""
SCENE = """(async () => {
  pulse(); const unasked = asked.length;
  await lease.open(); lose = false;
  for (let minute = 1; minute <= 3; minute += 1) { now += 60_000; pulse(); await after(5); }
  return [unasked, asked, lease.expiresAtMs > now];
})()"""


def test_who_enters_a_quiet_meeting_is_heard_of_although_the_first_answer_was_lost() -> None:
    """D1, docs/adr/0017: nobody who is there is told away for want of news; a page in no meeting asks for nothing."""
    assert evaluated("content/lease.js", SCENE, before=QUIET) == [0, ["PUT /v1/tabs/t/lease"] * 2, True]


HEARD = """
const sent = [], started = Date.now();
let now = started, look = () => {};
Date.now = () => now;
globalThis.setInterval = act => ((look = act), 1);
const live = made({ state: "open", send(message) { sent.push(message); } }), lease = new m.Lease({ id: "t" }, live);
const beats = () => {
  const message = {};
  live.dispatchEvent(new CustomEvent("beat", { detail: message }));
  return message.lease ?? false;
};
lease.hold(now + 1_800_000);
"""


def test_the_lease_goes_with_every_second_beat_of_the_live_channel() -> None:
    """B2, G3: every two minutes, in no message of its own."""
    scene = """(() => {
      const carried = [1, 2, 3, 4, 5, 6].map(() => { now += 60_000; const it = beats(); look(); return it; });
      return [carried, sent];
    })()"""
    assert evaluated("content/lease.js", scene, before=HEARD) == [[False, True] * 3, []]


def test_where_the_channel_does_not_beat_the_lease_does() -> None:
    """B2: timers of hidden pages are late, and not all of them alike."""
    scene = """(() => {
      const counts = [1, 2, 3, 4].map(() => { now += 60_000; look(); return sent.length; });
      return [counts, sent];
    })()"""
    asked = {"action": "heartbeat", "lease": True}
    assert evaluated("content/lease.js", scene, before=HEARD) == [[0, 0, 1, 1], [asked]]
