"""Somebody is erased, and what is left of them afterwards."""

from typing import Any

from chalicelib.insights.meeting_models import find_meeting
from chalicelib.insights.report import Part, read_part
from chalicelib.insights.report_models import key_of, read_part as stored_part
from chalicelib.privacy import erasing
from tests.support.accounts import PASSWORD
from tests.support.belongings import CANARY, Belongings
from tests.support.browser import Answer
from tests.support.workflows import Started, executed
from tests.support.world import World

MINUTE = 60_000


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


def started(world: World) -> list[Started]:
    """The erasures' executions."""
    return [one for one in world.workflows.started if one.workflow == "erasure"]


def finish(erasure_id: str, now: int) -> None:
    """As the workflow does."""
    while erasing.sweep(erasure_id, now=now):
        pass
    assert erasing.check(erasure_id, now=now) == 0
    erasing.finish(erasure_id, now=now)
