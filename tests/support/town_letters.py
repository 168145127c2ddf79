"""What people write to us, what we write to them, and what the operator does for them (F2, F9, F11)."""

import io
import re
from contextlib import redirect_stderr, redirect_stdout

from chalicelib.accounts import models as accounts
from chalicelib.lifetimes import ENQUIRY, FEEDBACK
from chalicelib.outreach import mailing
from chalicelib.outreach.mailing import Issue, Mailing
from infra.privacy.__main__ import main
from tests.support.belongings import session_of
from tests.support.planted import Somebody
from tests.support.town import Town

_UNSUBSCRIBE = re.compile(r"/unsubscribe(?:/|#token=)([\w-]+)")


def fill_form(town: Town, who: Somebody, form: str) -> None:
    """One of the three; nobody but themselves finds again what they wrote."""
    if form == "feedback":
        text = town.truth.letter(who, form, FEEDBACK, town.now).token
        town.ask(who, "POST", "/v1/feedback", {"about": "sound", "text": f"Good {text}"})
    elif form == "enquiry":
        text, address = (town.truth.letter(who, form, ENQUIRY, town.now).token for _ in range(2))
        town.ask(who, "POST", "/v1/enquiries", {"email": f"{address}@example.org", "text": f"Why {text}?"})
    else:
        town.ask(who, "POST", "/v1/surveys/first-meeting/answers", {"answers": {"again": "yes"}})


def send_news(town: Town, who: Somebody) -> None:
    """To one who may want none: nothing is sent then."""
    if who.signed_in and not who.is_over(town.now):
        account = accounts.find(session_of(who.browser, town.now).account_id or "", now=town.now)
        before = len(town.world.aws.mails())
        if account is not None:
            issue = Issue(f"issue-{before}-{town.now}", {"en": ("News", "There is news.")})
            mailing.send_to(account, issue, Mailing(), now=town.now)
        consents = town.ask(who, "GET", "/v1/consents").json()["consents"]
        agrees = next(one["given"] for one in consents if one["purpose"] == "news")
        assert agrees or len(town.world.aws.mails()) == before, "news for somebody who wants none"


def unsubscribe(town: Town, who: Somebody) -> None:
    """By the link of the latest mail to them that has one; from anywhere, without a cookie."""
    mails = [one for one in town.world.aws.mails() if any(who.email in to for to in one.to)] if who.email else []
    found = [token for one in mails for token in _UNSUBSCRIBE.findall(one.text)]
    if found:
        town.note("token", found[-1])
        stranger = town.world.browser()
        answer = stranger.post(f"/v1/unsubscribe/{found[-1]}")
        assert answer.status in (200, 404, 409), answer
        town.see_rooms()


def operate(town: Town, who: Somebody, act: str) -> str:
    """A command about whoever has their address; what it prints holds what they may read themselves."""
    more = ["--ground", "legal-order", "--to", "a court"] if act == "hand-over" else []
    said = io.StringIO()
    asked = [act, "--email", who.email, "--operator", "Olga", "--request-id", f"mail-{town.now}", *more]
    with redirect_stdout(said), redirect_stderr(said):
        main(asked)
    town.see_rooms()
    text = said.getvalue()
    told = [one for one in town.truth.misread(text, who, town.now) if one.rpartition(" ")[2] not in who.exported]
    assert not told, (act, told)
    return text
