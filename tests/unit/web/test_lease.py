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
