"""Which meetings were held, who came and when, and what the report says of them: for the organiser alone (D1, D7)."""

from typing import Any

import pytest

from chalicelib.insights import meeting_models, organiser_routes
from chalicelib.lifetimes import DAY
from chalicelib.runtime import expiry
from tests.support.accounts import with_account
from tests.support.browser import Browser
from tests.support.insights import Held, hold, send
from tests.support.workflows import Started, executed
from tests.support.world import World

MINUTE = 60_000


def end(held: Held) -> None:
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204


def attended(held: Held) -> dict[str, list[tuple[int, int]]]:
    """Each one's stays, in minutes since the meeting's opening."""
    found = held.organiser.get(f"/v1/meetings/{held.room}").json()
    opened = found["meeting"]["opened_at_ms"]
    return {
        one["name"]: [
            ((stay["from_ms"] - opened) // MINUTE, (stay["to_ms"] - opened) // MINUTE) for stay in one["stays"]
        ]
        for one in found["participants"]
    }


def report(held: Held, after: str = "") -> Any:
    return held.organiser.get(f"/v1/meetings/{held.room}/report" + (f"?after={after}" if after else ""))


def run(held: Held) -> None:
    executed(held.world.app, held.world.workflows.started[-1])


def test_arrivals_and_departures_are_told(world: World) -> None:
    """D1: whoever left and came again has two stays; rejoining at once is one."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    world.clock.advance(MINUTE)
    ben = held.guest("Ben")
    world.clock.advance(MINUTE)
    ben.delete(f"/v1/rooms/{held.room}/participants/me")
    world.clock.advance(MINUTE)
    held.enter(ben, "Ben")
    ben.delete(f"/v1/rooms/{held.room}/participants/me")
    held.enter(ben, "Ben")
    world.clock.advance(MINUTE)
    end(held)
    assert attended(held) == {"Ada": [(0, 4)], "Ben": [(1, 2), (3, 4)]}


def test_whoever_is_away_is_not_there(world: World) -> None:
    """D1: a stay ends with the last sign of life; presence never exceeds the meeting's length."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    socket = ben.connect("ben")
    socket.resume(held.room)
    world.clock.advance(3 * MINUTE)
    socket.close()
    for _ in range(7):
        world.clock.advance(MINUTE)
        expiry.reap(now=world.now)
    ben.connect("ben again").resume(held.room)
    world.clock.advance(MINUTE)
    end(held)
    found = held.organiser.get(f"/v1/meetings/{held.room}").json()
    [one] = [one for one in found["participants"] if one["name"] == "Ben"]
    assert len(one["stays"]) == 2
    assert one["stays"][0]["to_ms"] - found["meeting"]["opened_at_ms"] <= 8 * MINUTE
    assert one["presence_ms"] <= found["meeting"]["ended_at_ms"] - found["meeting"]["opened_at_ms"]


def test_the_list_has_the_latest_first_in_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """D1: every meeting of the organiser's once, and nobody else's."""
    monkeypatch.setattr(meeting_models, "PAGE", 3)
    ada = with_account(world)
    made = []
    for number in range(meeting_models.PAGE + 2):
        world.clock.advance(MINUTE)
        made.append(a_meeting(ada, f"Meeting {number}"))
    first = ada.get("/v1/meetings").json()
    second = ada.get(f"/v1/meetings?after={first['next']}").json()
    listed = [one["meeting_id"] for one in [*first["meetings"], *second["meetings"]]]
    assert (listed, second["next"]) == (made[::-1], None)
    assert with_account(world, "grace@example.org").get("/v1/meetings").json() == {"meetings": [], "next": None}
    assert world.member().get("/v1/meetings").status == 401
    for wrong in ("", "x", first["next"] + "x"):
        assert ada.get(f"/v1/meetings?after={wrong}").status == 422


def a_meeting(who: Browser, title: str) -> str:
    room = str(who.post("/v1/rooms", json_body={"title": title}).json()["room_id"])
    assert who.delete(f"/v1/rooms/{room}").status == 204
    return room


def test_only_the_organiser_reads_history_and_report(world: World) -> None:
    """D7: to everybody else, those who were in it included, there is no such meeting."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    grace = with_account(world, "grace@example.org")
    held.enter(grace, "Grace")
    end(held)
    run(held)
    for path in (f"/v1/meetings/{held.room}", f"/v1/meetings/{held.room}/report"):
        assert held.organiser.get(path).status == 200
        assert grace.get(path).status == 404
        assert world.member().get(path).status == 401
    assert grace.post(f"/v1/meetings/{held.room}/report", json_body={}).status == 404
    assert held.organiser.get("/v1/meetings/AAAAAAAAAAAAAAAAAAAAAA").status == 404
    assert held.organiser.get("/v1/meetings/nothing").status == 404


def test_who_was_there_is_read_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """D1, D14: everybody once, in the order of their coming."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    for name in ("Ben", "Cy", "Dan"):
        world.clock.advance(MINUTE)
        held.guest(name)
    world.clock.advance(MINUTE)
    end(held)
    monkeypatch.setattr(organiser_routes, "PEOPLE_MAX", 300)  # bytes: of two people
    path = f"/v1/meetings/{held.room}"
    first = held.organiser.get(path).json()
    assert [one["name"] for one in first["participants"]] == ["Ada", "Ben"]
    second = held.organiser.get(f"{path}?after={first['next']}").json()
    assert ([one["name"] for one in second["participants"]], second["next"]) == (["Cy", "Dan"], None)
    assert held.organiser.get(f"{path}?after=1").status == 422


def test_names_join_the_report_when_it_is_read(world: World) -> None:
    """D4, D13: figures by participant; a name that is no longer kept is null, the figures stay."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    world.clock.advance(10 * MINUTE)
    now = world.now
    send(ben, held.room, 1, ("talk", now - MINUTE, now), from_ms=now - 10 * MINUTE, to_ms=now)
    end(held)
    assert report(held).json() == {"status": "assembling", "report": None, "next": None}
    run(held)
    found = report(held).json()
    assert (found["status"], found["next"]) == ("ready", None)
    assert [(one["name"], one["figures"]["talk_ms"]) for one in found["report"]["people"]] == [("Ben", MINUTE)]
    assert found["report"]["summary"]["talk_ms"] == MINUTE
    meeting_models.attendees.delete((held.room, meeting_models.PERSON + held.ids["Ben"]))
    [nameless] = report(held).json()["report"]["people"]
    assert (nameless["name"], nameless["figures"]["talk_ms"]) == (None, MINUTE)
    assert report(held, "1").status == report(held, "x").status == 422


def test_participants_see_their_own_figures(world: World) -> None:
    """D10: while the meeting goes on and after it; to whoever was not in it there is no such meeting."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben, cy = held.guest("Ben"), held.guest("Cy", agrees=False)
    world.clock.advance(10 * MINUTE)
    now, path = world.now, f"/v1/rooms/{held.room}/insights/mine"
    send(ben, held.room, 1, ("talk", now - MINUTE, now), from_ms=now - 5 * MINUTE, to_ms=now)
    during = ben.get(path).json()
    assert (during["captured"], during["agreed"]) == (True, True)
    told = during["figures"]
    assert (told["talk_ms"], told["presence_ms"], told["coverage"]) == (MINUTE, 10 * MINUTE, 0.5)
    nothing = {"captured": True, "agreed": False, "report": None, "step_ms": MINUTE, "figures": None}
    assert cy.get(path).json() == nothing
    end(held)
    run(held)
    after = ben.get(path).json()
    assert after["figures"]["talk_ms"] == MINUTE
    assert cy.get(path).json()["figures"] is None
    assert world.member().get(path).status == 404


def test_with_capture_off_the_history_goes_on(world: World) -> None:
    """D9: attendance is kept, no report is made, nobody gets a mail."""
    held = hold(world)
    assert held.organiser.request("PATCH", "/v1/account", json_body={"capture_insights": False}).status == 200
    held.enter(held.organiser, "Ada")
    mails = len(world.aws.mails())
    world.clock.advance(MINUTE)
    end(held)
    assert attended(held) == {"Ada": [(0, 1)]}
    assert report(held).json()["status"] == "none"
    assert (world.workflows.started, len(world.aws.mails())) == ([], mails)


def test_a_report_is_assembled_again_while_what_was_measured_is_there(world: World) -> None:
    """D6: after a failure, within a day; then 410 says so. Not while it is under way, nor when it is there."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    world.clock.advance(MINUTE)
    send(ben, held.room, 1, ("talk", world.now - 1_000, world.now))
    end(held)
    again = f"/v1/meetings/{held.room}/report"
    assert held.organiser.post(again, json_body={}).status == 409
    fail(held)
    assert report(held).json()["status"] == "failed"
    assert held.organiser.post(again, json_body={}).json()["status"] == "assembling"
    assert [one.given["revision"] for one in world.workflows.started] == [1, 2]
    run(held)
    assert report(held).json()["report"]["people"][0]["figures"]["talk_ms"] == 1_000
    assert held.organiser.post(again, json_body={}).status == 410


def test_after_a_day_it_cannot_be_assembled_again(world: World) -> None:
    """D6: 410, and it says why."""
    held = hold(world)
    end(held)
    fail(held)
    world.clock.advance(DAY)
    gone = held.organiser.post(f"/v1/meetings/{held.room}/report", json_body={})
    assert gone.status == 410
    assert "deleted" in gone.json()["detail"]


def fail(held: Held) -> None:
    def breaks(_: Any) -> Any:
        raise RuntimeError

    one = held.world.workflows.started[-1]
    assert (
        executed(held.world.app, Started(one.workflow, one.name, one.given), {"PrepareReport": breaks}).status
        == "FAILED"
    )
