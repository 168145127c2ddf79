"""A name leaves history and reports 180 days after its bearer's last use, whoever else still uses Earshot (D11)."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.insights import history, keeping, name_models
from chalicelib.insights.meeting_lives import forget_entries
from chalicelib.insights.meeting_models import Meeting, MeetingEntry, NamedIn, find_meeting, namings, presence_of
from chalicelib.insights.name_models import AHEAD_MS, names_of
from chalicelib.insights.reading import read_report
from chalicelib.lifetimes import DAY, HOUR, MINUTE
from chalicelib.privacy import exporting
from chalicelib.runtime.ids import opaque
from chalicelib.sessions import aftermath
from tests.support.accounts import PASSWORD, log_in, with_account as signed_up
from tests.support.belongings import person_of
from tests.support.browser import Browser
from tests.support.insights import Held, end, grown_up_guest, hold, reported
from tests.support.workflows import executed
from tests.support.world import World

LIFE_MS, BEN = 180 * DAY, "ben@example.org"


def meeting_of(held: Held) -> Meeting:
    found = find_meeting(held.room, now=held.world.now)
    assert found is not None
    return found


def named(held: Held) -> set[str]:
    """Whom the report and the history name."""
    now, meeting = held.world.now, meeting_of(held)
    known = names_of(held.room, presence_of(held.room, now=now), now=now)
    assert set(read_report(meeting, 0, now=now).names) <= set(known)
    return {str(one.name) for one in known.values()}


def figures(held: Held) -> list[int | None]:
    part = read_report(meeting_of(held), 0, now=held.world.now).part
    assert part is not None
    return [one.talk_ms for one in part.people]


def organiser_goes_on(held: Held) -> None:
    """Their account is used, and what lives with it moves on."""
    assert log_in(held.organiser).status == 200
    aftermath_of_log_ins(held)
    account_id = meeting_of(held).account_id
    assert keeping.look_after(history.kept_name(account_id), held.world.now) is not None
    for row in rows(held, "meeting"):
        assert keeping.look_after_meeting(row["owner"]["S"], held.world.now) is not None


def aftermath_of_log_ins(held: Held) -> None:
    """The reaper comes within a minute."""
    due = [row["entry"]["S"].split("#") for row in held.world.aws.items("expiries") if "#log-in#" in row["entry"]["S"]]
    for at_ms, _, name in due:
        if int(at_ms) == held.world.now:
            aftermath.follow(name, held.world.now)


def rows(held: Held, kind: str) -> list[Any]:
    return [row for row in held.world.aws.items("meetings") if row["kind"]["S"] == kind]


def filed(held: Held) -> list[int]:
    """When the reaper looks at the names of a meeting."""
    due = [row["entry"]["S"].split("#") for row in held.world.aws.items("expiries") if "#names#" in row["entry"]["S"]]
    return [int(at_ms) for at_ms, _, name in due if name == held.room]


def test_a_name_leaves_with_its_bearer_and_the_figures_stay(world: World) -> None:
    """D11: readable an hour before, gone at 180 days in every table, though the organiser goes on using Earshot, who
    alone is named then."""
    held, gone_at_ms = reported(world), world.now + LIFE_MS
    world.clock.advance(100 * DAY)
    organiser_goes_on(held)
    world.clock.now_ms = gone_at_ms - AHEAD_MS - 1
    organiser_goes_on(held)
    assert named(held) == {"Ada", "Ben", "Cy"}
    used_ms = world.now
    world.clock.advance(1)
    assert history.drop_names(held.room, world.now) == used_ms + LIFE_MS - AHEAD_MS
    assert (named(held), len(rows(held, "person")), len(rows(held, "named-in"))) == ({"Ada"}, 1, 1)
    world.clock.now_ms = gone_at_ms + DAY
    assert (figures(held), len(rows(held, "attended"))) == ([MINUTE], 3)


def test_a_name_cannot_be_read_at_180_days_even_if_nobody_has_looked(world: World) -> None:
    """D11: to the millisecond, with the reaper away."""
    held = reported(world)
    world.clock.advance(100 * DAY)
    organiser_goes_on(held)
    world.clock.advance(80 * DAY - 1)
    assert named(held) == {"Ada", "Ben", "Cy"}
    world.clock.advance(1)
    assert (named(held), figures(held)) == (set(), [MINUTE])


def test_whoever_comes_again_stays_named_where_they_were_before(world: World) -> None:
    """D11: 180 days after their last use; Cy, who does not come again, leaves alone."""
    held, first_end_ms = hold(world), world.now + LIFE_MS
    ben = held.guest("Ben")
    held.guest("Cy", agrees=False)
    end(held)
    held_again = _another(held, ben, after_ms=20 * DAY)
    second_end_ms = world.now + LIFE_MS
    world.clock.advance(90 * DAY)
    organiser_goes_on(held)
    world.clock.now_ms = first_end_ms - AHEAD_MS
    assert history.drop_names(held.room, world.now) == second_end_ms - AHEAD_MS
    assert (_names(held), _names(held_again)) == ({"Ben"}, {"Ben"})
    world.clock.now_ms = second_end_ms - AHEAD_MS
    organiser_goes_on(held)
    assert history.drop_names(held.room, world.now) is None
    assert history.drop_names(held_again.room, world.now) is None
    assert (_names(held), _names(held_again)) == (set(), set())
    assert rows(held, "named-in") == []


def test_a_use_outlives_the_meeting_that_had_it_on_record(world: World) -> None:
    """D11: of two meetings the one goes by which Ben's use is known; the other names him on."""
    held = hold(world)
    ben = held.guest("Ben")
    end(held)
    both = (held, _another(held, ben, after_ms=DAY))
    for _ in range(5):
        world.clock.advance(20 * DAY)
        assert ben.get("/v1/session").status == 200
    used_ms = world.now
    until_ms = {row["entry"]["S"]: int(row["expires_at_ms"]["N"]) for row in rows(held, "named-in")}
    kept, gone = sorted(both, key=lambda one: until_ms[one.room])
    forget_entries(gone.room, now=world.now)
    organiser_goes_on(kept)
    [name] = [row for row in rows(held, "person") if row["owner"]["S"] == kept.room]
    world.clock.now_ms = int(name["expires_at_ms"]["N"]) - AHEAD_MS
    assert history.drop_names(kept.room, world.now) == used_ms + LIFE_MS - AHEAD_MS
    assert _names(kept) == {"Ben"}


