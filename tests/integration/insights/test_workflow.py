"""From the end of a meeting to its organiser's report, executed by the definition that deploys (D6, D11, D13)."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from chalicelib.accounts import models as accounts
from chalicelib.insights import assembling, fold_models, history, keeping, models, starting
from chalicelib.insights.meeting_models import SHORT_MS, SMALL, find_meeting, new_stay, stays
from chalicelib.insights.models import SHARDS, shard_of
from chalicelib.lifetimes import DAY
from chalicelib.runtime import expiry
from chalicelib.runtime.ids import derived
from tests.support.accounts import PASSWORD, log_in
from tests.support.insights import Held, agree, end, send
from tests.support.making_reports import MINUTE, Failing, report, run, status_of, ten_minutes
from tests.support.workflows import functions_of
from tests.support.world import World


@pytest.fixture
def held(world: World) -> Held:
    return ten_minutes(world)


def test_the_end_of_a_meeting_makes_its_report(held: Held) -> None:
    """D6, D11: everything in order, the raw batches gone, one mail with a link and no figure (D8)."""
    end(held)
    assert status_of(held) == "assembling"
    assert run(held).status == "SUCCEEDED"
    assert status_of(held) == "ready"
    found = report(held)
    assert found.summary is not None
    assert [one.participant_id for one in found.people] == [held.ids["Ben"]]
    assert (found.people[0].talk_ms, found.people[0].presence_ms) == (MINUTE, 10 * MINUTE)
    assert found.summary.others is not None
    assert found.summary.others.people == 2
    assert held.world.aws.items("insights") == []
    [mail] = [one for one in held.world.aws.mails() if "report" in one.text]
    assert f"/meetings/{held.room}" in mail.text


def test_the_organisers_open_pages_are_told(held: Held) -> None:
    """D8: on every device of theirs; nobody else's page is, and no figure is told."""
    ben = held.guest("Bea")
    elsewhere = held.world.browser()
    assert log_in(elsewhere).status == 200
    for name, browser in (("here", held.organiser), ("there", elsewhere), ("bea", ben)):
        browser.connect(name).resume(held.room)
    end(held)
    run(held)
    told = {"type": "report.ready", "meeting_id": held.room, "at_ms": held.world.now}
    for name in ("here", "there"):
        assert held.world.pushes.to(name)[-1] == told
    assert "report.ready" not in held.world.pushes.kinds("bea")


def test_attention_is_measured_against_what_was_shown(held: Held) -> None:
    """D4: shown for four minutes in two parts, in one of which Ben looked; whatever else he sent does not count."""
    ada, world, tab = held.organiser, held.world, {"Earshot-Tab": "00000000-0000-4000-8000-00000000000a"}
    link = ada.post("/v1/content", json_body={"url": "https://example.org/"}, headers=tab).json()["content_id"]
    ben = held.guest("Bea")
    for _ in range(2):
        shown = ada.request("PUT", f"/v1/content/{link}/shown", json_body={"room_id": held.room, "as": "card"})
        assert shown.status == 200
        world.clock.advance(2 * MINUTE)
        assert ada.delete(f"/v1/content/{link}/shown").status == 204
        world.clock.advance(MINUTE)
    now = world.now
    sent = send(ben, held.room, 1, ("attention", now - 4 * MINUTE, now), from_ms=now - 6 * MINUTE, to_ms=now)
    assert sent.status == 202
    end(held)
    run(held)
    [bea] = [one for one in report(held).people if one.participant_id == held.ids["Bea"]]
    assert (bea.attention_ms, bea.attention_of_ms) == (2 * MINUTE, 4 * MINUTE)


def test_what_is_stored_shows_no_name_and_no_figure(held: Held) -> None:
    """D13: without the organiser's key the parts are noise."""
    end(held)
    run(held)
    [part] = held.world.aws.items("reports")
    for telling in ("talk_ms", held.ids["Ben"], "Ben", "60000"):
        assert telling.encode() not in part["sealed"]["B"]
        assert telling not in repr(part)


