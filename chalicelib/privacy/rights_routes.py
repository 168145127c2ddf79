"""/v1/export: everything that is held about me."""

from typing import Annotated

from chalice.app import Blueprint
from msgspec import Meta

from chalicelib.privacy import exporting
from chalicelib.privacy.exporting import Page
from chalicelib.privacy.schemas import ExportPage
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, Invalid, NotFound, TooMany, Unauthenticated, Unavailable
from chalicelib.runtime.http import Call, EmptyBody, Reply, operation
from chalicelib.runtime.paging import next_of, part_number
from chalicelib.sessions import edge

routes = Blueprint(__name__)
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
