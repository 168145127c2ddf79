"""One's own figures while the meeting goes on (D10)."""

import pytest

from chalicelib.insights import assembling
from chalicelib.insights.meeting_models import new_stay, stays
from chalicelib.lifetimes import DAY
from chalicelib.runtime.meter import metering
from tests.support.insights import assemble, end, hold, send
from tests.support.world import World

MINUTE = 60_000


def test_what_is_being_shown_counts_for_attention(world: World) -> None:
    """D10: shown since a minute, and looked at for half of it; nobody has taken it back yet."""
    held = hold(world)
    ada = held.enter(held.organiser, "Ada")
    ben, tab = held.guest("Ben"), {"Earshot-Tab": "00000000-0000-4000-8000-00000000000a"}
    link = ada.post("/v1/content", json_body={"url": "https://example.org/"}, headers=tab).json()["content_id"]
    world.clock.advance(MINUTE)
    shown = ada.request("PUT", f"/v1/content/{link}/shown", json_body={"room_id": held.room, "as": "card"})
    assert shown.status == 200
    world.clock.advance(MINUTE)
    now = world.now
    sent = send(ben, held.room, 1, ("attention", now - 30_000, now), from_ms=now - 2 * MINUTE, to_ms=now)
    assert sent.status == 202
    found = ben.get(f"/v1/rooms/{held.room}/insights/mine").json()
    assert (found["figures"]["attention_ms"], found["figures"]["attention_of_ms"]) == (30_000, MINUTE)
    assert found["step_ms"] == MINUTE


def test_of_a_camera_without_a_microphone_talk_is_missing_and_not_zero(world: World) -> None:
    """D3, D10: the camera counts, and how long was measured; of the talk nobody says that there was none."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    world.clock.advance(2 * MINUTE)
    then, now = world.now - MINUTE, world.now
    assert send(ben, held.room, 1, ("webcam", then, now), from_ms=then, to_ms=now, heard=False).status == 202
    found = ben.get(f"/v1/rooms/{held.room}/insights/mine").json()["figures"]
    assert (found["webcam_ms"], found["observed_ms"], found["coverage"]) == (MINUTE, MINUTE, 0.5)
    names = ("talk_ms", "talk_share", "fair_share", "turns", "longest_monologue_ms", "interruptions", "interrupted")
    assert [found[name] for name in names] == [None] * len(names)
    assert (found["heard_ms"], found["timeline"]["talk_ms"]) == (0, [None, None])


def test_of_a_meeting_of_more_than_a_day_steps_are_longer_and_said_to_be(world: World) -> None:
    """D10: who talked in the last minutes sees them at the end of the timeline, in steps of as long as it says."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    world.clock.advance(DAY + 60 * MINUTE)
    ben = held.guest("Ben")
    world.clock.advance(4 * MINUTE)
    now = world.now
    assert send(ben, held.room, 1, ("talk", now - MINUTE, now), from_ms=now - MINUTE, to_ms=now).status == 202
    found = ben.get(f"/v1/rooms/{held.room}/insights/mine").json()
    timeline = found["figures"]["timeline"]["talk_ms"]
    assert found["step_ms"] == 2 * MINUTE
    assert timeline[-1] == MINUTE
    assert (len(timeline) - 1) * found["step_ms"] < DAY + 64 * MINUTE <= len(timeline) * found["step_ms"]


