"""However a meeting ends, whatever becomes of its workflow: a true report, or one that is seen to have failed (D6)."""

from typing import Any

import pytest

from chalicelib.insights import assembling, history
from chalicelib.insights.models import SHARDS
from chalicelib.lifetimes import DAY
from chalicelib.runtime import expiry
from tests.support.insights import Held, agree, assemble, end, hold, send
from tests.support.workflows import executed
from tests.support.world import World

MINUTE = 60_000


@pytest.fixture
def held(world: World) -> Held:
    """Four who are measured, Ada beside them; five minutes, in which each talks for one."""
    made = hold(world)
    made.enter(made.organiser, "Ada")
    guests = [made.guest(name) for name in ("Ben", "Cy", "Dora", "Eve")]
    world.clock.advance(5 * MINUTE)
    now = world.now
    for who, back in zip(guests, range(4), strict=True):
        talk = ("talk", now - (back + 1) * MINUTE, now - back * MINUTE)
        assert send(who, made.room, 1, talk, from_ms=now - 5 * MINUTE, to_ms=now).status == 202
    made.guests = guests
    return made


def reap_for(world: World, minutes: int) -> None:
    for _ in range(minutes):
        world.clock.advance(MINUTE)
        expiry.reap(now=world.now)


def found(held: Held) -> dict[str, Any]:
    answer = held.organiser.get(f"/v1/meetings/{held.room}/report")
    assert answer.status == 200
    return dict(answer.json())


def test_a_meeting_that_was_left_by_everybody_ended_when_the_last_one_left(held: Held) -> None:
    """D1, D4, D5: not ten minutes later: nobody left early, and what is too short for tips is."""
    world, left_ms = held.world, held.world.now
    for who in [held.organiser, *held.guests]:
        assert who.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
    reap_for(world, 12)
    [one] = world.workflows.started
    assert one.given["wait_s"] == 120
    assert executed(world.app, one).status == "SUCCEEDED"
    [meeting] = held.organiser.get("/v1/meetings").json()["meetings"]
    report = found(held)["report"]
    assert meeting["ended_at_ms"] == left_ms == report["summary"]["span"][1]
    assert len(report["people"]) == 4
    assert not {"early-leavers", "few-webcams"} & {tip["rule"] for tip in report["tips"]}


def test_who_left_before_an_empty_end_may_send_what_was_measured(held: Held) -> None:
    """D3: the two minutes after the end count from when it was over, however long ago the last one left."""
    ben, left_ms = held.guests[0], held.world.now
    for who in [held.organiser, *held.guests]:
        who.delete(f"/v1/rooms/{held.room}/participants/me")
    reap_for(held.world, 11)
    talk = ("talk", left_ms - 2_000, left_ms)
    assert send(ben, held.room, 2, talk).status == 202
    reap_for(held.world, 2)
    assert send(ben, held.room, 3, talk).status == 410


@pytest.mark.parametrize("ends", ["is left", "is ended"])
def test_who_comes_and_goes_at_once_breaks_no_report(held: Held, ends: str) -> None:
    """D6: not even a millisecond of theirs is on record."""
    held.guest("Passing").delete(f"/v1/rooms/{held.room}/participants/me")
    for who in [held.organiser, *held.guests] if ends == "is left" else ():
        who.delete(f"/v1/rooms/{held.room}/participants/me")
    if ends == "is ended":
        end(held)
    reap_for(held.world, 12)
    assert executed(held.world.app, held.world.workflows.started[0]).status == "SUCCEEDED"
    assert len(found(held)["report"]["people"]) == 4


@pytest.mark.parametrize("busy_min", [4, 40])
def test_a_report_that_could_not_be_started_is_started_as_soon_as_it_can_be(held: Held, busy_min: int) -> None:
    """D6: Step Functions was away at the end, and at the reaper's first look."""
    workflows = held.world.workflows
    workflows.busy = True
    end(held)
    reap_for(held.world, busy_min)
    assert workflows.started == []
    workflows.busy = False
    reap_for(held.world, 6)
    assert [one.given["meeting_id"] for one in workflows.started] == [held.room]


def test_a_report_that_is_put_together_again_is_started_by_the_schedule_where_nobody_did(held: Held) -> None:
    """D6: the organiser asked for it while Step Functions was away."""
    end(held)
    workflows = held.world.workflows
    fail(held)
    workflows.busy = True
    assert held.organiser.post(f"/v1/meetings/{held.room}/report", json_body={}).json()["status"] == "assembling"
    workflows.busy = False
    reap_for(held.world, 6)
    assert [one.given["revision"] for one in workflows.started] == [1, 2]


def test_an_execution_that_ended_without_a_word_is_a_failure_that_can_be_tried_again(held: Held) -> None:
    """D6: where even the step that would have said so failed, or somebody aborted it."""
    end(held)
    reap_for(held.world, 20)
    assert found(held)["status"] == "assembling"
    fail(held)
    assert held.organiser.post(f"/v1/meetings/{held.room}/report", json_body={}).status == 202
    assemble(held, 2)
    assert found(held)["status"] == "ready"


def test_who_withdraws_between_two_attempts_is_not_in_the_second(held: Held) -> None:
    """D10: the first had folded what was measured of them already."""
    end(held)
    for shard in range(SHARDS):
        assembling.fold_shard(held.room, shard, now=held.world.now)
    fail(held)
    agree(held.guests[0], False)
    assert held.organiser.post(f"/v1/meetings/{held.room}/report", json_body={}).status == 202
    assemble(held, 2)
    names = {one["name"] for one in found(held)["report"]["people"]}
    assert names == {"Cy", "Dora", "Eve"}


def test_capture_switched_off_while_the_report_is_made_means_no_report(held: Held) -> None:
    """D9: until it is published: neither report nor mail, and what was measured is gone."""
    end(held)
    mails = len(held.world.aws.mails())
    made = assembling.assemble(held.room, 1, now=held.world.now)
    assert held.organiser.request("PATCH", "/v1/account", json_body={"capture_insights": False}).status == 200
    assembling.publish(held.room, 1, made, now=held.world.now)
    assembling.notify(held.room, 1, now=held.world.now)
    assert found(held)["status"] == "none"
    assert held.world.aws.items("reports") == held.world.aws.items("insights") == []
    assert len(held.world.aws.mails()) == mails


def test_nobody_looks_after_a_report_that_is_there(held: Held) -> None:
    """D6: nor after one that failed, or whose day is over: the reaper's looks end."""
    end(held)
    assemble(held)
    assert history.see_through(held.room, held.world.now) is None
    assert history.see_through(held.room, held.world.now + DAY) is None


def fail(held: Held) -> None:
    """The latest execution is over, and has said nothing."""
    held.world.workflows.over.add(held.world.workflows.started[-1].name)
    reap_for(held.world, 6)
    assert found(held)["status"] == "failed"
