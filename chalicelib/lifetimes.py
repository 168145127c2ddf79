"""THE table: every kind of datum Earshot stores, what for, how long, and where its clock starts.

The code enforces it, the retention page prints it. Instants and lengths are milliseconds.
"""

from dataclasses import dataclass
from typing import Literal

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


Subject = Literal["participant", "account", "organiser", "meeting", "nobody"]


@dataclass(frozen=True)
class Lifetime:
    """A kind of datum and whose it is: `length_ms` after `counted_from` it can no longer be read by anyone."""

    kind: str
    subject: Subject
    purpose: str
    length_ms: int
    counted_from: str

    def deadline(self, start_ms: int) -> int:
        """The first instant at which the datum does not exist any more."""
        return start_ms + self.length_ms


SOUND_CLIP = Lifetime(
    "sound-clip",
    "participant",
    "find who hears the same room",
    10 * SECOND,
    "the end of the recording, or its receipt if that is earlier",
)
JOIN_VERDICT = Lifetime(
    "join-verdict", "participant", "tell the device what became of its clip", 60 * SECOND, "the clip's receipt"
)
SESSION = Lifetime("session", "participant", "know a browser again between two requests", 30 * DAY, "its last use")
SESSION_GRACE_MS = 12 * HOUR  # the server's half records last use when over 12 h old, so it stays that much longer
MEETING = Lifetime(
    "meeting",
    "meeting",
    "hold a meeting and show its members to each other",
    180 * DAY,
    "the last arrival, unless it ends before",
)
CONNECTION = Lifetime(
    "connection", "participant", "push what happens in a meeting to a tab", 2 * HOUR, "the socket's opening"
)
STAGED_CONTENT = Lifetime(
    "staged-content",
    "participant",
    "hold the links that a browser tab stages, and show them in a meeting",
    30 * MINUTE,
    "the last heartbeat of the tab that staged them",
)
STAGED_NET_MS = 30 * DAY  # an item's own deadline, under that of its tab's lease: the net below
TAB = Lifetime("tab", "participant", "keep a tab that is over from coming back", DAY, "the end of its lease")
AWAY_AFTER_MS = 5 * MINUTE  # without a heartbeat of any of their tabs somebody is away, since the last of them
EMPTY_FOR_MS = 10 * MINUTE  # an empty meeting waits that long for somebody to come back, then it ends
LEFT = Lifetime(
    "left", "participant", "keep a late message from bringing back someone who left", 60 * SECOND, "the leaving"
)
KNOCK = Lifetime(
    "knock", "participant", "ask a meeting's members about someone at the door", 60 * SECOND, "the knocking"
)
JOIN_CODE = Lifetime("join-code", "meeting", "let one device into a meeting without sound", 10 * MINUTE, "its making")
CROWD_NOTICE = Lifetime(
    "crowd-notice", "nobody", "spread a crowded place over many partitions", 20 * SECOND, "the last look"
)
CROWD_ROUND = Lifetime("crowd-round", "nobody", "let one matcher serve a crowd", 4 * SECOND, "the call for it")
ATTEMPTS = Lifetime("attempts", "participant", "refuse floods", 10 * SECOND, "the latest attempt")
OWN_PARTICIPANT = Lifetime(
    "own-participant",
    "account",
    "find what an account's owner did in meetings, to show or erase it",
    211 * DAY,
    "the owner's last use of the service, of which one in thirty days is noted here",
)
OWN_PARTICIPANT_NOTED_MS = 30 * DAY  # so that what is left then outlives the account, which has 180
TICKET = Lifetime("ticket", "participant", "open the live channel once without a cookie", MINUTE, "its making")
GUARDIAN_REQUEST = Lifetime(
    "guardian-request", "participant", "wait for the answer of a child's grown-up", DAY, "the question"
)
PERSONAL_DATA = Lifetime(
    "account",
    "account",
    "keep an account for its owner",
    180 * DAY,
    "the last use of the service by them, of which each log in is noted, and of the rest one in twelve hours",
)
REGISTRATION = Lifetime("registration", "account", "wait until the address is confirmed", DAY, "the registration")
PASSWORD_RESET = Lifetime(
    "password-reset", "account", "let its owner choose another password", HOUR, "the request for it"
)
TALLY = Lifetime(
    "tally",
    "participant",
    "refuse guessing of passwords and floods of mail",
    HOUR,
    "the window's beginning, at the latest",
)
CONSENT = Lifetime(
    "consent", "participant", "show what was agreed to, under a digest that names nobody", 3 * 365 * DAY, "the decision"
)
HISTORY = Lifetime(
    "meeting-history",
    "organiser",
    "show an organiser which meetings they held and who came",
    180 * DAY,
    "the organiser's last use",
)
ATTENDEE_NAME = Lifetime(
    "attendee-name",
    "participant",
    "tell an organiser who came, by name, and by the e-mail address that they gave",
    180 * DAY,
    "the participant's last use",
)
ERASED_FROM = Lifetime(
    "erased-from",
    "participant",
    "keep whoever was erased out of a meeting's history and report until nothing of theirs is in it",
    30 * DAY,
    "the erasure, and anew each day until it is done; minutes where nothing fails",
)
REPORT = Lifetime(
    "report",
    "organiser",
    "tell an organiser how a meeting went, under a key of their own",
    180 * DAY,
    "the organiser's last use",
)
REPORT_SHARE = Lifetime(
    "report-share",
    "organiser",
    "let whoever has the link read a report that its organiser shares",
    30 * DAY,
    "its making; shorter where the organiser chose so, and never longer than the report",
)
RAW_INSIGHTS = Lifetime(
    "raw-insights",
    "participant",
    "put the organiser's report together from what browsers measured",
    DAY,
    "the meeting's end, unless the report is sealed before",
)
RAW_INSIGHTS_NET_MS = 30 * DAY  # from its receipt, while the meeting goes on: the net below
USE_COUNT = Lifetime(
    "use-count",
    "nobody",
    "see what of the product is used: numbers alone, from those who agreed, linked to nobody",
    396 * DAY,
    "the beginning of its month",
)
FEEDBACK = Lifetime(
    "feedback", "participant", "learn what is good or bad about the product", 180 * DAY, "its being sent"
)
ENQUIRY = Lifetime("enquiry", "participant", "answer whoever wants to know more", 90 * DAY, "its being sent")
SURVEY_ANSWER = Lifetime(
    "survey-answer", "participant", "count what people choose in a survey", 180 * DAY, "its being sent"
)
NEWS_SENT = Lifetime("news-sent", "account", "mail nobody the same news twice", 180 * DAY, "its being sent")
EXPIRY_ENTRY = Lifetime(
    "expiry-entry",
    "participant",
    "delete on time what has run out, and go on trying where that fails",
    30 * DAY,
    "the instant it is due, half a year away for an account and three years for what you agreed to, or the latest try;"
    " deleted as soon as that is done",
)
EXPIRY_CURSOR = Lifetime("expiry-cursor", "nobody", "know how far the deleting has come", 180 * DAY, "the last run")
ERASURE = Lifetime(
    "erasure",
    "nobody",
    "keep a backup from bringing back who was erased",
    30 * DAY,
    "the erasure, and anew each day until it is done",
)
RECEIPT = Lifetime(
    "receipt",
    "nobody",
    "prove to whoever was erased that they were; until that is done, know what is left to do, under a seal",
    30 * DAY,
    "the erasure, and anew each day until it is done",
)
PRIVACY_REQUEST = Lifetime(
    "privacy-request",
    "account",
    "show that a request by mail about somebody's data was answered, under a digest that names nobody",
    3 * 365 * DAY,
    "its receipt, and each act that answered it",
)
DISCLOSURE = Lifetime(
    "disclosure",
    "participant",
    "tell people what of theirs was handed to whom, and answer for a calendar year in the next",
    2 * 366 * DAY,
    "the handing over; that you were in a meeting: from its end, or from later while its organiser keeps it",
)
MEETING_TOLD = Lifetime(
    "meeting-told",
    "meeting",
    "list to everybody who was in a meeting when it was told of: to its organiser, and by which links",
    2 * 366 * DAY,
    "the last handing over",
)
EXPORT = Lifetime(
    "export", "participant", "hand whoever asks everything that is held about them", DAY, "their asking for it"
)
QUEUED_PUSH = Lifetime("queued-push", "participant", "tell a meeting's tabs what happens", MINUTE, "its being queued")
QUEUED_PAIRS = Lifetime(
    "queued-pairs", "participant", "compare clips in a crowded place", 5 * MINUTE, "its being queued"
)
QUEUED_CLIP = Lifetime(
    "queued-clip", "nobody", "delete a clip on time: its id alone, which leads nowhere by then", 14 * DAY,
    "its being queued; an hour where nothing fails",
)  # fmt: skip
WORKFLOW_HISTORY = Lifetime(
    "workflow-history",
    "nobody",
    "see why a report, an export or an erasure failed: ids that lead nowhere once those are gone",
    90 * DAY,
    "the end of its workflow",
)
LOG = Lifetime("log", "nobody", "see what went wrong: nothing personal is in it", 30 * DAY, "its being written")

