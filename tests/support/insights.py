"""A meeting that an organiser runs, and what the browsers in it measure."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from chalicelib.insights import assembling
from chalicelib.insights.meeting_models import MEETING, Meeting, meetings
from chalicelib.insights.models import SHARDS
from chalicelib.lifetimes import HISTORY, RAW_INSIGHTS
from tests.support.accounts import EMAIL, with_account
from tests.support.browser import Answer, Browser
from tests.support.world import World


@dataclass
class Held:
    """`room` is the meeting's address; people enter by its link."""

    world: World
    organiser: Browser
    room: str
    ids: dict[str, str] = field(default_factory=dict)  # participants by name
    guests: list[Browser] = field(default_factory=list)

    def enter(self, browser: Browser, name: str, **more: Any) -> Browser:
        path = f"/v1/rooms/{self.room}/participants"
        answer = browser.post(path, json_body={"name": name, **more})
        assert answer.status == 201, answer.body
        self.ids[name] = browser.get(f"/v1/rooms/{self.room}").json()["me"]
        return browser

    def guest(self, name: str, *, agrees: bool = True) -> Browser:
        """Somebody who comes in and, unless told otherwise, agrees to be measured."""
        browser = grown_up_guest(self.world)
        if agrees:
            agree(browser)
        return self.enter(browser, name)


def hold(world: World, email: str = EMAIL, **wanted: Any) -> Held:
    """A meeting of a fresh account that wants mails about its reports, with nobody in it."""
    organiser = with_account(world, email, consents={"reports": True})
    made = organiser.post("/v1/rooms", json_body={"title": "Weekly", **wanted})
    assert made.status == 201, made.body
    return Held(world, organiser, made.json()["room_id"])


def grown_up_guest(world: World) -> Browser:
    browser = world.member()
    assert browser.post("/v1/session/age", json_body={"birth_month": 1, "birth_year": 1980}).status == 200
    return browser


def agree(browser: Browser, agrees: bool = True) -> None:
    assert browser.request("PUT", "/v1/consents", json_body={"insights": agrees}).status == 200


def send(browser: Browser, room: str, sequence: int, *events: tuple[str, int, int], **more: Any) -> Answer:
    """A batch of one tab, `tab` if that matters; events as (kind, from, to)."""
    tab = more.pop("tab", "00000000-0000-4000-8000-000000000001")
    listed = [{"kind": kind, "from_ms": from_ms, "to_ms": to_ms} for kind, from_ms, to_ms in events]
    body = {"sequence": sequence, "events": listed, **more}
    return browser.post(f"/v1/rooms/{room}/insights", json_body=body, headers={"Earshot-Tab": str(uuid.UUID(tab))})


def end(held: Held) -> None:
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204


def reported(world: World, **wanted: Any) -> Held:
    """A meeting of ten minutes with its report: Ada runs it, Ben talked for one of them, Cy did not agree."""
    held = hold(world, **wanted)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    held.guest("Cy", agrees=False)
    world.clock.advance(600_000)
    now = world.now
    sent = send(ben, held.room, 1, ("talk", now - 120_000, now - 60_000), from_ms=now - 540_000, to_ms=now)
    assert sent.status == 202
    end(held)
    assemble(held)
    return held


def write_meeting(meeting_id: str, account_id: str, opened_at_ms: int, ended_at_ms: int) -> None:
    """A meeting that is over, whose report is to be put together, as its end leaves it."""
    made = Meeting(
        meeting_id, MEETING, account_id=account_id, opened_at_ms=opened_at_ms, ended_at_ms=ended_at_ms,
        closed_at_ms=ended_at_ms, captured=True, status="assembling", raw_until_ms=RAW_INSIGHTS.deadline(ended_at_ms),
    )  # fmt: skip
    made.lives_until(HISTORY.deadline(ended_at_ms))
    meetings.put(made)


def assemble(held: Held, revision: int = 1) -> None:
    """The report's steps one after the other, without the workflow around them."""
    now = held.world.now
    for shard in assembling.prepare(held.room, revision, now=now):
        assembling.fold_shard(held.room, shard, now=now)
    while not assembling.publish(held.room, revision, assembling.assemble(held.room, revision, now=now), now=now):
        pass
    for shards in (range(SHARDS), None):
        assembling.forget(held.room, shards, now=now)
