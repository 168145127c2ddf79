"""Whoever has not used Earshot for 180 days is erased as if they had asked (F5), with the TTL sweeper switched off."""

import json
import re
from unittest.mock import patch

import pytest

from chalicelib.accounts import sweep
from chalicelib.accounts.models import accounts
from chalicelib.lifetimes import DAY, HOUR, MINUTE
from chalicelib.privacy.models import ACCOUNT, find_decisions
from chalicelib.runtime import expiry, vault
from chalicelib.runtime.expiry_models import forget_cursor
from tests.support.accounts import grown_up, log_in, mailed_token, register, with_account
from tests.support.belongings import CANARY, EMAIL, Belongings, guest_with_everything, owner_with_everything
from tests.support.erasures import finish, started
from tests.support.memory import Item, Memory, in_memory
from tests.support.passing import pass_with_reaper
from tests.support.traces import in_tables
from tests.support.world import World

LAST = 180 * DAY - sweep.AHEAD_MS  # since the last use: then an account's erasure begins


def run(world: World) -> None:
    """The erasures that were begun, which have waited their three minutes."""
    world.clock.advance(3 * MINUTE)
    for one in started(world):
        finish(one.given["erasure_id"], world.now)


def named(memory: Memory, theirs: Belongings) -> list[str]:
    """Rows of anything but the proof of erasing, by their names and texts."""
    account = theirs.person.account_id
    return in_tables(memory, {CANARY, *theirs.person.participants, *theirs.person.sessions, account or CANARY})


def own_account(memory: Memory, theirs: Belongings) -> list[Item]:
    return [one for one in memory.items("accounts") if one["account_id"]["S"] == theirs.person.account_id]


def test_an_account_that_nobody_uses_is_erased_with_everything_by_day_180(world: World) -> None:
    """F5, F4: by the erasure's own workflow, out of every table, to its signed receipt; nobody is written to.

    Whoever ran the meetings in which they were has not come back, either.
    """
    with in_memory() as memory:
        theirs = owner_with_everything(world)
        [used_ms], mails = {int(one["used_at_ms"]["N"]) for one in own_account(memory, theirs)}, len(world.aws.mails())
        pass_with_reaper(world, memory, used_ms + LAST - 1 - world.now)
        assert own_account(memory, theirs)
        pass_with_reaper(world, memory, 10 * MINUTE)
        assert own_account(memory, theirs) == []
        pass_with_reaper(world, memory, 40 * MINUTE)
        assert len(started(world)) == 3
        run(world)
        assert world.now < used_ms + 180 * DAY
        assert named(memory, theirs) == []
        assert len([one for one in memory.items("receipts") if "receipt" in one]) == 3
        assert len(world.aws.mails()) == mails
        agreed = find_decisions(f"{ACCOUNT}{theirs.person.account_id}", now=world.now)
        assert {one.purpose: bool(one.given) for one in agreed if one.purpose != "improvement"} == {
            "insights": False, "news": False,
        }  # fmt: skip
        assert log_in(world.member(), EMAIL).status == 401


@pytest.mark.parametrize("late_ms", [HOUR, 3 * HOUR])
def test_what_has_run_out_by_then_is_erased_all_the_same(world: World, late_ms: int) -> None:
    """F5: where the reaper was away on the last day, and every row of theirs is past its end."""
    with in_memory() as memory:
        theirs = owner_with_everything(world)
        pass_with_reaper(world, memory, 179 * DAY)
        world.clock.now_ms = max(int(one["expires_at_ms"]["N"]) for one in memory.items("accounts")) + late_ms
        pass_with_reaper(world, memory, 2 * MINUTE)  # found by one run, and erased by the next
        run(world)
        assert named(memory, theirs) == []
        assert [one for one in memory.items("meetings") if CANARY in repr(one)] == []


def test_a_use_that_is_not_on_record_costs_thirteen_hours_at_most(world: World) -> None:
    """F5: as the retention page says; of uses within twelve hours the first alone is noted."""
    with in_memory() as memory:
        browser = with_account(world)
        for step in (12 * HOUR + 1, 12 * HOUR - 2 * MINUTE):
            world.clock.advance(step)
            assert browser.get("/v1/session").status == 200
        used_ms = world.now
        pass_with_reaper(world, memory, 180 * DAY - 13 * HOUR - 1)
        assert started(world) == []
        pass_with_reaper(world, memory, used_ms + 180 * DAY - world.now)
        assert len(started(world)) == 1


def test_who_uses_it_on_the_last_day_keeps_it(world: World) -> None:
    """F5: counted from the last use."""
    with in_memory() as memory:
        browser = with_account(world)
        pass_with_reaper(world, memory, LAST - 1)
        assert log_in(browser).status == 200
        pass_with_reaper(world, memory, 2 * DAY)
        assert started(world) == []
        assert len(list(accounts.everything(now=world.now))) == 1


