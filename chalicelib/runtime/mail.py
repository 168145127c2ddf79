"""Mail over SES: a text and an HTML part from one template, no remote image, one click to unsubscribe where it applies.

A subject keeps its templates as `<folder>/<language>/<name>.txt`: the first line is the mail's subject, the rest its
paragraphs; one that is an address becomes a link in the HTML part.
"""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError

from chalicelib.runtime.clients import make_client
from chalicelib.runtime.errors import Unavailable
from chalicelib.runtime.settings import settings
from chalicelib.runtime.telemetry import log

if TYPE_CHECKING:
    from jinja2 import Environment

LAYOUTS = Path(__file__).parent / "mails"
RETRY_AFTER_S = 60
WIRE = SMTP.clone(max_line_length=998)  # RFC 5322 2.1.1; a shorter line would have addresses in headers encoded


@dataclass(frozen=True)
class Message:
    """`unsubscribe` is an address that ends mails of this kind by one POST (RFC 8058)."""

    to: str
    subject: str
    text: str
    html: str
    unsubscribe: str | None = None


def compose(
    folder: Path, name: str, language: str, *, to: str, unsubscribe: str | None = None, **values: str
) -> Message:
    """The mail that the template `name` makes of `values`. Raises jinja2.TemplateNotFound, UndefinedError."""
    templates = _templates(folder)
    subject, _, text = templates.get_template(f"{language}/{name}.txt").render(values).partition("\n")
    paragraphs = [one.strip() for one in text.split("\n\n") if one.strip()]
    html = templates.get_template("layout.html").render(language=language, subject=subject, paragraphs=paragraphs)
    return Message(to, subject.strip(), "\n\n".join(paragraphs) + "\n", html, unsubscribe)


def link(page: str, token: str) -> str:
    """The address of one of our pages; the token stands in its fragment, which no server ever sees."""
    return f"{settings().origin}/{page}#token={token}"


class Unsent(Unavailable):
    """The mail has surely not gone out: to send it again sends it once."""


def send(message: Message) -> None:
    """Hands the mail over to SES. Raises Unavailable where that fails, Unsent of it where it surely did."""
    try:
        rules = {"ConfigurationSetName": name} if (name := settings().mail_configuration) else {}
        _client().send_email(
            **rules,
            FromEmailAddress=settings().mail_from,
            Destination={"ToAddresses": [message.to]},
            Content={"Raw": {"Data": _mime(message)}},
        )
    except (ClientError, BotoCoreError) as error:
        log.warning("mail not sent", error=type(error).__name__)
        kind = Unsent if _was_refused(error) else Unavailable
        raise kind("Mail cannot be sent right now. Try again in a minute.", retry_after_s=RETRY_AFTER_S) from error


def _was_refused(error: ClientError | BotoCoreError) -> bool:
    """No more is known of a mail where SES was reached and its answer was not heard, or was that it had failed."""
    if isinstance(error, ClientError):
        return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)) < 500
    return not isinstance(error, ReadTimeoutError | ConnectionClosedError)


def _mime(message: Message) -> bytes:
    made = EmailMessage(WIRE)
    made["From"], made["To"], made["Subject"] = settings().mail_from, message.to, message.subject
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine answers
    if message.unsubscribe:
        made["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(message.text)
    made.add_alternative(message.html, subtype="html")
    return made.as_bytes()


@lru_cache(maxsize=8)
def _templates(folder: Path) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape  # for who sends a mail

    return Environment(
        loader=FileSystemLoader([folder, LAYOUTS]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
    )


@lru_cache(maxsize=1)
def _client() -> Any:
    return make_client("sesv2", read_s=5)
