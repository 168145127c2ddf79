"""Forms: taken from whoever is old enough, stored under their own lifetime, gone with whoever sent them (F12)."""

from collections.abc import Mapping
from typing import Any

from chalicelib.lifetimes import MINUTE
from chalicelib.outreach import models
from chalicelib.outreach.models import Entry, Form
from chalicelib.outreach.rules import surveys
from chalicelib.outreach.schemas import Enquiry, Feedback
from chalicelib.privacy import service as privacy
from chalicelib.runtime import expiry
from chalicelib.runtime.addresses import parse_address
from chalicelib.runtime.errors import FieldError, Gone, Invalid, NotFound, Unauthenticated
from chalicelib.runtime.events import FoundTooYoung
from chalicelib.runtime.limits import Window
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import note_traces, require_age
from chalicelib.sessions.spelling import unseen

RAN_OUT = "form"  # kind of expiry entries
FORMS = Window("forms", 10, 10 * MINUTE)  # of one session: somebody who writes, not a program that fills a table
LINES = "\n\t"  # what a text of several lines may hold beside what shows


def give_feedback(session: Session, sent: Feedback, *, now: int) -> int:
    """Until when it is kept. Raises Denied before the age is known, Invalid, TooMany."""
    require_age(session)
    said = {"about": sent.about, "text": _clean(sent.text)}
    return _keep(session, models.Feedback, said, now=now)


def ask(session: Session, sent: Enquiry, *, now: int) -> int:
    """As `give_feedback`: somebody wants to know more, and is answered at that address."""
    require_age(session)
    said = {"email": parse_address(sent.email), "text": _clean(sent.text)}
    return _keep(session, models.Enquiry, said, now=now)


def answer_survey(session: Session, survey_id: str, answers: Mapping[str, str], *, now: int) -> int:
    """As `give_feedback`. Raises NotFound for a survey that there is not, Gone for one that is not open."""
    require_age(session)
    survey = surveys().get(survey_id)
    if survey is None:
        raise NotFound("There is no such survey.")
    if not survey.open_at(now):
        raise Gone("This survey is not open.")
    survey.check(answers)
    return _keep(session, models.SurveyAnswer, answers, now=now, survey_id=survey_id)


def forget_guest(event: FoundTooYoung) -> None:
    """Whoever was too young for a form has sent none: after the guest's erasure is noted, so that none comes after."""
    models.forget_forms(privacy.guest(event.participant_id), now=event.now)


def name_of(one: Entry) -> str:
    """As expiry entries have it."""
    return f"{one.subject}/{one.entry}"


def drop(name: str, now: int) -> None:
    """The reaper's call: its time is over."""
    subject, _, entry = name.partition("/")
    models.forget_expired(subject, entry, now=now)


def _keep(session: Session, kind: type[Form], said: Mapping[str, Any], *, now: int, survey_id: str = "") -> int:
    FORMS.count(session.session_id, now=now)
    note_traces(session, now=now)
    who = privacy.person(session)
    made = models.new_form(kind, who, said, now=now, survey_id=survey_id)
    both = Transaction(now=now)
    both.put(models.forms, made)
    privacy.forbid_erased(both, who, since=now)
    due_at_ms, name = int(made.expires_at_ms), name_of(made)
    expiry.file_with(both, RAN_OUT, name, due_at_ms, now=now)
    if not both.commit():
        raise Unauthenticated("Whoever this was has been erased.")
    return due_at_ms


def _clean(text: str) -> str:
    """Text, never markup: it is shown as it was typed. Raises Invalid where it hides something, or says nothing."""
    lines = text.replace("\r\n", "\n").strip()
    if not lines or unseen("".join(one for one in lines if one not in LINES)):
        reason = "something to read, without control or invisible characters"
        raise Invalid("This text cannot be read.", errors=[FieldError("$.text", reason)])
    return lines
