"""The trend over a series of meetings: at least three, and it dies with its sources (D15)."""

from typing import Any

import pytest

from chalicelib.insights import meeting_lives, meeting_models, series, trend
from chalicelib.insights.report_models import forget_parts
from tests.support.accounts import PASSWORD, with_account
from tests.support.browser import Browser
from tests.support.insights import Held, agree, assemble, end, grown_up_guest, send
from tests.support.world import World

MINUTE = 60_000


@pytest.fixture
def ada(world: World) -> Browser:
    return with_account(world)


def a_meeting(world: World, ada: Browser, title: str, *, talk_minutes: int = 1) -> Held:
    """Ten minutes, in which Ben talks for so many; its report is ready."""
    room = str(ada.post("/v1/rooms", json_body={"title": title}).json()["room_id"])
    held, ben = Held(world, ada, room), grown_up_guest(world)
    agree(ben)
    held.enter(ben, "Ben")
    world.clock.advance(10 * MINUTE)
    now = world.now
    span = {"from_ms": now - 10 * MINUTE, "to_ms": now}
    assert send(ben, room, 1, ("talk", now - talk_minutes * MINUTE, now), **span).status == 202
    end(held)
    assemble(held)
    world.clock.advance(MINUTE)
    return held


def read(held: Held) -> dict[str, Any]:
    found: dict[str, Any] = held.organiser.get(f"/v1/meetings/{held.room}/trend").json()
    return found


def silences(held: Held) -> list[float]:
    return [one["silence_share"] for one in read(held)["points"]]


def test_a_trend_has_three_meetings_of_one_title_at_least(world: World, ada: Browser) -> None:
    """D15: the oldest first, whatever was held in between; upper and lower case and blanks make no other series."""
    first = a_meeting(world, ada, "Weekly", talk_minutes=2)
    a_meeting(world, ada, "Budget")
    second = a_meeting(world, ada, " weekly ", talk_minutes=5)
    assert read(second) == {"meetings": 2, "least": 3, "points": []}
    third = a_meeting(world, ada, "WEEKLY", talk_minutes=8)
    found = read(third)
    assert (found["meetings"], silences(third)) == (3, [0.8, 0.5, 0.2])
    assert [one["meeting_id"] for one in found["points"]] == [first.room, second.room, third.room]
    assert [one["length_ms"] for one in found["points"]] == [10 * MINUTE] * 3
    assert read(first)["meetings"] == 1


def test_it_says_what_the_reports_say(world: World, ada: Browser) -> None:
    """D15: coverage, unevenness and attention as they stand there."""
    held = [a_meeting(world, ada, "") for _ in range(3)][-1]
    summary = ada.get(f"/v1/meetings/{held.room}/report").json()["report"]["summary"]
    last = read(held)["points"][-1]
    for figure in ("coverage", "gini", "attention"):
        assert last[figure] == summary[figure]
    assert last["opened_at_ms"] == summary["span"][0]
    assert (last["overlap_share"], last["interruptions_per_hour"]) == (0.0, 0.0)


def test_it_dies_with_its_sources(world: World, ada: Browser) -> None:
    """D15: a report that is gone is in it no more, and with too few left there is none; nothing of it was stored."""
    held = [a_meeting(world, ada, "Weekly", talk_minutes=minutes) for minutes in (1, 2, 3, 4)]
    assert silences(held[-1]) == [0.9, 0.8, 0.7, 0.6]
    forget_parts(held[1].room, now=world.now)
    assert silences(held[-1]) == [0.9, 0.7, 0.6]
    meeting_lives.forget_entries(held[0].room, now=world.now)
    assert read(held[-1]) == {"meetings": 2, "least": 3, "points": []}
    assert ada.request("DELETE", "/v1/account", json_body={"password": PASSWORD}).status == 200
    assert ada.get(f"/v1/meetings/{held[-1].room}/trend").status == 401


def test_it_is_the_organisers_alone(world: World, ada: Browser) -> None:
    """D7: to everybody else there is no such meeting, and other people's meetings of that title are not in it."""
    mine = [a_meeting(world, ada, "Weekly") for _ in range(2)][-1]
    grace = with_account(world, "grace@example.org")
    a_meeting(world, grace, "Weekly")
    last = a_meeting(world, ada, "Weekly")
    assert read(last)["meetings"] == 3
    assert grace.get(f"/v1/meetings/{mine.room}/trend").status == 404
    assert world.member().get(f"/v1/meetings/{mine.room}/trend").status == 401


def test_of_many_it_has_the_latest(world: World, ada: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """D15: bounded, however long the list; it is read page by page."""
    monkeypatch.setattr(series, "MOST", 3)
    monkeypatch.setattr(meeting_models, "PAGE", 2)
    held = [a_meeting(world, ada, title, talk_minutes=at) for at, title in enumerate(["A", "B", "A", "B", "A", "A"], 1)]
    assert silences(held[-1]) == [0.7, 0.5, 0.4]
    assert trend.MOST == 12
