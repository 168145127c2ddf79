"""Whoever is erased is unreadable everywhere before the answer, and gone from everywhere soon after (F4)."""

from collections.abc import Callable

import pytest

from chalicelib.lifetimes import DAY
from chalicelib.runtime import holdings
from tests.support.accounts import PASSWORD, log_in, mailed_token
from tests.support.belongings import (
    CANARY,
    EMAIL,
    LINK,
    NAME,
    Belongings,
    guest_with_everything,
    owner_with_everything,
)
from tests.support.erasures import erase, left_over, report_of, run
from tests.support.insights import send
from tests.support.world import World

MINUTE = 60_000
Make = Callable[[World], Belongings]
EITHER = pytest.mark.parametrize("make", [guest_with_everything, owner_with_everything], ids=["guest", "account"])


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
def test_what_is_promised_at_once_is_gone_with_the_answer(world: World, make: Make) -> None:
    """F4, F9: every kind of which the retention page says so, whoever else hears of it."""
    theirs = make(world)
    at_once = [one for one in holdings.held() if one.at_once and one.find]
    assert [one for one in at_once if one.find and list(one.find(theirs.person, world.now))]
    assert erase(theirs).status == 200
    left = [one.record.__name__ for one in at_once if one.find and list(one.find(theirs.person, world.now))]
    assert left == []


@EITHER
def test_after_the_workflow_nothing_of_theirs_is_left(world: World, make: Make) -> None:
    """F4: in no table, whatever kind of record it was in; and the check agrees."""
    theirs = make(world)
    assert CANARY in str(world.aws.items())
    assert erase(theirs).status == 200
    run(world)
    assert left_over(world, theirs) == []
    assert world.aws.items("exports") == []
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
    sent = len(world.aws.items("outreach"))
    handed = erase(theirs).json()["receipt"]
    path = f"/v1/receipts/{handed['receipt_id']}"
    assert world.browser().get(path).json() == {"status": "erasing", "receipt": None}
    run(world)
    found = world.browser().get(path).json()
    assert found["status"] == "done"
    counts = found["receipt"]["counts"]
    assert {"accounts", "sessions", "meetings", "reports", "rooms", "tabs", "organiser-keys"} <= set(counts)
    assert all(number > 0 for number in counts.values())
    assert counts["outreach"] == sent  # once each, though they went before the answer
    altered = {**found["receipt"], "note": "and nothing else"}
    assert world.browser().post("/v1/receipts/verify", json_body=altered).status == 422
    for name in (CANARY, handed["salt"], handed["subject"], handed["receipt_id"]):
        assert name not in str(found["receipt"])
    assert world.browser().get(f"/v1/receipts/{'A' * 22}").status == 404
    world.clock.advance(30 * DAY)
    assert world.browser().get(path).status == 404
