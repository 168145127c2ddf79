"""The steps of the workflow that makes a report (infra/workflows/report.asl.yaml). Each may run twice, at any time.

                  ┌ somebody withdrew: once more ┐
prepare ─ fold, shard by shard ─ assemble ─ publish ─ forget, shard by shard and the rest ─ notify
   └ nothing to do ──────────────────────────────────┘
   └ failed: whatever went wrong, the organiser sees it, unless the report is there all the same
"""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.accounts import models as accounts
from chalicelib.insights import report_mail
from chalicelib.insights.agreed import Basis, agreed, stands, still_agreed
from chalicelib.insights.figures import Meeting as Measured
from chalicelib.insights.fold_models import find_agreed, forget_folds, put_folds
from chalicelib.insights.measures import was_measured
from chalicelib.insights.meeting_models import (
    Meeting,
    change,
    find_meeting,
    is_small,
    note_told,
    note_untold,
    presence_of,
)
from chalicelib.insights.models import (
    SHARDS,
    Batch,
    batches,
    batches_part,
    find_shown,
    forget_raw,
    forget_shard,
    rooms_of,
)
from chalicelib.insights.naming import list_measured
from chalicelib.insights.report import write_report
from chalicelib.insights.report_models import (
    forget_attempt,
    forget_others,
    forget_parts,
    make_key,
    name_attempt,
    put_parts,
)
from chalicelib.lifetimes import HOUR
from chalicelib.privacy import improvement, service as privacy
from chalicelib.rooms import push
from chalicelib.rooms.messages import ReportReady
from chalicelib.runtime.ids import opaque
from chalicelib.runtime.mail import Unsent
from chalicelib.runtime.telemetry import log
from chalicelib.sessions.models import find_all_of

OVER = ("ready", "none")  # a report that failed may be tried again, of what was measured


class Made(NamedTuple):
    """What an attempt at assembling has stored: so many parts, none where there was nothing to do; on what basis."""

    parts: int
    attempt: str
    basis: str


def prepare(meeting_id: str, revision: int, *, now: int) -> list[int]:
    """The shards to fold; none where there is nothing to do any more, or the organiser captures no longer."""
    meeting = _assembling(meeting_id, revision, now)
    if meeting is None:
        return []
    if not _captures(meeting, now):
        change(meeting, Meeting.status.set("none"), was="assembling", now=now)
        return []
    return list(range(SHARDS))


def shared_out(meeting_id: str, *, now: int) -> list[list[int]]:
    """The shards as the workflow has them folded and forgotten: side by side, or all by one task where few were there.

    Step Functions bills each task, which is most of what the report of a small meeting costs (docs/cost.md).
    """
    meeting = find_meeting(meeting_id, now=now)
    if meeting is None or is_small(meeting, now=now):
        return [list(range(SHARDS))]
    return [[one] for one in range(SHARDS)]


def fold_shard(meeting_id: str, shard: int, *, now: int) -> int:
    """Folds the batches of each participant of the shard who still agrees; how many there are."""
    meeting = find_meeting(meeting_id, now=now)
    if meeting is None:
        return 0
    found = dict[str, list[Batch]]()
    for room_id in rooms_of(meeting_id, now=now):
        for batch in batches.query(batches_part(room_id, shard), now=now):
            found.setdefault(batch.participant_id, []).append(batch)
    agreeing = ((one, agreed(some, now=now)) for one, some in found.items())
    folded = [(one, whole) for one, whole in agreeing if whole is not None and any(whole.recording.parts)]
    put_folds(meeting_id, shard, folded, until_ms=int(meeting.raw_until_ms) + HOUR, now=now)  # the net below the reaper
    meeting = find_meeting(meeting_id, now=now)
    if meeting is None or meeting.status != "assembling":  # another execution was faster, or the day is over
        forget_folds(meeting_id, shard)
    return len(folded)


def forget(meeting_id: str, shards: Sequence[int] | None, *, now: int) -> None:
    """Once the report is sealed, or nobody wants one, what was measured is gone: some shards, or at last the rest."""
    meeting = find_meeting(meeting_id, now=now)
    if meeting is not None and meeting.status not in OVER:
        return
    if shards is None:
        forget_raw(meeting_id)
    for shard in shards or ():
        forget_shard(meeting_id, shard)