LIFETIMES = (
    SOUND_CLIP,
    JOIN_VERDICT,
    SESSION,
    MEETING,
    STAGED_CONTENT,
    TAB,
    LEFT,
    KNOCK,
    JOIN_CODE,
    CONNECTION,
    CROWD_NOTICE,
    CROWD_ROUND,
    ATTEMPTS,
    TICKET,
    GUARDIAN_REQUEST,
    PERSONAL_DATA,
    REGISTRATION,
    PASSWORD_RESET,
    TALLY,
    OWN_PARTICIPANT,
    CONSENT,
    ERASURE,
    RECEIPT,
    EXPORT,
    DISCLOSURE,
    MEETING_TOLD,
    PRIVACY_REQUEST,
    HISTORY,
    ATTENDEE_NAME,
    ERASED_FROM,
    REPORT,
    REPORT_SHARE,
    RAW_INSIGHTS,
    USE_COUNT,
    FEEDBACK,
    ENQUIRY,
    SURVEY_ANSWER,
    NEWS_SENT,
    EXPIRY_ENTRY,
    EXPIRY_CURSOR,
    QUEUED_PUSH,
    QUEUED_PAIRS,
    QUEUED_CLIP,
    WORKFLOW_HISTORY,
    LOG,
)

# What no code deletes on its time, and why that is right: unreadable at its end as all else is, it waits for DynamoDB's
# TTL, a few days. Everything else is deleted by whoever tests/infra/test_deleted_on_time.py says.
BY_TTL_ALONE = {
    ATTEMPTS: "instants under an opaque name or a digest; to have each deleted would double what counting costs",
    TALLY: "a number under an opaque name or a digest; as that",
    TAB: "two opaque ids and instants: what the tab staged is deleted on time",
    CONNECTION: "opaque ids; the socket's closing deletes them, after two hours at most, and so does the session's end",
    CROWD_NOTICE: "about nobody",
    CROWD_ROUND: "about nobody",
    ERASURE: "a digest that names nobody, of somebody who is to stay erased",
    ERASED_FROM: "goes within minutes, as soon as nothing of theirs is left in the meeting",
    USE_COUNT: "a number about nobody",
    EXPIRY_CURSOR: "an instant about nobody",
}


def ttl_seconds(deadline_ms: int) -> int:
    """`expires_at` for DynamoDB: whole epoch seconds, never before the deadline and less than 1 s after it."""
    return -(-deadline_ms // SECOND)
