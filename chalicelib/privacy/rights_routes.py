"""/v1/export: everything that is held about me; /v1/disclosures: what of it was handed to whom."""

import re
from typing import Annotated

import msgspec
from chalice.app import Blueprint
from msgspec import Meta

from chalicelib.privacy import exporting, service
from chalicelib.privacy.disclosure_models import Disclosure
from chalicelib.privacy.disclosures import disclosures_of
from chalicelib.privacy.exporting import Page
from chalicelib.privacy.schemas import Disclosures, DisclosureView, ExportPage, StatementView
from chalicelib.privacy.statement import in_words, state
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, FieldError, Invalid, NotFound, TooMany, Unauthenticated, Unavailable
from chalicelib.runtime.http import Call, EmptyBody, Reply, operation
from chalicelib.runtime.paging import next_of, part_number
from chalicelib.sessions import edge

routes = Blueprint(__name__)
LISTED = 100  # disclosures a page
POSITION = re.compile(r"[0-9]{15}\.[A-Za-z0-9_-]{22}")
YEAR = Annotated[
    Annotated[str, Meta(pattern="^[0-9]{4}$")] | None, Meta(description="In UTC; the last that is over, if left out.")
]
AFTER = Annotated[str | None, Meta(description="The `next` of the page before.")]


@operation(routes, "POST", "/v1/export", summary="Gather everything about me", body=EmptyBody, answers=ExportPage,
           status=202, errors=(Unauthenticated, Conflict, TooMany, Unavailable))  # fmt: skip
def ask_for_export(call: Call[EmptyBody]) -> Reply:
    """One at a time: while one is under way, that one."""
    now = clock.now()
    made = exporting.ask(edge.require_session(call, now=now), now=now)
    return Reply(_view(Page(made)), 202)


@operation(routes, "GET", "/v1/export/{id}", summary="Everything about me, page by page", answers=ExportPage,
           query={"after": AFTER}, errors=(Unauthenticated, NotFound, Invalid, Unavailable))  # fmt: skip
def read_export(call: Call[None]) -> Reply:
    now, number = clock.now(), part_number(call.query.get("after"))
    return Reply(_view(exporting.read(edge.require_session(call, now=now), call.path["id"], number, now=now)))


@operation(routes, "GET", "/v1/disclosures", summary="Who was given what about me", answers=Disclosures,
           query={"after": AFTER}, errors=(Unauthenticated, Invalid))  # fmt: skip
def list_disclosures(call: Call[None]) -> Reply:
    now, before = clock.now(), _entry(call.query.get("after"))
    person = service.holder_of(edge.require_session(call, now=now), now=now)
    found = disclosures_of(person, before=before, limit=LISTED + 1, now=now)
    shown = [msgspec.convert(one.shown(), DisclosureView) for one in found[:LISTED]]
    return Reply(Disclosures(shown, _after(found[LISTED - 1]) if len(found) > LISTED else None))


@operation(routes, "GET", "/v1/disclosures/statement", summary="What was handed out about me in a year",
           answers=StatementView, query={"year": YEAR, **edge.IN_LANGUAGE},
           errors=(Unauthenticated, Invalid))  # fmt: skip
def read_statement(call: Call[None]) -> Reply:
    now = clock.now()
    session = edge.require_session(call, now=now)
    found = state(service.holder_of(session, now=now), _year(call.query.get("year")), now=now)
    words = in_words(found, edge.asked_language(call, session))
    return Reply(StatementView(found.year, words, found.marketed, found.handed))


def _view(page: Page) -> ExportPage:
    found, held = page.export, None if page.held is None else list(page.held)
    return ExportPage(
        found.export_id,
        found.status,  # type: ignore[arg-type]  # written from the same set of words
        found.asked_at_ms[-1],
        int(found.expires_at_ms),
        held,
        next_of(page.next),
    )


def _entry(after: str | None) -> str | None:
    if after is not None and POSITION.fullmatch(after) is None:
        raise Invalid("after is not the next of a page.")
    return None if after is None else after.replace(".", "#", 1)


def _after(last: Disclosure) -> str:
    return str(last.entry).replace("#", ".", 1)


def _year(text: str | None) -> int | None:
    if text is not None and re.fullmatch("[0-9]{4}", text) is None:
        raise Invalid("A year has four digits.", errors=[FieldError("year", "not a year")])
    return None if text is None else int(text)
