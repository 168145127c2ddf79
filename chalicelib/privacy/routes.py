"""GET and PUT /v1/consents."""

from chalice.app import Blueprint

from chalicelib.privacy import service, texts
from chalicelib.privacy.rules import is_given
from chalicelib.privacy.schemas import Choices, ConsentsView, ConsentView, DecisionView
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, Denied, Invalid, Unauthenticated
from chalicelib.runtime.http import Call, Reply, operation
from chalicelib.sessions import edge
from chalicelib.sessions.service import require_age

routes = Blueprint(__name__)


@operation(routes, "GET", "/v1/consents", summary="What I agreed to, purpose by purpose", answers=ConsentsView,
           query=edge.IN_LANGUAGE, errors=(Unauthenticated, Invalid))  # fmt: skip
def read_consents(call: Call[None]) -> Reply:
    now = clock.now()
    session = edge.require_session(call, now=now)
    language = edge.asked_language(call, session)
    service.carry_over(session, now=now)
    return Reply(_view(service.consents_of(service.person(session), now=now), language))


@operation(routes, "PUT", "/v1/consents", summary="Agree, or withdraw", body=Choices, answers=ConsentsView,
           query=edge.IN_LANGUAGE, errors=(Unauthenticated, Denied, Conflict, Invalid))  # fmt: skip
def change_consents(call: Call[Choices]) -> Reply:
    now = clock.now()
    session = edge.require_session(call, now=now)
    language = edge.asked_language(call, session)
    service.carry_over(session, now=now)
    if any(call.body.made().values()):  # whoever is too young to agree may still withdraw
        require_age(session)
    decided = service.decide_here(session, call.body.made(), now=now)
    return Reply(_view(decided, language))


def _view(found: service.History, language: str) -> ConsentsView:
    return ConsentsView(
        [
            ConsentView(
                purpose,
                texts.version(purpose),
                texts.text(purpose, language),
                is_given(history, texts.version(purpose)),
                [DecisionView(one.at_ms, one.given, one.version) for one in history],
            )
            for purpose, history in found.items()
        ]
    )