def test_a_batch_on_its_way_at_the_end_of_the_grace_is_in_the_report(held: Held) -> None:
    """D3, D11: taken in at the last moment, written half a minute later: it counts, and it dies with the others."""
    end(held)
    [started] = held.world.workflows.started
    assert started.given["wait_s"] * 1_000 - starting.GRACE_MS > 29_000  # API Gateway's quota of a request


def test_what_is_folded_while_its_day_ends_is_gone(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """D11: the reaper comes while a shard is being folded; nothing of it stays."""
    end(held)
    put_folds = fold_models.put_folds

    def slowly(*given: Any, **more: Any) -> None:
        held.world.clock.advance(DAY)
        expiry.reap(now=held.world.now)
        put_folds(*given, **more)

    monkeypatch.setattr(assembling, "put_folds", slowly)
    assembling.fold_shard(held.room, shard_of(held.ids["Ben"]), now=held.world.now)
    assert held.world.aws.items("insights") == []


def test_of_very_much_the_reaper_deletes_a_part_each_minute(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """D11, D14: a run stays short, and what failed is gone within minutes of its day all the same."""
    monkeypatch.setattr(history, "sweep_raw", partial(models.sweep_raw, at_most=2 * models.SHARDS))
    for sequence in range(2, 6):
        now = held.world.now
        assert send(held.guests[0], held.room, sequence, from_ms=now - MINUTE, to_ms=now).status == 202
    end(held)
    held.world.clock.advance(DAY)
    left = []
    for _ in range(4):
        expiry.reap(now=held.world.now)
        left.append(len(held.world.aws.items("insights")))
        held.world.clock.advance(MINUTE)
    assert left == [3, 1, 0, 0]


def test_what_the_largest_meeting_measured_is_gone_half_an_hour_after_its_day() -> None:
    """D11, D14: ten thousand people for two hours, a batch each half minute; a run of the reaper each minute."""
    people = Counter(shard_of(f"{number:022}") for number in range(10_000))
    runs = 240 * max(people.values()) / (models.SWEPT_A_RUN // models.SHARDS)
    assert runs < 30


def test_capture_switched_off_meanwhile_means_no_report(held: Held) -> None:
    """D9: what was measured is gone at once."""
    end(held)
    assert held.organiser.request("PATCH", "/v1/account", json_body={"capture_insights": False}).status == 200
    assert run(held).status == "SUCCEEDED"
    assert status_of(held) == "none"
    assert held.world.aws.items("insights") == held.world.aws.items("reports") == []


def test_an_account_deleted_meanwhile_leaves_no_report(held: Held) -> None:
    """D13: neither key nor parts are made for an account that is gone."""
    end(held)

    def deletes(event: Any) -> Any:
        answer = functions_of(held.world.app)["FoldReport"](event)
        if 0 in event["shards"]:
            assert held.organiser.request("DELETE", "/v1/account", json_body={"password": PASSWORD}).status == 200
        return answer

    assert run(held, {"FoldReport": deletes}).status == "SUCCEEDED"
    assert held.world.aws.items("reports") == held.world.aws.items("organiser-keys") == []


def test_whoever_withdraws_before_the_report_is_made_is_not_in_it(held: Held) -> None:
    """D10: though it was measured."""
    dora = held.guest("Dora")
    assert send(dora, held.room, 1, ("talk", held.world.now - 20, held.world.now - 10)).status == 202
    agree(dora, False)
    end(held)
    run(held)
    assert [one.participant_id for one in report(held).people] == [held.ids["Ben"]]


def test_what_was_measured_is_gone_after_a_day_at_the_latest(held: Held) -> None:
    """D11: a report that failed for good keeps it that long and no longer than the reaper's next run."""
    end(held)
    run(held, Failing(held, "AssembleReport", times=1_000).functions)
    assert held.world.aws.items("insights") != []
    for _ in range(24):
        held.world.clock.advance(DAY // 24 - 1)
        expiry.reap(now=held.world.now)
    assert held.world.aws.items("insights") != []
    held.world.clock.advance(24)
    expiry.reap(now=held.world.now)
    assert held.world.aws.items("insights") == []
    assert status_of(held) == "failed"


def test_of_a_meeting_that_nobody_ran_nothing_remains(world: World) -> None:
    """D7: neither history nor anything measured."""
    guest = world.member()
    room = guest.post("/v1/join-codes", json_body={}).json()["room_id"]
    guest.delete(f"/v1/rooms/{room}/participants/me")
    world.clock.advance(11 * MINUTE)
    expiry.reap(now=world.now)
    assert guest.get(f"/v1/rooms/{room}").status == 404
    assert world.workflows.started == []
    assert world.aws.items("meetings") == world.aws.items("insights") == []


def test_the_key_dies_with_the_account_and_the_rest_within_the_reapers_next_run(held: Held) -> None:
    """D13: nobody can open the report from that instant on, not even from a backup; history goes, too."""
    end(held)
    run(held)
    assert held.world.aws.items("organiser-keys") != []
    assert held.organiser.request("DELETE", "/v1/account", json_body={"password": PASSWORD}).status == 200
    assert held.world.aws.items("organiser-keys") == []
    held.world.clock.advance(MINUTE)
    expiry.reap(now=held.world.now)
    assert held.world.aws.items("reports") == held.world.aws.items("meetings") == []


def test_history_and_report_live_as_long_as_the_account(held: Held) -> None:
    """D11: 180 days after its last use, not after the meeting; the reaper looks a day before, and then."""
    world = held.world
    end(held)
    run(held)
    meeting = find_meeting(held.room, now=world.now)
    assert meeting is not None
    account = accounts.find(meeting.account_id, now=world.now)
    assert account is not None
    first_look_ms = int(account.expires_at_ms) - DAY
    due = [row["entry"]["S"] for row in world.aws.items("expiries") if "#organiser#" in row["entry"]["S"]]
    [(_, name)] = [one.split("#organiser#") for one in due if one.startswith(f"{first_look_ms:015}")]
    world.clock.advance(100 * DAY)
    assert log_in(held.organiser).status == 200
    used_ms, world.clock.now_ms = world.now, first_look_ms
    for look, what in ((keeping.look_after, name), (keeping.look_after_meeting, held.room)):
        assert look(what, world.now) == used_ms + 179 * DAY
    world.clock.now_ms = used_ms + 180 * DAY - 1
    assert report(held).people[0].talk_ms == MINUTE
    for look, what in ((keeping.look_after, name), (keeping.look_after_meeting, held.room)):
        assert look(what, world.now) == used_ms + 180 * DAY
    world.clock.advance(1)
    assert find_meeting(held.room, now=world.now) is None
    assert keeping.look_after(name, world.now) is None
    assert world.aws.items("organiser-keys") == []


def test_a_meeting_of_many_is_folded_and_forgotten_shard_by_shard(held: Held) -> None:
    """D14, docs/adr/0040: by a task each, side by side; nobody is lost, whichever shard they are in."""
    people = {name: held.guest(name) for name in ("Dora", "Emil", "Finn")}
    held.world.clock.advance(MINUTE)
    now = held.world.now
    for who in people.values():
        assert send(who, held.room, 1, ("talk", now - 1_000, now), from_ms=now - MINUTE, to_ms=now).status == 202
    assert len({shard_of(held.ids[name]) for name in ("Ben", *people)}) > 1
    end(held)
    written = [new_stay(held.room, derived("somebody", str(n)), now - MINUTE, now) for n in range(SMALL)]
    stays.put_many(written)
    ended = run(held)
    assert (ended.states.count("FoldShard"), ended.states.count("ForgetShard")) == (SHARDS, SHARDS)
    measured = {held.ids[name] for name in ("Ben", *people)}
    assert {one.participant_id for one in report(held).people} == measured
    assert held.world.aws.items("insights") == []


def test_of_a_small_meeting_one_task_does_all_of_that(held: Held) -> None:
    """G3, docs/adr/0040: each costs, whatever it does."""
    end(held)
    ended = run(held)
    assert (ended.states.count("FoldShard"), ended.states.count("ForgetShard")) == (1, 1)
    assert held.world.aws.items("insights") == []


def test_a_long_meeting_is_not_small_however_few_came(held: Held) -> None:
    """D14: of each there may be very much."""
    held.world.clock.advance(SHORT_MS)
    end(held)
    assert len(assembling.shared_out(held.room, now=held.world.now)) == SHARDS
