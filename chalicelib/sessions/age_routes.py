"""The question of age, before any name, address or form; and the grown-up's answer for a child."""

from chalice.app import Blueprint

from chalicelib.runtime import clock, cookies
from chalicelib.runtime.errors import Conflict, Gone, Invalid, TooMany, Unavailable
from chalicelib.runtime.http import Call, Reply, operation
from chalicelib.runtime.settings import settings
from chalicelib.sessions import edge, guardian, service
from chalicelib.sessions.rules import outcome_of
from chalicelib.sessions.schemas import AgeView, Approval, ApprovalView, BirthMonth, GuardianAsked, GuardianWanted

routes = Blueprint(__name__)


@operation(routes, "POST", "/v1/session/age", summary="Say in which month I was born", body=BirthMonth,
           answers=AgeView, errors=(Invalid, Conflict, TooMany))  # fmt: skip
def say_age(call: Call[BirthMonth]) -> Reply:
    """The date is not kept; who is too young leaves nothing but a flag in their browser, until it closes.

    An account's owner was asked before they registered: that holds.
    """
    now = clock.now()
    outcome = outcome_of(call.body.birth_month, call.body.birth_year, now)
    session = edge.find_session(call, now=now)
    if session is not None and session.account_id and session.age:
        raise Conflict("Your age is known: you were asked before you registered.")
    if outcome == "guardian_needed" or cookies.is_flagged(settings(), call.headers):
        call.cookies_out.append(cookies.flag(settings()))
        service.forget_age(session, now=now)
        return Reply(AgeView("guardian_needed"))
    if session is None:
        session = service.open_session(call.address, now=now, age=outcome)
        edge.give_cookie(call, session.session_id, now=now)
    elif session.age == "child":  # what a grown-up answered for them stays
        return Reply(AgeView("guardian_needed"))
    else:
        service.record_age(session, outcome, now=now)
    return Reply(AgeView(outcome))


@operation(routes, "POST", "/v1/session/age/guardian", summary="Ask a parent, guardian or teacher by mail",
           body=GuardianWanted, answers=GuardianAsked, status=202,
           errors=(Invalid, Conflict, TooMany, Unavailable))  # fmt: skip
def ask_guardian(call: Call[GuardianWanted]) -> Reply:
    now = clock.now()
    session = edge.find_session(call, now=now) or service.open_session(call.address, now=now)
    edge.give_cookie(call, session.session_id, now=now)
    language = call.body.language or edge.language(call, session)
    guardian.ask_guardian(session, call.body.email, language, call.address, now=now)
    return Reply(GuardianAsked(), 202)


@operation(routes, "POST", "/v1/session/age/approval", summary="The grown-up's answer, by the mail's link",
           body=Approval, answers=ApprovalView, errors=(Gone,))  # fmt: skip
def answer_for_child(call: Call[Approval]) -> Reply:
    guardian.answer(call.body.token, approve=call.body.approve, now=clock.now())
    return Reply(ApprovalView("child" if call.body.approve else "refused"))
