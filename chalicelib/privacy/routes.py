"""GET and PUT /v1/consents, GET /v1/retention."""

from chalice.app import Blueprint

from chalicelib.privacy import retention, service, texts
from chalicelib.privacy.rules import is_given
from chalicelib.privacy.schemas import Choices, ConsentsView, ConsentView, DecisionView, KeptView, RetentionView
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, Denied, Invalid, TooMany, Unauthenticated
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
           query=edge.IN_LANGUAGE, errors=(Unauthenticated, Denied, Conflict, Invalid, TooMany))  # fmt: skip
def change_consents(call: Call[Choices]) -> Reply:
    now = clock.now()
    session = edge.require_session(call, now=now)
    language = edge.asked_language(call, session)
    service.carry_over(session, now=now)
    if any(call.body.made().values()):  # whoever is too young to agree may still withdraw
        require_age(session)
    decided = service.decide_here(session, call.body.made(), now=now)
    return Reply(_view(decided, language))


@operation(routes, "GET", "/v1/retention", summary="What is kept, and how long", answers=RetentionView,
           query=edge.IN_LANGUAGE, errors=(Invalid,))  # fmt: skip
def read_retention(call: Call[None]) -> Reply:
    """The table that the code enforces, for anybody."""
    newest = retention.versions()[-1]
    kept = [
        KeptView(
            one.lifetime.kind,
            one.name,
            one.purpose,
            one.lifetime.subject,
            one.lifetime.length_ms,
            one.counted_from,
            one.erased,
            one.exported,
        )
        for one in retention.promises(edge.asked_language(call, None))
    ]
    return Reply(RetentionView(newest.version, newest.date, kept))


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