def assemble(meeting_id: str, revision: int, *, now: int) -> Made:
    """Measures of whom still agrees, advises, seals and stores; no parts where there is nothing to do."""
    meeting = _assembling(meeting_id, revision, now)
    key = None if meeting is None else make_key(meeting.account_id, now=now)
    if meeting is None or key is None:
        return Made(0, "", "")
    span = int(meeting.opened_at_ms), int(meeting.ended_at_ms)
    rooms = rooms_of(meeting_id, now=now)
    shown = find_shown(rooms, now=now)
    measured = Measured(span, presence_of(meeting_id, now=now), shown)
    planned_ms = None if meeting.planned_start_ms is None else int(meeting.planned_start_ms)
    basis, begun_ms = Basis(), max(span[0], planned_ms or 0)
    agree = still_agreed(meeting_id, rooms, basis, now=now)
    people = ((who, one) for who, one in agree if was_measured(measured, who, one))
    contents = list(write_report(measured, people, begun_ms))
    made = Made(len(contents), opaque(), basis.digest)
    put_parts(meeting, made.attempt, key, contents)
    if _assembling(meeting_id, revision, now) is None:  # another execution was faster, and what it read may be gone
        forget_attempt(meeting, made.attempt, now=now)
    return made


def publish(meeting_id: str, revision: int, made: Made, *, now: int) -> bool:
    """From here on the report can be read; there is none where capture is off by now.

    False where it must be put together again, as somebody in it has withdrawn since.
    """
    meeting = _assembling(meeting_id, revision, now)
    if meeting is not None and not _captures(meeting, now):
        change(meeting, Meeting.status.set("none"), was="assembling", now=now)
    elif meeting is not None and not _published(meeting, made, now):
        return False
    found = find_meeting(meeting_id, now=now)
    if found is None or found.status == "none" or accounts.find(found.account_id, now=now) is None:
        forget_parts(meeting_id, now=now)  # where the account went meanwhile, its key with it
    elif found.status == "ready":
        forget_others(found, now=now)
    return True


def _published(meeting: Meeting, made: Made, now: int) -> bool:
    """False where it must be put together again; a run beside this one may have published it, or another."""
    if not stands(meeting.meeting_id, made.basis, now=now):
        if not forget_attempt(meeting, made.attempt, now=now):
            return True
        return change(meeting, Meeting.unsettled.set(True), was="assembling", now=now) is None
    agreed_now = {one for one, _ in find_agreed(meeting.meeting_id, now=now)}
    list_measured(meeting, agreed_now, now=now)
    ready = Meeting.status.set("ready"), Meeting.parts.set(made.parts)
    if not name_attempt(meeting, made.attempt, *ready, was="assembling", now=now):
        return _assembling(meeting.meeting_id, int(meeting.revision), now) is None
    if meeting.revision > 1 or meeting.unsettled:  # of whom an attempt before was about to publish figures
        others = set(presence_of(meeting.meeting_id, now=now)) - agreed_now
        list_measured(meeting, others, measured=False, now=now)
    improvement.contribute("report-made", privacy.account(meeting.account_id), now=now)
    return True


def notify(meeting_id: str, revision: int, *, now: int) -> None:
    """Tells the organiser's open pages that the report is ready, and by mail, if they want that: no figures (D8).

    A mail goes out once at most: where nobody knows whether it has, the report is there all the same. Raises Unsent
    where it surely has not, and may be tried again.
    """
    meeting = find_meeting(meeting_id, now=now)
    if meeting is None or (meeting.status, int(meeting.revision)) != ("ready", revision):
        return
    for session in find_all_of(meeting.account_id, now=now):
        push.to_session(session.session_id, ReportReady(meeting_id, now), now=now)
    account = accounts.find(meeting.account_id, now=now)
    proof = account and report_mail.may_mail(account, now=now)
    if account and proof and note_told(meeting, now=now):
        try:
            report_mail.say_ready(account, meeting_id, proof, now=now)
        except Unsent:
            note_untold(meeting, now=now)
            raise


def fail(meeting_id: str, revision: int, *, now: int) -> bool:
    """The organiser sees that it failed, and may have it tried again; False where it is there, or unwanted, by now."""
    meeting = find_meeting(meeting_id, now=now)
    if meeting is not None and (meeting.status, int(meeting.revision)) == ("assembling", revision):
        change(meeting, Meeting.status.set("failed"), was="assembling", now=now)
        log.error("report failed", revision=revision)
    return meeting is not None and meeting.status not in OVER


def _captures(meeting: Meeting, now: int) -> bool:
    account = accounts.find(meeting.account_id, now=now)
    return account is not None and bool(account.capture_insights)


def _assembling(meeting_id: str, revision: int, now: int) -> Meeting | None:
    """The meeting, if this revision of its report is under way."""
    meeting = find_meeting(meeting_id, now=now)
    under_way = meeting is not None and (meeting.status, int(meeting.revision)) == ("assembling", revision)
    return meeting if under_way else None
