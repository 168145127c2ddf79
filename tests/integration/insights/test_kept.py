"""What a look at a kept meeting costs, however many were in it, however many its organiser has (D11, ADR 24)."""

from unittest.mock import patch

import pytest

from chalicelib.accounts import models as accounts
from chalicelib.insights import history, keeping, meeting_lives, name_models
from chalicelib.insights.meeting_models import (
    MeetingEntry,
    find_meeting,
    listings,
    namings,
    new_listing,
    new_stay,
    stays,
)
from chalicelib.insights.name_models import AHEAD_MS, Called, name_attendees
from chalicelib.lifetimes import DAY, HOUR, MINUTE
from chalicelib.privacy import company_models as ledger
from chalicelib.privacy.company_models import Known
from chalicelib.runtime import expiry, lateness, meter
from chalicelib.runtime.ids import derived
from tests.support.accounts import PASSWORD, log_in
from tests.support.insights import end, hold, reported, write_meeting
from tests.support.memory import Memory, in_memory
from tests.support.passing import pass_with_reaper
from tests.support.world import World

AN_HUNDRED = 2 + 2  # transactions, of stays and of lines in ledgers, and the reads of those and of who may read them
BESIDE = 7  # the meeting, its account, its stays, its parts, and the two rows that lead to it


def crowd(world: World, people: int, meetings: int = 1) -> tuple[str, list[str]]:
    """An account, and its meetings that are over, each of so many people."""
    held = hold(world)
    account_id = str(next(iter(accounts.everyone(now=world.now))).account_id)
    assert held.organiser.get("/v1/account").status == 200
    made = [derived("meeting", str(number)) for number in range(meetings)]
    for meeting_id in made:
        write_meeting(meeting_id, account_id, world.now - HOUR, world.now)
        meeting = find_meeting(meeting_id, now=world.now)
        assert meeting is not None
        listings.put(new_listing(meeting))
        who = [derived("person", str(number)) for number in range(people)]
        name_attendees(meeting_id, {one: Called("Ben") for one in who}, now=world.now)
        stays.put_many(new_stay(meeting_id, one, world.now - HOUR, world.now) for one in who)
        ledger.note_company(meeting_id, [Known(f"guest/{one}", True, False) for one in who], world.now, now=world.now)
    return account_id, made


def used_later(world: World, days: int) -> int:
    """The account is; when it ends then."""
    world.clock.advance(days * DAY)
    assert log_in(world.member()).status == 200
    return world.now + 180 * DAY


def ends(memory: Memory, table: str, *kinds: str) -> set[int]:
    return {int(one["expires_at_ms"]["N"]) for one in memory.items(table) if one["kind"]["S"] in kinds}


def test_a_meeting_of_hundreds_is_prolonged_by_few_requests(world: World) -> None:
    """D11, ADR 24: a hundred people cost four, and nothing the second time."""
    with in_memory() as memory:
        _, [meeting_id] = crowd(world, 400)
        until_ms = used_later(world, 100)
        with meter.metering() as metered:
            assert keeping.look_after_meeting(meeting_id, world.now) == until_ms - DAY
        assert metered.requests <= 4 * AN_HUNDRED + BESIDE
        assert ends(memory, "meetings", "meeting", "attended", "listed") == {until_ms}
        assert ends(memory, "disclosures", "in-meeting") == {world.now + 732 * DAY}
        with meter.metering() as again:
            assert keeping.look_after_meeting(meeting_id, world.now) == until_ms - DAY
        assert not [one for one in again.calls if one.write]


def test_a_larger_one_is_prolonged_a_part_a_minute(world: World) -> None:
    """D14, ADR 24: no look costs more than its share; what leads to the meeting is moved on last."""
    with in_memory() as memory, patch.object(meeting_lives, "STAYS_A_LOOK", 200):
        _, [meeting_id] = crowd(world, 500)
        until_ms, costs, answers = used_later(world, 100), list[int](), list[int | None]()
        while not answers or answers[-1] == world.now:
            with meter.metering() as metered:
                answers.append(keeping.look_after_meeting(meeting_id, world.now))
            costs.append(metered.requests)
            world.clock.advance(MINUTE)
        assert (len(answers), answers[-1]) == (3, until_ms - DAY)
        assert max(costs) <= 2 * AN_HUNDRED + BESIDE
        assert ends(memory, "meetings", "meeting", "attended", "listed") == {until_ms}
        assert meeting_lives.STAYS_A_LOOK == 200


