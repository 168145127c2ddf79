"""The pages: start page, meeting, log in and registration, history and reports, and where mails lead."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlsplit

from chalice.app import Blueprint

from chalicelib.outreach.rules import surveys
from chalicelib.rooms.rules import ANALYTICS
from chalicelib.runtime import clock
from chalicelib.runtime.http import HTML, PAGE_POLICY, Call, Reply, operation
from chalicelib.runtime.settings import settings
from chalicelib.sessions import edge
from chalicelib.web import analytics, pages
from chalicelib.web.browsers import too_old
from chalicelib.web.pages import Reader

routes = Blueprint(__name__)

VARY = {"Vary": "Accept-Language, User-Agent, Cookie"}
# What a meeting shows may be framed. A meeting opens in each of the pages with the ear, without another load.
FRAMES = {"Content-Security-Policy": f"{PAGE_POLICY}; frame-src http: https:"}


@operation(routes, "GET", "/", summary="The start page", answer_type=HTML, document=False)
def show_home(call: Call[None]) -> Reply:
    return _page(call, pages.home, FRAMES)


@operation(routes, "GET", "/rooms/{room_id}", summary="A meeting's page", answer_type=HTML, document=False)
def show_meeting(call: Call[None]) -> Reply:
    return _page(call, pages.meeting, FRAMES)


@operation(routes, "GET", "/login", summary="The start page with the form to log in", answer_type=HTML, document=False)
def show_log_in(call: Call[None]) -> Reply:
    return _page(call, pages.home, FRAMES)


@operation(routes, "GET", "/register", summary="The start page with the form to register", answer_type=HTML,
           document=False)  # fmt: skip
def show_register(call: Call[None]) -> Reply:
    return _page(call, pages.home, FRAMES)


@operation(routes, "GET", "/meetings", summary="The meetings that I ran", answer_type=HTML, document=False)
def show_meetings(call: Call[None]) -> Reply:
    return _page(call, pages.history)


@operation(routes, "GET", "/meetings/{meeting_id}", summary="A meeting's report", answer_type=HTML, document=False)
def show_report(call: Call[None]) -> Reply:
    """Whether it is theirs, the API tells the page's script."""
    return _page(call, pages.report)


@operation(routes, "GET", "/meetings/{meeting_id}/mine", summary="What was measured of me", answer_type=HTML,
           document=False)  # fmt: skip
def show_mine(call: Call[None]) -> Reply:
    return _page(call, pages.mine)


@operation(routes, "GET", "/shared", summary="A report that was shared with me", answer_type=HTML, document=False)
def show_shared(call: Call[None]) -> Reply:
    """The link's secret is in the fragment, which no server sees."""
    return _page(call, pages.shared, {"X-Robots-Tag": "noindex, nofollow"})


@operation(routes, "GET", "/policy/retention", summary="What is kept, and how long", answer_type=HTML, document=False)
def show_retention(call: Call[None]) -> Reply:
    return _page(call, pages.policy)


@operation(routes, "GET", "/contact", summary="Write to the operator", answer_type=HTML, document=False)
def show_contact(call: Call[None]) -> Reply:
    """Another company's page is framed on a click only, and only where the operator has set one."""
    support = urlsplit(settings().support_url)
    policy = f"{PAGE_POLICY}; frame-src {support.scheme}://{support.netloc}" if support.netloc else PAGE_POLICY
    return _page(call, pages.contact, {"Content-Security-Policy": policy})


@operation(routes, "GET", "/surveys/{survey_id}", summary="Answer a survey", answer_type=HTML, document=False)
def show_survey(call: Call[None]) -> Reply:
    asked = surveys().get(call.path["survey_id"])
    if asked is None or not asked.open_at(clock.now()):
        return missing_page(call.headers, call.query)
    return _page(call, partial(pages.survey, asked=asked))


@operation(routes, "GET", "/export", summary="Everything that is held about me", answer_type=HTML, document=False)
def show_export(call: Call[None]) -> Reply:
    """The page's script asks for it, on a click."""
    return _page(call, pages.export)


@operation(routes, "GET", "/join", summary="Where a code's QR picture leads", answer_type=HTML, document=False)
def show_join(call: Call[None]) -> Reply:
    return _page(call, pages.join)


@operation(routes, "GET", "/verify", summary="Confirm an address", answer_type=HTML, document=False)
def show_verify(call: Call[None]) -> Reply:
    return _page(call, partial(pages.letter, purpose="verify"))


@operation(routes, "GET", "/reset", summary="Choose another password", answer_type=HTML, document=False)
def show_reset(call: Call[None]) -> Reply:
    return _page(call, partial(pages.letter, purpose="reset"))


@operation(routes, "GET", "/guardian", summary="A child asks for a nickname", answer_type=HTML, document=False)
def show_guardian(call: Call[None]) -> Reply:
    return _page(call, partial(pages.letter, purpose="guardian"))


@operation(routes, "GET", "/unsubscribe", summary="End mails of one kind", answer_type=HTML, document=False)
def show_unsubscribe(call: Call[None]) -> Reply:
    return _page(call, partial(pages.letter, purpose="unsubscribe"))


@operation(routes, "GET", "/analytics", summary="The frame of an organiser's own analytics", answer_type=HTML,
           document=False)  # fmt: skip
def show_analytics(call: Call[None]) -> Reply:
    """For ids that a room may have, in a frame that a page of ours has made itself, and for nobody who objects."""
    if not analytics.may_run(call.headers) or not re.fullmatch(ANALYTICS, call.query.get("id", "")):
        return missing_page(call.headers, call.query)
    return Reply(pages.analytics(_reader(call.headers, call.query)), 200, HTML, {**VARY, **analytics.FRAME_HEADERS})


@operation(routes, "GET", "/analytics.js", summary="What runs in that frame", answer_type=analytics.JAVASCRIPT,
           document=False)  # fmt: skip
def send_analytics_script(_: Call[None]) -> Reply:
    return Reply(analytics.frame_script(), 200, analytics.JAVASCRIPT, analytics.SCRIPT_HEADERS)


def missing_page(headers: Mapping[str, str], query: Mapping[str, str]) -> Reply:
    """What a person sees who asked for an address that is not there. `headers` by lower-case name."""
    return Reply(pages.not_found(_reader(headers, query)), 404, HTML, VARY)


def _page(call: Call[None], render: Callable[[Reader], str], more: Mapping[str, str] | None = None) -> Reply:
    show = pages.too_old if too_old(call.header("user-agent") or "") else render
    known = edge.has_cookie(call.headers, now=clock.now())
    return Reply(show(_reader(call.headers, call.query, known=known)), 200, HTML, {**VARY, **(more or {})})


def _reader(headers: Mapping[str, str], query: Mapping[str, str], *, known: bool = False) -> Reader:
    return Reader.of(query.get("lang"), headers.get("accept-language"), known=known)
