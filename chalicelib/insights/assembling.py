"""The steps of the workflow that makes a report (infra/workflows/report.asl.yaml). Each may run twice, at any time.

prepare ─ fold, one per shard ─ assemble ─ publish ─ notify
                                                      └ failed: whatever else went wrong, the organiser sees it
"""

from chalicelib.accounts import models as accounts
from chalicelib.insights import report_mail
from chalicelib.insights.figures import Meeting as Measured
from chalicelib.insights.meeting_models import Meeting, change, find_meeting, presence_of
from chalicelib.insights.models import (
    SHARDS,
    Batch,
    batches,
    batches_part,
    find_folds,
    find_shown,
    forget_raw,
    put_folds,
    rooms_of,
)
from chalicelib.insights.recording import Recording, fold
from chalicelib.insights.report import write_report
from chalicelib.insights.report_models import forget_parts, make_key, put_parts
from chalicelib.privacy import service as privacy
from chalicelib.runtime import consent
from chalicelib.runtime.consent import Consented, Insights
from chalicelib.runtime.errors import Denied
from chalicelib.runtime.telemetry import log


def prepare(meeting_id: str, revision: int, *, now: int) -> list[int]:
    """The shards to fold; none where there is nothing to do any more, or the organiser captures no longer."""
    meeting = _assembling(meeting_id, revision, now)
    if meeting is None:
        return []
    account = accounts.find(meeting.account_id, now=now)
    if account is None or not account.capture_insights:
        change(meeting, Meeting.status.set("none"), was="assembling", now=now)
        forget_raw(meeting_id, now=now)
        return []
    return list(range(SHARDS))


def fold_shard(meeting_id: str, shard: int, *, now: int) -> int:
    """Folds the batches of each participant of the shard who still agrees; how many there are."""
    found = dict[str, list[Batch]]()
    for room_id in rooms_of(meeting_id, now=now):
        for batch in batches.query(batches_part(room_id, shard), now=now):
            found.setdefault(batch.participant_id, []).append(batch)
    folded = [(one, recording) for one, some in found.items() if (recording := _agreed(some, now)) is not None]
    put_folds(meeting_id, shard, folded, now=now)
    return len(folded)


def assemble(meeting_id: str, revision: int, *, now: int) -> int:
    """Measures, advises, seals and stores; how many parts it has, none where there is nothing to do."""
    meeting = _assembling(meeting_id, revision, now)
    key = None if meeting is None else make_key(meeting.account_id, now=now)
    if meeting is None or key is None:
        return 0
    span = int(meeting.opened_at_ms), int(meeting.ended_at_ms)
    shown = find_shown(rooms_of(meeting_id, now=now), now=now)
    measured = Measured(span, presence_of(meeting_id, now=now), shown)
    planned_ms = None if meeting.planned_start_ms is None else int(meeting.planned_start_ms)
    contents = list(write_report(measured, find_folds(meeting_id, now=now), max(span[0], planned_ms or 0)))
    put_parts(meeting, key, contents)
    return len(contents)


def publish(meeting_id: str, revision: int, parts: int, *, now: int) -> None:
    """From here on the report can be read, and what it was made of is gone."""
    meeting = _assembling(meeting_id, revision, now)
    if meeting is not None:
        change(meeting, Meeting.status.set("ready"), Meeting.parts.set(parts), was="assembling", now=now)
    found = find_meeting(meeting_id, now=now)
    if found is None or accounts.find(found.account_id, now=now) is None:
        forget_parts(meeting_id, now=now)  # the account went meanwhile, and its key with it
    elif found.status == "ready":
        forget_parts(meeting_id, now=now, keep=int(found.revision))
    if found is None or found.status != "assembling":
        forget_raw(meeting_id, now=now)


def notify(meeting_id: str, revision: int, *, now: int) -> None:
    """Tells the organiser, if they want that, that the report is ready: a link, no figures (D8)."""
    meeting = find_meeting(meeting_id, now=now)
    if meeting is None or (meeting.status, int(meeting.revision)) != ("ready", revision):
        return
    account = accounts.find(meeting.account_id, now=now)
    if account is not None and account.capture_insights and account.mail_report_ready:
        report_mail.say_ready(account, meeting_id)


def fail(meeting_id: str, revision: int, *, now: int) -> None:
    """The organiser sees that it failed, and may have it tried again."""
    meeting = _assembling(meeting_id, revision, now)
    if meeting is not None:
        change(meeting, Meeting.status.set("failed"), was="assembling", now=now)
        log.error("report failed", revision=revision)


def _assembling(meeting_id: str, revision: int, now: int) -> Meeting | None:
    """The meeting, if this revision of its report is under way."""
    meeting = find_meeting(meeting_id, now=now)
    under_way = meeting is not None and (meeting.status, int(meeting.revision)) == ("assembling", revision)
    return meeting if under_way else None


def _agreed(some: list[Batch], now: int) -> Recording | None:
    """What was measured of one participant, as far as they agree to it at this moment."""
    by_person = dict[str, list[Batch]]()  # a guest may have logged in during the meeting
    for one in some:
        by_person.setdefault(str(one.person), []).append(one)
    known = [_recordings(each, consented) for person, each in by_person.items() if (consented := _consent(person, now))]
    return fold([one for each in known for one in each]) if known else None


def _recordings(some: list[Batch], consented: Consented[Insights]) -> list[Recording]:
    """Nobody's behaviour is read without their consent."""
    person = consented.subject_for(Insights)
    return [one.recording for one in some if one.person == person]


def _consent(person: str, now: int) -> Consented[Insights] | None:
    if privacy.is_erased(person, now=now):
        return None
    try:
        return consent.check(Insights, person, now=now)
    except Denied:
        return None
