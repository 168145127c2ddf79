"""Whoever is erased is unreadable everywhere before the answer, and gone from everywhere soon after (F4)."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from chalicelib.content.staging import stage_content
from chalicelib.insights.intake import Batch
from chalicelib.insights.meeting_models import find_meeting
from chalicelib.insights.report import Part, read_part
from chalicelib.insights.report_models import key_of, read_part as stored_part
from chalicelib.insights.service import take_batch
from chalicelib.lifetimes import DAY
from chalicelib.privacy import erasing
from chalicelib.rooms import service as rooms
from chalicelib.rooms.channel import connect
from chalicelib.runtime import expiry, holdings
from chalicelib.runtime.errors import NotFound, Problem, Unauthenticated
from chalicelib.runtime.ids import ConnectionId, RoomId, TabId
from tests.support.accounts import PASSWORD, log_in, mailed_token
from tests.support.belongings import (
    CANARY,
    EMAIL,
    LINK,
    NAME,
    Belongings,
    guest_with_everything,
    owner_with_everything,
    session_of,
)
from tests.support.browser import Answer
from tests.support.insights import send
from tests.support.memory import Crash, in_memory
from tests.support.workflows import Started, executed
from tests.support.world import World

MINUTE = 60_000
Make = Callable[[World], Belongings]
EITHER = pytest.mark.parametrize("make", [guest_with_everything, owner_with_everything], ids=["guest", "account"])


def erase(theirs: Belongings) -> Answer:
    if theirs.person.account_id:
        return theirs.browser.delete("/v1/account", json_body={"password": PASSWORD})
    return theirs.browser.delete("/v1/session?erase=all")


def run(world: World) -> None:
    """The workflow, which has waited its three minutes."""
    world.clock.advance(3 * MINUTE)
    [begun] = [one for one in world.workflows.started if one.workflow == "erasure"]
    assert executed(world.app, begun).status == "SUCCEEDED"


def report_of(theirs: Belongings) -> list[Part]:
    """As it is stored, opened with its organiser's key."""
    now, room = theirs.world.now, theirs.over.room
    meeting = find_meeting(room, now=now)
    assert meeting is not None
    key = key_of(meeting.account_id, now=now)
    assert key is not None
    contents = [stored_part(meeting, key, number, now=now) for number in range(int(meeting.parts))]
    return [read_part(one) for one in contents if one is not None]


def left_over(world: World, theirs: Belongings) -> list[dict[str, Any]]:
    """Items that name them, or hold what they wrote; what counts their acts leads nowhere by then, as do due looks."""
    names = [CANARY, *theirs.person.participants, *theirs.person.sessions, theirs.person.account_id or CANARY]
    found = [item for name in names for item in world.aws.mentions(name)]
    return [one for one in found if "tries" not in one and "minute" not in one and "token" not in one]


@EITHER
def test_before_the_answer_nobody_reads_anything_of_theirs(world: World, make: Make) -> None:
    """F4: not they, not the others in the meeting, not its organisers."""
    theirs = make(world)
    answer = erase(theirs)
    assert answer.status == 200, answer.body
    assert theirs.browser.jar == {}
    cy, ada = theirs.running.organiser, theirs.over.organiser
    for text in (NAME, LINK, theirs.over.ids[NAME]):
        assert text not in cy.get(f"/v1/rooms/{theirs.running.room}").body
        assert text not in ada.get(f"/v1/meetings/{theirs.over.room}").body
        assert text not in ada.get(f"/v1/meetings/{theirs.over.room}/report").body
    left = [one for one in world.pushes.to("cy") if one["type"] == "participant.left"]
    assert [one["participant_id"] for one in left] == [theirs.running.ids[NAME]]
    assert log_in(world.browser(), EMAIL).status == 401


@EITHER
def test_after_the_workflow_nothing_of_theirs_is_left(world: World, make: Make) -> None:
    """F4: in no table, whatever kind of record it was in; and the check agrees."""
    theirs = make(world)
    assert CANARY in str(world.aws.items())
    assert erase(theirs).status == 200
    run(world)
    assert left_over(world, theirs) == []
    found = [one for one, _ in holdings.held_of(theirs.person, now=world.now) if one.fate == "erased"]
    assert [one.record.__name__ for one in found] == []
    assert [one for one in world.aws.messages() if CANARY in str(one)] == []