@pytest.mark.parametrize("later_meeting", [False, True])
def test_who_comes_while_their_name_is_to_go_keeps_it(
    held_over: Held, monkeypatch: pytest.MonkeyPatch, *, later_meeting: bool
) -> None:
    """D11: between the look at their last use and the deletion, be it on record in another meeting; the next look
    finds them.
    """
    world, [ben] = held_over.world, held_over.guests
    if later_meeting:
        [row] = [one for one in world.aws.items("meetings") if one["kind"]["S"] == "named-in"]
        owner, end_ms = row["owner"]["S"], int(row["expires_at_ms"]["N"])
        namings.update((owner, held_over.room), MeetingEntry.living_until(end_ms - MINUTE), now=world.now)
        latest = NamedIn(owner, opaque())
        latest.lives_until(end_ms)
        namings.put(latest)
    real = name_models._latest_of

    def comes(people: Sequence[str], now: int) -> dict[str, NamedIn | None]:
        found = real(people, now)
        assert ben.get("/v1/session").status == 200
        return found

    monkeypatch.setattr(name_models, "_latest_of", comes)
    assert history.drop_names(held_over.room, world.now) == world.now + MINUTE
    assert _names(held_over) == {"Ben"}


@pytest.fixture
def held_over(world: World) -> Held:
    """Ben's name is about to go, and he has a session yet."""
    held = hold(world)
    ben = held.guest("Ben")
    held.guests = [ben]
    end(held)
    first_end_ms = world.now + LIFE_MS
    for _ in range(8):
        world.clock.advance(20 * DAY)
        assert ben.get("/v1/session").status == 200
    for row in held.world.aws.items("meetings"):
        if row["kind"]["S"] == "named-in":
            key, lives = (row["owner"]["S"], row["entry"]["S"]), MeetingEntry.living_until(first_end_ms)
            namings.update(key, lives, now=world.now)
    world.clock.now_ms = first_end_ms - AHEAD_MS
    return held