@pytest.mark.parametrize("confirmed", [True, False])
def test_who_registers_anew_before_the_reaper_has_come_begins_anew(world: World, confirmed: bool) -> None:
    """F5, C5: what was is erased with its trace, consents and receipt, and the new account has nothing of it."""
    with in_memory() as memory:
        theirs = owner_with_everything(world)
        account_id = theirs.person.account_id
        world.clock.now_ms = max(int(one["expires_at_ms"]["N"]) for one in memory.items("accounts")) + 5 * MINUTE
        anew = grown_up(world)
        assert register(anew, EMAIL).status == 202
        assert len(own_account(memory, theirs)) == 1
        if confirmed:
            assert anew.post("/v1/accounts/verify", json_body={"token": mailed_token(world)}).status == 200
        else:
            [row] = own_account(memory, theirs)
            assert sweep.erase(vault.seal(sweep.SEALED, row["address"]["S"]), world.now) is None
        assert own_account(memory, theirs) == []
        run(world)
        assert named(memory, theirs) == []
        last = {one.purpose: bool(one.given) for one in find_decisions(f"{ACCOUNT}{account_id}", now=world.now)}
        assert last["news"] is False
        assert log_in(anew, EMAIL).status == (200 if confirmed else 401)


def test_a_use_at_the_moment_of_the_look_saves_it(world: World) -> None:
    """F5: wherever it comes in between, the account is whole or erased, never half."""
    with in_memory() as memory:
        browser = with_account(world)
        world.clock.advance(LAST)
        names = [vault.seal(sweep.SEALED, one.address) for one in accounts.everything(now=0)]
        at, happened = 0, True
        while happened:
            with memory.undone():
                world.workflows.started.clear()
                with memory.interrupted(at, lambda: log_in(browser)) as came:
                    sweep.look_after(names, world.now)
                    for name in names:
                        sweep.erase(name, world.now)
                happened, at = came(), at + 1
                alive = len(list(accounts.everything(now=world.now)))
                assert alive + len(started(world)) == 1, at
        assert at > 5


def test_a_registration_that_nobody_confirms_is_deleted_alone(world: World) -> None:
    """F5, C5: it is nobody's account yet; the guest who began it goes on."""
    with in_memory() as memory:
        guest = world.member()
        assert guest.post("/v1/session/age", json_body={"birth_month": 1, "birth_year": 1980}).status == 200
        register(guest, EMAIL)
        pass_with_reaper(world, memory, DAY + MINUTE)
        assert memory.items("accounts") == []
        assert started(world) == []
        assert guest.get("/v1/session").status == 200


def test_of_many_that_run_out_at_once_a_few_are_erased_a_run(world: World) -> None:
    """F5, ADR 24: however many pages of them there are, so that a run ends in time; none is forgotten, the others are
    told as late, and what else is patient is not kept waiting.
    """
    assert expiry._turns[sweep.UNUSED] == sweep.ERASED
    with in_memory() as memory, patch.dict(expiry._turns, {sweep.UNUSED: 2}), patch.object(expiry, "PAGE", 3):
        for number in range(5):
            with_account(world, f"{number}@example.org")
        pass_with_reaper(world, memory, LAST - 1)
        world.clock.advance(30 * MINUTE)
        for lane in expiry.TOGETHER:
            forget_cursor(lane)
        left, late = list[int](), list[int]()
        for _ in range(3):
            late.append(expiry.reap(now=world.now).late.get(sweep.UNUSED, 0))
            left.append(len(list(accounts.everything(now=0))))
            world.clock.advance(MINUTE)
        assert left == [3, 1, 0]
        assert late == [30 * MINUTE - 1, 31 * MINUTE - 1, 32 * MINUTE - 1]
        assert len(started(world)) == 5


def test_of_a_guest_nothing_is_left_by_day_180(world: World) -> None:
    """The four lifetimes, F5, D11: whoever ran their meetings goes on; stays are those of a participant.

    So is, until TTL takes it, an opaque name in what was over within a day.
    """
    with in_memory() as memory:
        theirs = guest_with_everything(world)
        organisers = (theirs.over.organiser, theirs.running.organiser)
        last_ms = 180 * DAY + world.now
        for _ in range(9):
            pass_with_reaper(world, memory, min(20 * DAY, last_ms - world.now))
            assert [one.get("/v1/account").status for one in organisers] == [200, 200]
        left = named(memory, theirs)
        assert [row for row in left if CANARY in row] == []
        kept = [row for row in left if not _was_brief(row, last_ms)]
        assert {re.sub("#.*", "", row.partition("'entry': {'S': '")[2]) for row in kept} == {"attended"}


def _was_brief(row: str, last_ms: int) -> bool:
    """Over long ago, for what it was for took a day at most."""
    return int(row.partition("'expires_at_ms': {'N': '")[2].partition("'")[0]) < last_ms - 170 * DAY


@pytest.mark.parametrize(("after_end_ms", "late_ms"), [(-HOUR // 2, 0), (5 * MINUTE, 5 * MINUTE)])
def test_an_unused_account_is_late_from_its_end_on_by_the_minute(
    world: World, capsys: pytest.CaptureFixture[str], after_end_ms: int, late_ms: int
) -> None:
    """F5: "by day 180": it is begun ahead of that, and an alarm knows of it two minutes after."""
    with in_memory() as memory:
        with_account(world)
        [row] = memory.items("accounts")
        end_ms = int(row["expires_at_ms"]["N"])
        name = vault.seal(sweep.SEALED, row["address"]["S"])
        expiry.file(sweep.UNUSED, name, end_ms - sweep.AHEAD_MS, now=end_ms + after_end_ms)
        capsys.readouterr()
        expiry.reap(now=end_ms + after_end_ms, lanes=[expiry.PATIENT])
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"LatenessSeconds":' in line]
    assert [(one["pace"], one["LatenessSeconds"]) for one in said if one["kind"] == sweep.UNUSED] == [
        ("minutes", [late_ms / 1_000])
    ]
