"""The pages as text: templates, a language, nothing else."""

from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chalicelib.outreach.rules import Survey
from chalicelib.privacy import retention
from chalicelib.runtime.settings import settings
from chalicelib.web import browsers, i18n

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
LETTERS = ("verify", "reset", "guardian", "unsubscribe")


@dataclass(frozen=True)
class Reader:
    """Who reads the page: `language` is the one shown, `lang_query` keeps a choice made in the address.

    `known`: their browser sent a cookie of ours, so its script may ask for the session; of all others it asks nothing.
    """

    language: str
    lang_query: str = ""
    known: bool = False

    @classmethod
    def of(cls, asked: str | None, accept_language: str | None, *, known: bool = False) -> "Reader":
        language = i18n.choose_language(asked, accept_language)
        return cls(language, f"?lang={language}" if asked == language else "", known)


def home(reader: Reader) -> str:
    """The start page: the ear."""
    return _render("app.html", reader, view="home", policy=retention.announced().version)


def meeting(reader: Reader) -> str:
    """The same page opened at a meeting. Whether it exists and is theirs, the API tells its script."""
    return _render("app.html", reader, view="opening", policy=retention.announced().version)


def history(reader: Reader) -> str:
    """The meetings that the reader ran."""
    return _render("meetings.html", reader, view="insights")


def report(reader: Reader) -> str:
    """One of them, with its report."""
    return _render("report.html", reader, view="insights")


def shared(reader: Reader) -> str:
    """One that its organiser shares: whoever has the link reads it."""
    return _render("shared.html", reader, view="insights")


def mine(reader: Reader) -> str:
    """What was measured of the reader in one meeting."""
    return _render("mine.html", reader, view="insights")


def join(reader: Reader) -> str:
    """Where a code's QR picture leads: the code is filled in, a click enters by it."""
    return _render("join.html", reader, view="join")


def letter(reader: Reader, purpose: str) -> str:
    """Where a mail's link leads: `purpose` is one of LETTERS. It acts by a click only."""
    return _render("letter.html", reader, view="letter", purpose=purpose)


def policy(reader: Reader) -> str:
    """What is kept of people, what for and how long: made from the table that the code enforces."""
    promises = retention.promises(reader.language)
    return _render("retention.html", reader, view="notice", promises=promises, versions=retention.versions())


def export(reader: Reader) -> str:
    """Everything that is held of the reader, once they ask for it."""
    return _render("export.html", reader, view="insights")


def contact(reader: Reader) -> str:
    """Who gets what first, then the forms, and another company's page where the operator has one."""
    support = settings().support_url
    title, host = i18n.text(reader.language, "contact.title"), urlsplit(support).netloc
    return _render("contact.html", reader, view="notice", title=title, support=support, support_host=host)


def survey(reader: Reader, asked: Survey) -> str:
    """A survey's questions, for whoever is old enough."""
    said = asked.texts[reader.language]
    return _render("survey.html", reader, view="notice", title=said["title"], said=said, survey=asked)


def not_found(reader: Reader) -> str:
    return _render("not_found.html", reader, view="notice")


def analytics(reader: Reader) -> str:
    """Loaded into a meeting's page, for who agreed to it."""
    return _render("analytics.html", reader, view="notice")


def too_old(reader: Reader) -> str:
    """For browsers that cannot run the page; needs no script."""
    return _render("too_old.html", reader, view="notice", oldest=browsers.OLDEST)


@lru_cache(maxsize=1)
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # for those who ask for a page

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(template: str, reader: Reader, **values: object) -> str:
    return (
        _templates()
        .get_template(template)
        .render(
            t=partial(i18n.text, reader.language),
            counted=partial(i18n.counted, reader.language),
            lang=reader.language,
            lang_query=reader.lang_query,
            known=reader.known,
            assets=settings().assets,
            languages=i18n.LANGUAGES.items(),
            messages=dict(i18n.catalogue(reader.language)),
            **values,
        )
    )
