"""Mail: text and HTML from one template, in the reader's language, nothing that loads or runs."""

import email.policy
from email.message import EmailMessage
from email.parser import Parser
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from jinja2 import UndefinedError

from chalicelib.accounts.mails import TEMPLATES
from chalicelib.insights import report_mail
from chalicelib.runtime.languages import LANGUAGES
from chalicelib.runtime.mail import compose, link, send
from chalicelib.sessions import guardian
from tests.support.aws import Aws

FOLDERS = (TEMPLATES, guardian.TEMPLATES, report_mail.TEMPLATES)
MAILS = [(folder, path.stem) for folder in FOLDERS for path in sorted((folder / "en").glob("*.txt"))]
VALUES = {
    "link": "https://earshot.example/verify#token=abc", "subject": "News", "text": "There is <b>news</b> & more.",
    "stop": "https://earshot.example/unsubscribe#token=abc",
}  # fmt: skip


def parsed(aws: Aws) -> EmailMessage:
    """The latest mail."""
    found: EmailMessage = Parser(policy=email.policy.default).parsestr(aws.raw_mails()[-1])
    return found


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("folder", "name"), MAILS)
def test_every_mail_says_the_same_in_text_and_html(aws: Aws, folder: Path, name: str, language: str) -> None:
    """C5, C7, D8, G5: both parts in each language, with the link; E6: no image, nothing remote but the link."""
    send(compose(folder, name, language, to="ada@example.org", **VALUES))
    message = parsed(aws)
    text, html = part(message, "plain"), part(message, "html")

    assert message["To"] == "ada@example.org"
    assert message["Subject"]
    assert VALUES["link"] in text.splitlines()
    assert f'<a href="{VALUES["link"]}"' in html
    assert f'<html lang="{language}">' in html
    assert not [word for word in ("<img", "<script", "src=", "url(", "<b>") if word in html]
    assert "{{" not in text + html


def test_every_language_has_every_mail() -> None:
    """G5: English, French, Russian; no two alike."""
    assert len(MAILS) == 9 + 1 + 1
    for folder, name in MAILS:
        texts = {(folder / language / f"{name}.txt").read_text("utf-8") for language in LANGUAGES}
        assert len(texts) == len(LANGUAGES)


def test_a_value_that_is_missing_is_a_fault_not_a_gap() -> None:
    with pytest.raises(UndefinedError):
        compose(TEMPLATES, "confirm", "en", to="ada@example.org")


@given(text=st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=80))
def test_no_text_escapes_into_the_html(text: str) -> None:
    """What an operator writes into news is text."""
    html = compose(TEMPLATES, "news", "en", to="ada@example.org", **{**VALUES, "text": f"x{text}"}).html
    inside = html.split("<main")[1]
    assert inside.count("<p>") == inside.count("</p>")
    assert not set("<>") & set(inside.split("<p>")[1].split("</p>")[0])


def test_the_token_stands_in_the_fragment() -> None:
    """So it reaches no server and no log."""
    assert link("verify", "abc") == "https://earshot.example/verify#token=abc"


def test_no_machine_answers_these_mails(aws: Aws) -> None:
    """RFC 3834."""
    send(compose(TEMPLATES, "confirm", "ru", to="ada@example.org", **VALUES))
    message = parsed(aws)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "Подтвердите адрес для Earshot"
    assert message["From"] == "Earshot <noreply@earshot.example>"
