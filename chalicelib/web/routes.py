"""GET / and GET /rooms/{room_id}: the pages."""

from collections.abc import Callable, Mapping

from chalice.app import Blueprint

from chalicelib.runtime.http import HTML, Call, Reply, operation
from chalicelib.web import pages
from chalicelib.web.browsers import too_old
from chalicelib.web.pages import Reader

routes = Blueprint(__name__)

VARY = {"Vary": "Accept-Language, User-Agent"}


@operation(routes, "GET", "/", summary="The start page", answer_type=HTML, document=False)
def show_home(call: Call[None]) -> Reply:
    return _page(call, pages.home)


@operation(routes, "GET", "/rooms/{room_id}", summary="A meeting's page", answer_type=HTML, document=False)
def show_meeting(call: Call[None]) -> Reply:
    return _page(call, pages.meeting)


def missing_page(headers: Mapping[str, str], query: Mapping[str, str]) -> Reply:
    """What a person sees who asked for an address that is not there. `headers` by lower-case name."""
    return Reply(pages.not_found(_reader(headers, query)), 404, HTML, VARY)


def _page(call: Call[None], render: Callable[[Reader], str]) -> Reply:
    show = pages.too_old if too_old(call.header("user-agent") or "") else render
    return Reply(show(_reader(call.headers, call.query)), 200, HTML, VARY)


def _reader(headers: Mapping[str, str], query: Mapping[str, str]) -> Reader:
    return Reader.of(query.get("lang"), headers.get("accept-language"))
