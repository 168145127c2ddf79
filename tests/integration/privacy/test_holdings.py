"""What is held of somebody is found from them: every kind of record (F3)."""

import json
import subprocess
import sys

import pytest

from chalicelib.runtime import holdings
from tests.support.belongings import CANARY, Belongings, guest_with_everything, owner_with_everything
from tests.support.world import World

ACCOUNTS = {
    "Account", "OwnParticipant", "Organiser", "Runs", "Meeting", "Listed", "Share", "Part", "OrganiserKey", "NewsSent",
    "Disclosure",
}  # fmt: skip
BOTH = {
    "Session", "Decision", "Member", "Call", "Connection", "Lease", "Item", "Shown", "Batch", "Fold", "Attendee",
    "Attended", "NamedIn", "Export", "ExportPart", "Feedback", "Enquiry", "SurveyAnswer", "InMeeting",
}  # fmt: skip
OF_GUESTS_WHO_LOG_IN = {"GoesOn"}
BY_MAIL = {"Request", "Act"}  # what the operator was asked
FOR_A_MOMENT = {"Sound", "Join", "Seat", "Knock", "Left", "Gone"}  # seconds or minutes


def kinds(theirs: Belongings) -> set[str]:
    return {one.record.__name__ for one, _ in holdings.held_of(theirs.person, now=theirs.world.now)}


def test_everything_of_a_guest_is_found(world: World) -> None:
    """F3: from their session on, wherever it lies."""
    assert kinds(guest_with_everything(world)) == BOTH


def test_everything_of_an_account_is_found(world: World) -> None:
    """F3: what they did as who they were before they logged in, too."""
    theirs = owner_with_everything(world)
    assert kinds(theirs) == BOTH | ACCOUNTS | OF_GUESTS_WHO_LOG_IN
    somebodys = {one.record.__name__ for one in holdings.held() if one.find}
    assert kinds(theirs) | FOR_A_MOMENT | BY_MAIL == somebodys


@pytest.mark.parametrize("who", [guest_with_everything, owner_with_everything])
def test_what_is_found_can_be_shown_without_its_secrets(world: World, who: object) -> None:
    """F3: every record as JSON; of what proves who somebody is, that it is there."""
    theirs = who(world)  # type: ignore[operator]
    shown = [json.dumps(one.export(item)) for one, item in holdings.held_of(theirs.person, now=world.now) if one.export]
    assert any(CANARY in one for one in shown)
    assert not any("argon2" in one for one in shown)


def test_what_was_done_before_a_log_out_is_found_by_the_account(world: World) -> None:
    """F3, F4: the session that did it is gone; who its participant was is known."""
    theirs = owner_with_everything(world)
    assert theirs.browser.request("DELETE", "/v1/session").status == 204
    left = holdings.identify(holdings.Person(theirs.person.account_id), now=world.now)
    assert left.participants == theirs.person.participants
    named = [item.name for one, item in holdings.held_of(left, now=world.now) if one.record.__name__ == "Attendee"]
    assert CANARY in "".join(named)


IN_ANY_ORDER = """
import importlib, sys
from tests.support import environment
for module in sys.argv[1:]:
    importlib.import_module(module)
from chalicelib.insights.meeting_models import NamedIn, namings
from chalicelib.runtime.holdings import Person, identify
from chalicelib.sessions.participant_models import OwnParticipant, participants
from tests.support.memory import in_memory

with in_memory():
    me, there = OwnParticipant("account", "ben"), NamedIn("participant#ben", "room")
    for table, made in ((participants, me), (namings, there)):
        made.lives_until(2)
        table.put(made)
    print(*identify(Person("account"), now=1).rooms)
"""


@pytest.mark.parametrize("first", ["chalicelib.insights.held_models", "chalicelib.rooms.held_models", "infra.privacy"])
def test_a_meeting_is_found_whichever_module_is_imported_first(first: str) -> None:
    """F4: from the account by its participants, and by these."""
    asked = [sys.executable, "-c", IN_ANY_ORDER, first, "app"]
    assert subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split() == ["room"]
