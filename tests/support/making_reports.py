"""A meeting whose report is to be made, by the state machine that deploys."""

from typing import Any

from chalicelib.insights.meeting_models import find_meeting
from chalicelib.insights.report import Part, read_part
from chalicelib.insights.report_models import key_of, read_part as stored_part
from tests.support.insights import Held, hold, send
from tests.support.workflows import Ended, executed, functions_of
from tests.support.world import World

MINUTE = 60_000


def ten_minutes(world: World) -> Held:
    """Ten minutes of Ada, who runs it, Ben, who talks for one of them, and Cy, who did not agree to be measured."""
    made = hold(world)
    made.enter(made.organiser, "Ada")
    ben = made.guest("Ben")
    made.guests = [ben]
    made.guest("Cy", agrees=False)
    world.clock.advance(10 * MINUTE)
    now = world.now
    assert send(ben, made.room, 1, ("talk", now - 2 * MINUTE, now - MINUTE), from_ms=now - 9 * MINUTE, to_ms=now)
    return made


def run(held: Held, functions: dict[str, Any] | None = None) -> Ended:
    """The latest execution that was started."""
    return executed(held.world.app, held.world.workflows.started[-1], functions)


def status_of(held: Held) -> str:
    meeting = find_meeting(held.room, now=held.world.now)
    assert meeting is not None
    return str(meeting.status)


def report(held: Held) -> Part:
    now = held.world.now
    meeting = find_meeting(held.room, now=now)
    assert meeting is not None
    key = key_of(meeting.account_id, now=now)
    assert key is not None
    content = stored_part(meeting, key, 0, now=now)
    assert content is not None
    return read_part(content)


class Failing:
    """A function that fails so many times and then does its work."""

    def __init__(self, held: Held, name: str, *, times: int) -> None:
        self.calls, self._times = 0, times
        self._real = functions_of(held.world.app)[name]
        self.functions = {name: self._call}

    def _call(self, event: Any) -> Any:
        self.calls += 1
        if self.calls <= self._times:
            raise RuntimeError
        return self._real(event)


def mails_about(held: Held) -> int:
    """The report."""
    return len([one for one in held.world.aws.mails() if "report" in one.text])
