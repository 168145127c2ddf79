"""POST /v1/feedback, /v1/enquiries and /v1/surveys/{survey_id}/answers: the forms."""

from chalice.app import Blueprint

from chalicelib.outreach import service
from chalicelib.outreach.schemas import Enquiry, Feedback, Sent, SurveyAnswers
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Denied, Gone, NotFound, TooMany, Unauthenticated, Unavailable
from chalicelib.runtime.http import Call, Reply, operation
from chalicelib.sessions import edge

routes = Blueprint(__name__)

REFUSED = (Unauthenticated, Denied, TooMany, Unavailable)


@operation(routes, "POST", "/v1/feedback", summary="Tell the operator what is good or bad, without a name",
           body=Feedback, answers=Sent, status=201, errors=REFUSED)  # fmt: skip
def send_feedback(call: Call[Feedback]) -> Reply:
    now = clock.now()
    session = edge.require_session(call, now=now)
    return Reply(Sent(True, service.give_feedback(session, call.body, now=now)), 201)


@operation(routes, "POST", "/v1/enquiries", summary="Ask the operator, who answers by mail", body=Enquiry,
           answers=Sent, status=201, errors=REFUSED)  # fmt: skip
def send_enquiry(call: Call[Enquiry]) -> Reply:
    now = clock.now()
    session = edge.require_session(call, now=now)
    return Reply(Sent(True, service.ask(session, call.body, now=now)), 201)


@operation(routes, "POST", "/v1/surveys/{survey_id}/answers", summary="Answer a survey, or answer it anew",
           body=SurveyAnswers, answers=Sent, status=201, errors=(*REFUSED, NotFound, Gone))  # fmt: skip
def send_answers(call: Call[SurveyAnswers]) -> Reply:
    now = clock.now()
    session = edge.require_session(call, now=now)
    return Reply(Sent(True, service.answer_survey(session, call.path["survey_id"], call.body.answers, now=now)), 201)