@EITHER
def test_their_figures_leave_the_reports_of_others(world: World, make: Make) -> None:
    """F4, D13: the report is told anew without them; what counted everybody together is missing, not their part."""
    theirs = make(world)
    before, who = report_of(theirs), theirs.over.ids[NAME]
    assert who in [one.participant_id for one in before[0].people]
    erase(theirs)
    ada, path = theirs.over.organiser, f"/v1/meetings/{theirs.over.room}/report"
    assert ada.get(path).json()["status"] == "assembling"
    run(world)
    [part] = report_of(theirs)
    [ben] = part.people
    assert ben.participant_id == theirs.over.ids["Ben"]
    assert part.summary is not None
    assert part.summary.reduced
    assert (part.summary.talk_ms, ben.talk_share, part.summary.talked_ms) == (ben.talk_ms, 1, None)
    assert (len(part.summary.timeline.talk_ms), len(part.tips), ben.interruptions) == (0, 0, None)
    shown = ada.get(path).json()
    assert shown["status"] == "ready"
    assert [one["name"] for one in shown["report"]["people"]] == ["Ben"]


@EITHER
def test_what_comes_late_for_somebody_erased_is_refused(world: World, make: Make) -> None:
    """F4: under the session that is gone, whatever a tab still sends."""
    theirs = make(world)
    jar, room = dict(theirs.browser.jar), theirs.running.room
    erase(theirs)
    theirs.browser.jar.update(jar)
    late, now = theirs.browser, world.now
    assert send(late, room, 9, ("talk", now - 2_000, now - 1_000), from_ms=now - 3_000, to_ms=now).status == 401
    assert late.post(f"/v1/rooms/{room}/participants", json_body={}).status == 401
    assert late.request("PUT", "/v1/consents", json_body={"news": True}).status == 401
    assert late.connect("late").status == 401
    assert late.get("/v1/session").status == 401


def test_what_was_under_way_at_the_erasure_is_refused_or_goes(world: World) -> None:
    """F4: requests that had found their session before it was gone."""
    theirs = guest_with_everything(world)
    late, room, now = session_of(theirs.browser, world.now), RoomId(theirs.running.room), world.now
    assert erase(theirs).status == 200
    with pytest.raises(NotFound):
        take_batch(room, TabId("tab"), 9, Batch([]), late, now=now)
    with pytest.raises(Problem):
        stage_content(LINK, None, TabId(str(uuid.UUID(int=8))), late, now=now)
    with pytest.raises(Unauthenticated):
        connect(ConnectionId("late"), late, now=now)
    rooms.enter_room(room, late, via="link", now=now)
    assert NAME in theirs.running.organiser.get(f"/v1/rooms/{room}").body
    world.clock.advance(6 * MINUTE)
    expiry.reap(now=world.now)
    assert NAME not in theirs.running.organiser.get(f"/v1/rooms/{room}").body
    begun = world.aws.items("receipts")[0]["erasure_id"]["S"]
    _finish(begun, world.now)
    assert left_over(world, theirs) == []


def test_an_erasure_that_breaks_off_is_finished_by_itself(world: World) -> None:
    """F4, exhaustively: wherever the process dies, either nothing has happened, or nothing is left soon."""
    done = 0
    with in_memory() as memory:
        theirs = guest_with_everything(world)
        session = session_of(theirs.browser, world.now)
        for survived in count():
            with memory.undone():
                died = True
                with memory.crash_after(survived), suppress(Crash):
                    erasing.erase_guest(session, now=world.now)
                    died = False
                begun = memory.items("receipts")
                if begun:
                    done += 1
                    expiry.reap(now=world.now + MINUTE)
                    _finish(begun[0]["erasure_id"]["S"], world.now + 4 * MINUTE)
                    assert [one for one in _everything(memory) if CANARY in one] == [], survived
                else:
                    assert theirs.browser.get("/v1/session").status == 200
            if not died:
                break
    assert done > 5


def _finish(erasure_id: str, now: int) -> None:
    while erasing.sweep(erasure_id, now=now):
        pass
    assert erasing.check(erasure_id, now=now) == 0
    erasing.finish(erasure_id, now=now)


def _everything(memory: Any) -> list[str]:
    return [repr(item) for name in memory._tables for item in memory._tables[name].values()]


