"""Whose clock says when something was: what is measured lies on the server's (static/js/measuring/skew.js)."""

from typing import Any

import pytest

from tests.support.javascript import evaluated
from tests.support.measured_page import MEASURED, PAGE, played

NEAR_MS = 200
UNKNOWN_MS = 300  # so long it is not known whether somebody talks or pauses
HALF_AN_HOUR_MS, HOUR_MS = 1_800_000, 3_600_000
JUMPS_MS = [HALF_AN_HOUR_MS, -HALF_AN_HOUR_MS, 700, -700]


@pytest.mark.parametrize("ahead_ms", [0, 10_000, -HOUR_MS])
def test_what_was_measured_lies_on_the_servers_clock(ahead_ms: int) -> None:
    """D3: whatever the device's clock says; the batch says when it was sent by the same."""
    scene = f"""ahead = {ahead_ms};
      {MEASURED}
      measures(61);
      await until(() => bodies.length)"""
    [batch, first, now] = played(scene, "[bodies[0], first, truly()]")
    assert abs(batch["from_ms"] - first) <= NEAR_MS
    assert batch["to_ms"] - batch["from_ms"] >= 60_000 - UNKNOWN_MS
    assert abs(batch["sent_at_ms"] - now) <= 2_000 + NEAR_MS  # two seconds were measured after it


def covers(bodies: list[dict[str, Any]], from_ms: int, to_ms: int) -> bool:
    """Whether they touch, and all of them together last from then to then."""
    edges = [edge for one in bodies for edge in (one["from_ms"], one["to_ms"])]
    touch = all(abs(begins - ends) <= NEAR_MS for ends, begins in zip(edges[1:-1:2], edges[2:-1:2], strict=True))
    return touch and abs(edges[0] - from_ms) <= NEAR_MS and abs(edges[-1] - to_ms) <= NEAR_MS


@pytest.mark.parametrize("jump_ms", JUMPS_MS)
@pytest.mark.parametrize("before_s", [10, 61])
def test_a_clock_that_is_set_moves_nothing_that_was_measured(before_s: int, jump_ms: int) -> None:
    """D3: before a sending and after one; what is measured until the server's time is known again counts, too."""
    scene = f"""{MEASURED}
      measures({before_s});
      await timed(() => {{ set = {jump_ms}; measures(3); }});
      measures(40);
      const last = truly();
      measuring.clear();
      await measuring.flush()"""
    bodies, first, last = played(scene, "[bodies, first, last]")
    assert covers(bodies, first, last)
    assert all(abs(one["sent_at_ms"] - last) <= 50_000 for one in bodies if one["sent_at_ms"] is not None)


@pytest.mark.parametrize("jump_ms", JUMPS_MS)
def test_a_batch_that_is_sent_after_a_clock_was_set_does_not_say_when_by_that_clock(jump_ms: int) -> None:
    """D3: nothing was measured since; the server would take the difference for an error of what was measured before."""
    scene = f"""{MEASURED}
      const post = answers.POST;
      answers.POST = away;
      measuring.clear();
      await measuring.flush();
      answers.POST = post;
      set = {jump_ms};
      await until(() => bodies.length === 2);
      const [first_try, second] = bodies;"""
    first_try, second, last = played(scene, "[first_try, second, truly()]")
    assert (first_try["from_ms"], first_try["to_ms"]) == (second["from_ms"], second["to_ms"])
    assert second["sent_at_ms"] is None or abs(second["sent_at_ms"] - last) <= NEAR_MS


def test_a_device_that_slept_has_measured_nothing_meanwhile() -> None:
    """D3: though the page's steady clock stood still, and knows of no gap."""
    scene = f"""{MEASURED}
      measures(10);
      const slept_at = truly();
      await timed(() => {{ slept = {HOUR_MS}; measures(1); }});
      measures(35);
      const last = truly();
      measuring.clear();
      await measuring.flush()"""
    bodies, first, slept_at, last = played(scene, "[bodies, first, slept_at, last]")
    early = [one for one in bodies if one["to_ms"] <= slept_at + NEAR_MS]
    assert covers(early, first, slept_at)
    assert covers([one for one in bodies if one not in early], slept_at + HOUR_MS, last)


def test_what_is_measured_while_the_servers_time_is_unknown_waits_for_it() -> None:
    """D3: sent with another's time it would be somewhere else; the page may be hidden meanwhile."""
    scene = f"""{MEASURED}
      measures(10);
      const slept_at = truly();
      slept = {HOUR_MS};
      timeless = true;
      measures(40);
      await after(20);
      document.visibilityState = "hidden";
      document.dispatchEvent(new Event("visibilitychange"));
      await after(20);
      const early = bodies.length;
      timeless = false;
      await timed(() => measures(6));
      const last = truly();
      measuring.clear();
      await measuring.flush()"""
    bodies, early, first, slept_at, last = played(scene, "[bodies, early, first, slept_at, last]")
    assert covers(bodies[:early], first, slept_at)
    assert covers(bodies[early:], slept_at + HOUR_MS, last)


@pytest.mark.parametrize("jump_ms", JUMPS_MS)
def test_stamps_that_were_on_their_way_when_the_clock_was_set_keep_their_places(jump_ms: int) -> None:
    """D3: a page that was busy hears of them afterwards, those from before it first."""
    scene = f"""(async () => {{
      const skew = new m.Skew(), stamps = [], times = seen => seen.map(one => Math.round(one.atMs - begun));
      const stamp = () => {{ ticks += 1; stamps.push(Date.now()); }};
      skew.place(Date.now());
      const begun = performance.now(), seen = [];
      stamp();
      seen.push(skew.place(stamps.pop()));
      for (let n = 0; n < 9; n += 1) {{
        if (n === 4) set = {jump_ms};
        stamp();
      }}
      seen.push(...stamps.map(one => skew.place(one)));
      return [times(seen), new Set(seen.map(one => one.stretch)).size];
    }})()"""
    times, stretches = evaluated("measuring/skew.js", scene, PAGE)
    assert times == pytest.approx([at * 100 for at in range(1, 11)], abs=50)
    assert stretches == 2
