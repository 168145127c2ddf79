"""After a restore from a backup: a report is what its meeting's row says, and tells of nobody who was erased (F6).

Each table is restored by itself. Where the meetings are those of some days ago, a report may have been told anew since,
under another attempt; where the reports are, old ones lie there with whoever was in them. What leads to somebody may be
in the other table: so every report is opened, and who is in it looked up among the traces of the erased.
"""

from chalicelib.insights.meeting_models import Meeting, find_meeting
from chalicelib.insights.reducing import take_out
from chalicelib.insights.report import read_part
from chalicelib.insights.report_models import (
    Attempt,
    forget_parts,
    key_of,
    name_attempt,
    parts,
    read_part as stored_part,
    stored_attempts,
)
from chalicelib.privacy import service as privacy
from chalicelib.runtime import events


def mend_reports(event: events.BackupRestored) -> None:
    """Those of meetings that are on record; of all others their organiser is looked for, where all is erased."""
    for meeting_id in {one.meeting_id for one in parts.everything(now=event.now)}:
        meeting = find_meeting(meeting_id, now=event.now)
        if meeting is not None and meeting.status == "ready":
            _mend(meeting, event.now)
        elif meeting is not None and meeting.status != "assembling":  # whose end sees to it
            forget_parts(meeting_id, now=event.now)


def _mend(meeting: Meeting, now: int) -> None:
    found = stored_attempts(meeting.meeting_id, now=now)
    told = Attempt(int(meeting.revision), str(meeting.attempt))
    if not found.get(told):
        whole = max((one for one, count in found.items() if count), default=None)
        if whole is None:
            forget_parts(meeting.meeting_id, now=now)
            return
        meeting, told = _take(meeting, whole, found[whole], now) or meeting, whole
    gone = _erased_in(meeting, now)
    if gone or len(found) > 1:  # one that is being told anew right now does not come after this one
        take_out(meeting.meeting_id, gone, now=now, anew=True)


def _take(meeting: Meeting, which: Attempt, count: int, now: int) -> Meeting | None:
    """The report that is there becomes the meeting's."""
    it = Meeting.revision.set(which.revision), Meeting.parts.set(count), Meeting.replaced.remove()
    taken = name_attempt(meeting, which.name, *it, was="ready", now=now, revision=which.revision)
    return find_meeting(meeting.meeting_id, now=now) if taken else None


def _erased_in(meeting: Meeting, now: int) -> set[str]:
    """Participants."""
    key = key_of(meeting.account_id, now=now)
    gone = set[str]()
    for number in range(int(meeting.parts)):
        content = stored_part(meeting, key, number, now=now) if key is not None else None
        people = read_part(content).people if content is not None else ()
        named = {privacy.guest(one.participant_id): one.participant_id for one in people}
        gone |= {named[one] for one in privacy.who_is_gone(named, now=now)}
    return gone