def test_a_sweep_that_breaks_off_anywhere_goes_on(world: World) -> None:
    """F4, exhaustively: each request of the workflow's task may be its last; the next run converges."""
    with in_memory() as memory:
        theirs = owner_with_everything(world)
        assert erase(theirs).status == 200
        [begun] = memory.items("receipts")
        erasure_id, now = begun["erasure_id"]["S"], world.now + 3 * MINUTE
        for survived in count():
            with memory.undone():
                died = True
                with memory.crash_after(survived), suppress(Crash):
                    erasing.sweep(erasure_id, now=now)
                    died = False
                _finish(erasure_id, now)
                assert [one for one in _everything(memory) if CANARY in one] == [], survived
            if not died:
                break
    assert survived > 20


def _of_erasures(world: World) -> list[Started]:
    return [one for one in world.workflows.started if one.workflow == "erasure"]


def test_the_reaper_starts_what_nobody_started_and_what_failed(world: World) -> None:
    """F4: whoever was to start the workflow may have died, and an execution may fail."""
    theirs = guest_with_everything(world)
    world.workflows.started.clear()
    world.workflows.busy = True
    assert erase(theirs).status == 200
    assert world.workflows.started == []
    world.workflows.busy = False
    expiry.reap(now=world.now + MINUTE)
    [first] = _of_erasures(world)
    world.workflows.over.add(first.name)
    expiry.reap(now=world.now + 7 * MINUTE)
    assert [one.name[-2:] for one in _of_erasures(world)] == ["-1", "-2"]


def test_an_account_is_not_erased_as_a_guest(world: World) -> None:
    """API: 409, and nothing has happened; a session that is none: 401."""
    theirs = owner_with_everything(world)
    assert theirs.browser.delete("/v1/session?erase=all").status == 409
    assert theirs.browser.get("/v1/account").status == 200
    assert world.browser().delete("/v1/session?erase=all").status == 401
    assert theirs.browser.delete("/v1/session?erase=some").status == 422


def test_a_registration_that_a_guest_has_begun_goes_with_them(world: World) -> None:
    """F4: nobody has confirmed it, and nobody can any more."""
    theirs = guest_with_everything(world)
    sent = {"email": EMAIL, "password": PASSWORD, "consents": {"news": True}}
    assert theirs.browser.post("/v1/accounts", json_body=sent).status == 202
    token = mailed_token(world)
    assert erase(theirs).status == 200
    assert world.browser().post("/v1/accounts/verify", json_body={"token": token}).status == 410
    run(world)
    assert [one["address"] for one in world.aws.items("accounts") if "asked_by" in one] == []


def test_a_meeting_that_an_erased_account_ran_goes_on_as_nobodys(world: World) -> None:
    """F4: whoever is in it stays; its title and its link are gone."""
    theirs = owner_with_everything(world)
    room = theirs.browser.post("/v1/rooms", json_body={"title": f"Open {CANARY}"}).json()["room_id"]
    guest = world.member()
    assert guest.post(f"/v1/rooms/{room}/participants", json_body={}).status == 201
    erase(theirs)
    found = guest.get(f"/v1/rooms/{room}")
    assert found.status == 200
    assert CANARY not in found.body
    assert guest.get(f"/v1/rooms/{room}/invitation").status == 404


def test_their_receipt_says_what_was_erased_and_names_nobody(world: World) -> None:
    """F7: it can be asked for with what they alone were handed, as soon as nothing is left, for 30 days."""
    theirs = owner_with_everything(world)
    handed = erase(theirs).json()["receipt"]
    path = f"/v1/receipts/{handed['receipt_id']}"
    assert world.browser().get(path).json() == {"status": "erasing", "receipt": None}
    run(world)
    found = world.browser().get(path).json()
    assert found["status"] == "done"
    counts = found["receipt"]["counts"]
    assert {"accounts", "sessions", "meetings", "reports", "rooms", "tabs", "organiser-keys"} <= set(counts)
    assert all(number > 0 for number in counts.values())
    for name in (CANARY, handed["salt"], handed["subject"], handed["receipt_id"]):
        assert name not in str(found["receipt"])
    assert world.browser().get(f"/v1/receipts/{'A' * 22}").status == 404
    world.clock.advance(30 * DAY)
    assert world.browser().get(path).status == 404
