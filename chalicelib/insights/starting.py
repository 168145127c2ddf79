"""A report's workflow is started, and looked after until the report is ready, or seen to have failed (D6)."""

from chalicelib.insights.meeting_models import Meeting, change, find_meeting
from chalicelib.lifetimes import MINUTE, SECOND
from chalicelib.runtime import expiry, workflows
from chalicelib.runtime.errors import Unavailable
from chalicelib.runtime.telemetry import log

WORKFLOW = "report"
GRACE_MS = 2 * MINUTE  # after the end, in which browsers may still send what they measured
SETTLED_MS = 30 * SECOND  # after that nothing is on its way any more: API Gateway gives a request 29 s
LOOK_AGAIN_MS = 5 * MINUTE  # whether a report that is being put together still is
DUE = "report-due"  # kind of expiry entries


def look_after_end(meeting_id: str, *, now: int) -> None:
    """Has the reaper look soon after the end whether its report has been started."""
    expiry.file(DUE, meeting_id, now + GRACE_MS + MINUTE, now=now)


def start_report(meeting: Meeting, *, now: int) -> None:
    """Once for each revision, however often it is called. Where it fails, the reaper's call tries again."""
    wait_ms = max(0, int(meeting.closed_at_ms) + GRACE_MS + SETTLED_MS - now)
    given = {"meeting_id": meeting.meeting_id, "revision": int(meeting.revision), "wait_s": -(-wait_ms // 1_000)}
    try:
        workflows.start(WORKFLOW, execution_of(meeting), given)
    except Unavailable:
        log.warning("report not started", revision=int(meeting.revision))


def execution_of(meeting: Meeting) -> str:
    """What the workflow's execution is called that makes this revision of the meeting's report."""
    return f"report-{meeting.meeting_id}-{int(meeting.revision)}"


def stop_report(meeting: Meeting) -> None:
    """Of a meeting that is forgotten, as whoever ran it is gone: the report would have been theirs."""
    if meeting.status == "assembling":
        workflows.stop(WORKFLOW, execution_of(meeting))


def look_later(meeting_id: str, *, now: int) -> None:
    """Has the reaper look whether the report is being put together. Before it is said to be, so that somebody does."""
    expiry.file(DUE, meeting_id, now + LOOK_AGAIN_MS, now=now)


def see_through(name: str, now: int) -> int | None:
    """The reaper's call, from three minutes after an end on: the report becomes ready or failed, whatever happens.

    Whoever was to start it may have died before, or could not; and an execution may end without saying so.
    """
    meeting = find_meeting(name, now=now)
    if meeting is None or meeting.status != "assembling":
        return None
    if _is_over(meeting):
        change(meeting, Meeting.status.set("failed"), was="assembling", now=now)
        log.error("report given up", revision=int(meeting.revision))
        return None
    start_report(meeting, now=now)
    return now + LOOK_AGAIN_MS


def _is_over(meeting: Meeting) -> bool:
    try:
        return workflows.is_over(WORKFLOW, execution_of(meeting))
    except Unavailable:
        return False