@pytest.mark.parametrize("with_account", [False, True])
def test_whoever_goes_on_using_the_service_stays_named(world: World, with_account: bool) -> None:
    """D11: in no other meeting; signed in on another device, too; Cy, who does not, leaves alone."""
    held, first_end_ms = hold(world), world.now + LIFE_MS
    ben = signed_up(world, BEN) if with_account else grown_up_guest(world)
    held.enter(ben, "Ben")
    held.guest("Cy", agrees=False)
    end(held)
    for _ in range(5):
        world.clock.advance(20 * DAY)
        used = log_in(world.browser(), BEN).status if with_account else ben.get("/v1/session").status
        assert used == 200
        aftermath_of_log_ins(held)
    last_end_ms = world.now + LIFE_MS
    organiser_goes_on(held)
    world.clock.now_ms = first_end_ms - AHEAD_MS
    assert history.drop_names(held.room, world.now) == last_end_ms - AHEAD_MS
    assert _names(held) == {"Ben"}
    world.clock.now_ms = last_end_ms - AHEAD_MS
    organiser_goes_on(held)
    assert history.drop_names(held.room, world.now) is None
    assert (_names(held), rows(held, "named-in")) == (set(), [])


def _another(held: Held, guest: Browser, *, after_ms: int) -> Held:
    held.world.clock.advance(after_ms)
    room = held.organiser.post("/v1/rooms", json_body={"title": "Again"}).json()["room_id"]
    again = Held(held.world, held.organiser, room)
    again.enter(guest, "Ben")
    end(again)
    return again


def _names(held: Held) -> set[str]:
    now = held.world.now
    return {str(one.name) for one in names_of(held.room, presence_of(held.room, now=now), now=now).values()}


@pytest.mark.parametrize("stays_h", [0, 3])
def test_the_reaper_looks_before_the_first_of_the_names_ends(world: World, stays_h: int) -> None:
    """D11: of a long meeting whoever left early goes first, on time."""
    held, opened_ms = hold(world), world.now
    ben = held.guest("Ben")
    ben.delete(f"/v1/rooms/{held.room}/participants/me")
    cy = held.guest("Cy")
    for _ in range(stays_h * 20):
        world.clock.advance(3 * MINUTE)
        cy.request("PUT", "/v1/tabs/00000000-0000-4000-8000-000000000001/lease")
    end(held)
    assert filed(held) == [opened_ms + LIFE_MS - AHEAD_MS]
    world.clock.now_ms = opened_ms + LIFE_MS - AHEAD_MS
    again_ms = history.drop_names(held.room, world.now)
    assert (again_ms is not None, len(rows(held, "person"))) == (stays_h > 1, stays_h > 1)
    assert again_ms is None or again_ms == opened_ms + LIFE_MS - AHEAD_MS + stays_h * HOUR


def test_an_account_is_erased_from_where_it_was_by_another_session(world: World) -> None:
    """F3, F4, F8: half a year and many log ins later, each of which is another participant: all of them are theirs, in
    their export and ledger, too."""
    held, ben = hold(world), signed_up(world, BEN)
    held.enter(ben, "Ben")
    held.enter(held.organiser, "Ada")
    end(held)
    looked_ms = world.now + LIFE_MS - AHEAD_MS
    world.clock.advance(DAY)
    history.drop_raw(held.room, world.now)  # nothing was measured, nobody made a report
    for day in range(20, 220, 20):
        world.clock.advance(20 * DAY)
        if day == 180:
            world.clock.now_ms = looked_ms
            assert history.drop_names(held.room, world.now) is not None
        ben = world.browser()
        assert log_in(ben, BEN).status == 200
        organiser_goes_on(held)
    assert _names(held) == {"Ada", "Ben"}
    assert held.organiser.get(f"/v1/meetings/{held.room}").status == 200
    listed = ben.get("/v1/disclosures").json()["disclosures"]
    assert [one["what"] for one in listed if one["to"] == "organiser"] == ["name"]
    exported = exporting.everything(person_of(ben, world.now), now=world.now)
    there = {one.record for one in exported if one.content.get("meeting_id") == held.room}
    assert there == {"Attendee", "Attended", "NamedIn"}
    assert ben.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
    assert _names(held) == {"Ada"}
    assert executed(world.app, world.workflows.started[-1]).status == "SUCCEEDED"
    assert (len(rows(held, "attended")), len(rows(held, "named-in"))) == (1, 1)
