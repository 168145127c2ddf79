"""Mail that was sent, shown at /dev/mail to whoever sits at this machine."""

import email.policy
import html
import json
import re
from dataclasses import asdict, dataclass
from email.parser import BytesParser
from typing import Any

from aiohttp.web import BaseRequest, Response

from chalicelib.runtime.http import HTML, JSON, PAGE_POLICY
from chalicelib.runtime.problems import no_such_path
from infra.local.answers import answer
from infra.local.engine import LOOPBACK
from infra.local.template import ACCOUNT, REGION

PATH = "/dev/mail"
_LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True)
class Mail:
    """One message as its reader would see it, newest shown first."""

    to: tuple[str, ...]
    subject: str
    text: str


def sent_mail() -> list[Mail]:
    """Everything sent so far, newest first."""
    from moto.ses.models import ses_backends  # loads slowly: tests that need no mail should not wait for it

    return [_mail(one) for one in reversed(ses_backends[ACCOUNT][REGION].sent_messages)]


def verify_sender(sender: str) -> None:
    """SES, and so moto, sends from verified addresses only."""
    from moto.ses.models import ses_backends

    ses_backends[ACCOUNT][REGION].verify_email_identity(sender)


def mail_answer(request: BaseRequest, _: str) -> Response:
    """A page, or JSON for programs. Raises NotFound: mail holds links that are for one person."""
    if request.remote not in LOOPBACK or request.method not in ("GET", "HEAD"):
        raise no_such_path()
    mails = sent_mail()
    if "application/json" in request.headers.get("Accept", ""):
        return answer(json.dumps([asdict(one) for one in mails]).encode(), JSON)
    return answer(page(mails).encode(), HTML, policy=PAGE_POLICY)


def page(mails: list[Mail]) -> str:
    """Everything in a message is text; only web addresses in it become links."""
    shown = "".join(map(_article, mails)) or "<p>No mail yet.</p>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Mail caught here</title>'
        f"<main><h1>Mail caught here</h1><p>Nothing leaves this machine.</p>{shown}</main></html>"
    )


def _article(one: Mail) -> str:
    to = html.escape(", ".join(one.to))
    return f"<article><h2>{html.escape(one.subject)}</h2><p>To: {to}</p><pre>{_linked(one.text)}</pre></article>"


def _linked(text: str) -> str:
    pieces, at = [], 0
    for link in _LINK.finditer(text):
        address = html.escape(link[0])
        pieces += [html.escape(text[at : link.start()]), f'<a href="{address}" rel="noreferrer">{address}</a>']
        at = link.end()
    return "".join([*pieces, html.escape(text[at:])])


def _mail(message: Any) -> Mail:
    """From moto's Message or RawMessage."""
    if hasattr(message, "raw_data"):
        return _raw(message)
    kinds = ("ToAddresses", "CcAddresses", "BccAddresses")
    to = tuple(address for kind in kinds for address in message.destinations.get(kind, []))
    return Mail(to, message.subject, message.body)


def _raw(message: Any) -> Mail:
    content = message.raw_data.encode("utf-8", "surrogateescape")  # moto keeps an 8-bit body as text
    parsed = BytesParser(policy=email.policy.default).parsebytes(content)
    body = parsed.get_body(("plain", "html"))
    return Mail(
        tuple(dict.fromkeys(message.destinations)), str(parsed["Subject"] or ""), body.get_content() if body else ""
    )
