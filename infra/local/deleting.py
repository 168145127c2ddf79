"""Who deletes what on time: by that how late the reaper was is told of the kinds of data that it was late with.

Each lifetime has the kinds of the reaper's entries; or a queue, or Step Functions, which forgets by itself.
"""

from collections.abc import Collection

from chalicelib import lifetimes as table
from chalicelib.lifetimes import Lifetime

ITSELF = "itself"
DELETED_BY: dict[Lifetime, set[str]] = {
    table.SOUND_CLIP: {ITSELF},  # by its queue
    table.JOIN_VERDICT: {"join-verdict"},
    table.SESSION: {"session"},
    table.MEETING: {"empty-room", "meeting"},
    table.STAGED_CONTENT: {"staged-content"},
    table.LEFT: {"departure"},
    table.KNOCK: {"knock"},
    table.JOIN_CODE: {"join-code"},
    table.TICKET: {"ticket"},
    table.GUARDIAN_REQUEST: {"guardian-request"},
    table.PERSONAL_DATA: {"unused-account"},
    table.REGISTRATION: {"registration", "mail-token"},
    table.PASSWORD_RESET: {"mail-token"},
    table.OWN_PARTICIPANT: {"own-participant"},
    table.CONSENT: {"consent"},
    table.RECEIPT: {"receipt"},
    table.EXPORT: {"export"},
    table.DISCLOSURE: {"disclosure"},
    table.MEETING_TOLD: {"disclosure"},
    table.PRIVACY_REQUEST: {"privacy-request"},
    table.HISTORY: {"history"},
    table.ATTENDEE_NAME: {"names"},
    table.REPORT: {"history"},
    table.REPORT_SHARE: {"report-share"},
    table.RAW_INSIGHTS: {"raw-insights"},
    table.FEEDBACK: {"form"},
    table.ENQUIRY: {"form"},
    table.SURVEY_ANSWER: {"form"},
    table.NEWS_SENT: {"form"},
    table.EXPIRY_ENTRY: set(),  # by the reaper itself, as soon as it has looked
    table.QUEUED_PUSH: {ITSELF},
    table.QUEUED_PAIRS: {ITSELF},
    table.QUEUED_CLIP: {ITSELF},
    table.WORKFLOW_HISTORY: {ITSELF},
    table.LOG: {ITSELF},
}


def deleted_by(act: str) -> Collection[str]:
    """The kinds of data that the reaper's entries of that kind delete; none where it deletes nothing."""
    return [one.kind for one, acts in DELETED_BY.items() if act in acts]