def test_whoever_went_meanwhile_is_not_brought_back(world: World) -> None:
    """F4, D11: between the look and the writing somebody is erased; all others are prolonged."""
    with in_memory() as memory:
        _, [meeting_id] = crowd(world, 150)
        until_ms = used_later(world, 100)
        gone = derived("person", "77")
        key = next(one for one in stays.query(meeting_id, now=world.now) if one.participant_id == gone)

        def erased(*_: object, **__: object) -> None:
            stays.delete((key.owner, key.entry))

        with patch.object(meeting_lives, "extend_company", erased):
            keeping.look_after_meeting(meeting_id, world.now)
        assert len([one for one in memory.items("meetings") if one["kind"]["S"] == "attended"]) == 149
        assert ends(memory, "meetings", "attended") == {until_ms}


def test_a_look_at_an_organiser_of_many_costs_as_one_of_none(world: World) -> None:
    """ADR 24: each meeting has an entry of its own; once the account is gone, one goes a look."""
    with in_memory() as memory:
        account_id, made = crowd(world, 3, meetings=30)
        with meter.metering() as metered:
            keeping.look_after(history.kept_name(account_id), world.now)
        assert metered.requests <= 3
        for one in memory.items("accounts"):
            accounts.accounts.delete(one["address"]["S"])
        for number in range(len(made)):
            with meter.metering() as metered:
                answer = keeping.look_after(history.kept_name(account_id), world.now)
            assert answer == (world.now if number < len(made) - 1 else None)
            assert metered.requests < 60
        assert [one for one in memory.items("meetings") if one["kind"]["S"] != "named-in"] == []


def test_an_organisers_erasure_is_not_late_while_its_workflow_has_it(world: World) -> None:
    """F4: of however many meetings; all of it is unreadable, and the workflow waits for three minutes on purpose."""
    with in_memory() as memory:
        crowd(world, 2, meetings=8)
        ada, late = world.member(), dict[str, int]()
        assert log_in(ada).status == 200
        pass_with_reaper(world, memory, 2 * MINUTE)
        assert ada.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
        with lateness.heard_by(lambda kind, late_ms: late.update({kind: max(late_ms, late.get(kind, 0))})):
            for _ in range(10):
                world.clock.advance(MINUTE)
                expiry.reap(now=world.now)
        assert late["organiser"] <= MINUTE
        assert [one for one in memory.items("meetings") if one["kind"]["S"] == "meeting"] == []


@pytest.mark.parametrize("used_since", [False, True])
def test_names_go_and_stay_by_the_hundred(world: World, used_since: bool) -> None:
    """D11, ADR 24: a Query for each, and few writes, and whether the patient lane lags; the next look takes those that
    one leaves."""
    with in_memory() as memory, patch.object(name_models, "LOOKED", 150):
        _, [meeting_id] = crowd(world, 0)
        who = [derived("person", str(number)) for number in range(400)]
        name_attendees(meeting_id, {one: Called("Ben") for one in who}, now=world.now)
        world.clock.advance(180 * DAY - AHEAD_MS)
        if used_since:
            for one in who:
                [found] = namings.query(f"participant#{one}", now=world.now)
                lives = MeetingEntry.living_until(world.now + 50 * DAY)
                namings.update((found.owner, found.entry), lives, now=world.now)
        answers = list[int | None]()
        for _ in range(3):
            with meter.metering() as metered:
                answers.append(history.drop_names(meeting_id, world.now))
            assert metered.requests <= 1 + 1 + 150 + 6
        later = world.now + 50 * DAY - AHEAD_MS if used_since else None
        assert answers == [world.now + MINUTE, world.now + MINUTE, later]
        left = len([one for one in memory.items("meetings") if one["kind"]["S"] in ("person", "named-in")])
        assert left == (800 if used_since else 0)


def test_who_comes_back_on_the_last_day_finds_everything(world: World) -> None:
    """D11, F5: by the reaper, which looks the oftener the nearer the end is."""
    with in_memory() as memory:
        held = reported(world)
        [row] = memory.items("accounts")
        pass_with_reaper(world, memory, int(row["expires_at_ms"]["N"]) - 2 * HOUR - world.now)
        held.organiser = world.member()
        assert log_in(held.organiser).status == 200
        pass_with_reaper(world, memory, 3 * DAY)
        assert held.organiser.get(f"/v1/meetings/{held.room}/report").json()["report"]["people"] != []


def test_of_a_meeting_of_days_the_first_stay_is_prolonged_in_time(world: World) -> None:
    """D11: whoever left on its first day was there as long as the meeting is kept."""
    with in_memory() as memory:
        held = hold(world)
        held.enter(held.organiser, "Ada")
        ben = held.guest("Ben")
        world.clock.advance(MINUTE)
        assert ben.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
        world.clock.advance(5 * DAY)
        end(held)
        for _ in range(20):
            pass_with_reaper(world, memory, 10 * DAY)
            assert held.organiser.get("/v1/account").status == 200
        found = held.organiser.get(f"/v1/meetings/{held.room}").json()
        assert len(found["participants"]) == 2