def test_whoever_has_left_a_meeting_that_goes_on_sees_their_own_figures(world: World) -> None:
    """D10: of the time that they were there; to whoever was never in it there is no such meeting."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    world.clock.advance(2 * MINUTE)
    then, now = world.now - MINUTE, world.now
    assert send(ben, held.room, 1, ("talk", then, now), from_ms=then, to_ms=now).status == 202
    assert ben.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
    world.clock.advance(MINUTE)
    found = ben.get(f"/v1/rooms/{held.room}/insights/mine").json()["figures"]
    assert (found["talk_ms"], found["presence_ms"]) == (MINUTE, 2 * MINUTE)
    assert world.member().get(f"/v1/rooms/{held.room}/insights/mine").status == 404


def test_in_a_meeting_that_was_held_before_its_plan_both_parts_are_ones_own(world: World) -> None:
    """D10, D4: as the report has it: two met, left it empty for a while, and came back at the planned time."""
    held = hold(world, planned_start_ms=world.now + 30 * MINUTE)
    ada, ben = held.enter(held.organiser, "Ada"), held.guest("Ben")
    world.clock.advance(12 * MINUTE)
    now = world.now
    assert send(ben, held.room, 1, ("talk", now - 6 * MINUTE, now), from_ms=now - 12 * MINUTE, to_ms=now).status == 202
    for who in (ada, ben):
        assert who.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
    world.clock.advance(18 * MINUTE)
    held.enter(held.organiser, "Ada")
    held.enter(ben, "Ben")
    world.clock.advance(20 * MINUTE)
    own = ben.get(f"/v1/rooms/{held.room}/insights/mine").json()["figures"]
    end(held)
    assemble(held)
    [told] = held.organiser.get(f"/v1/meetings/{held.room}/report").json()["report"]["people"]
    assert [(one["presence_ms"], one["talk_ms"]) for one in (own, told["figures"])] == [(32 * MINUTE, 6 * MINUTE)] * 2


@pytest.mark.parametrize("late", ["all came anew", "others have not left"])
def test_what_a_meeting_was_prepared_by_is_not_ones_own_figures(world: World, late: str) -> None:
    """D10, D4: as the report has it, during the meeting, too; whoever else is there counts for when it began."""
    held = hold(world, planned_start_ms=world.now + 90 * MINUTE)
    held.enter(held.organiser, "Ada")
    world.clock.advance(16 * MINUTE if late == "others have not left" else 0)
    ben = held.guest("Ben")
    world.clock.advance(4 * MINUTE)
    now = world.now
    assert send(ben, held.room, 1, ("talk", now - 3 * MINUTE, now), from_ms=now - 4 * MINUTE, to_ms=now).status == 202
    for who in (ben, held.organiser):
        assert who.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
    world.clock.advance(70 * MINUTE)
    held.enter(held.organiser, "Ada")
    held.enter(ben, "Ben")
    for name in ("Dan", "Cy", "Eve"):
        held.guest(name)
    world.clock.advance(6 * MINUTE)
    now = world.now
    talk = ("talk", now - 2 * MINUTE, now - MINUTE)
    assert send(ben, held.room, 2, talk, from_ms=now - 5 * MINUTE, to_ms=now).status == 202
    own = ben.get(f"/v1/rooms/{held.room}/insights/mine").json()["figures"]
    end(held)
    assemble(held)
    told = ben.get(f"/v1/rooms/{held.room}/insights/mine").json()["figures"]
    assert [(one["presence_ms"], one["talk_ms"]) for one in (own, told)] == [(6 * MINUTE, MINUTE)] * 2


def test_what_has_become_of_the_report_is_said(world: World) -> None:
    """D10: from the end until the report is there one's figures are on their way, and where it fails there are none."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    world.clock.advance(2 * MINUTE)
    now = world.now
    assert send(ben, held.room, 1, ("talk", now - MINUTE, now), from_ms=now - MINUTE, to_ms=now).status == 202

    def mine() -> tuple[str | None, bool]:
        found = ben.get(f"/v1/rooms/{held.room}/insights/mine").json()
        return found["report"], found["figures"] is not None

    assert mine() == (None, True)
    end(held)
    assert mine() == ("assembling", False)
    assembling.fail(held.room, 1, now=world.now)
    assert mine() == ("failed", False)
    assert held.organiser.post(f"/v1/meetings/{held.room}/report", json_body={}).status == 202
    assemble(held, 2)
    assert mine() == ("ready", True)


def test_who_comes_in_reads_nothing_of_the_others(world: World) -> None:
    """A1: every page asks as it enters; of a planned meeting of ten thousand that would be ten thousand rows each."""
    held = hold(world, planned_start_ms=world.now + 30 * MINUTE)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    for number in range(30):
        stays.put(new_stay(held.room, f"guest-{number}", world.now - MINUTE, world.now))
    with metering() as used:
        assert ben.get(f"/v1/rooms/{held.room}/insights/mine").json()["figures"] is None
    assert sum(one.items for one in used.calls) < 15
