"""`python -m infra.outreach feedback | enquiries | surveys` shows what was sent; `… news FOLDER` mails news.

FOLDER has the name of the issue and holds en.txt and, if there are, fr.txt and ru.txt: the first line is the subject,
the rest the text. Without --send it only says how many would get it. Broken off, the same command goes on.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.lifetimes import SECOND
from chalicelib.runtime.languages import DEFAULT, LANGUAGES


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 where all is well."""
    asked = _parser().parse_args(arguments)
    from app import app  # noqa: F401 - whoever decides about consent is connected
    from chalicelib.runtime.clock import now

    return int(asked.act(asked, now()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.outreach", description="Forms and news.")
    acts = parser.add_subparsers(required=True)
    for name, act in (("feedback", show_feedback), ("enquiries", show_enquiries), ("surveys", show_surveys)):
        acts.add_parser(name, help=f"the {name} that live, the oldest first").set_defaults(act=act)
    news = acts.add_parser("news", help="mail an issue of news to whoever agreed to news")
    news.add_argument("folder", type=Path, help="named like the issue; en.txt, fr.txt, ru.txt")
    news.add_argument("--send", action="store_true", help="send it; otherwise only say to how many")
    news.set_defaults(act=send)
    return parser


def show_feedback(_: argparse.Namespace, now: int) -> int:
    return _say(f"{_day(one)}  {one.said['about']}\n{one.said['text']}\n" for one in _sent("Feedback", now))


def show_enquiries(_: argparse.Namespace, now: int) -> int:
    return _say(f"{_day(one)}  {one.said['email']}\n{one.said['text']}\n" for one in _sent("Enquiry", now))


def show_surveys(_: argparse.Namespace, now: int) -> int:
    """How often each choice was taken; not who took which others."""
    counted = Counter(
        f"{one.survey_id}  {question}  {choice}"
        for one in _sent("SurveyAnswer", now)
        for question, choice in one.said.items()
    )
    return _say(f"{times:6}  {what}" for what, times in sorted(counted.items()))


def send(asked: argparse.Namespace, now: int) -> int:
    from chalicelib.outreach import mailing

    issue = mailing.Issue(asked.folder.resolve().name, _texts(asked.folder))
    if DEFAULT not in issue.texts:
        return _say([f"There is no {DEFAULT}.txt in {asked.folder}."], 1)
    if not asked.send:
        return _say([f"{sum(1 for _ in mailing.wanting(now=now))} people agreed to news. Send it to them with --send."])
    done = mailing.send_issue(issue, now=now)
    told = f"Sent: {done.sent}. Had it already: {done.before}. Not sent, to be tried again: {done.unsent}."
    return _say([told], 1 if done.unsent else 0)


def _texts(folder: Path) -> dict[str, tuple[str, str]]:
    found = dict[str, tuple[str, str]]()
    for language in LANGUAGES:
        path = folder / f"{language}.txt"
        if path.is_file():
            subject, _, text = path.read_text("utf-8").partition("\n")
            found[language] = (subject.strip(), text.strip())
    return found


def _sent(kind: str, now: int) -> list[Any]:
    from chalicelib.outreach import models

    found = [one for one in models.forms.everything(now=now) if type(one).__name__ == kind]
    return sorted(found, key=lambda one: int(one.sent_at_ms))


def _day(one: Any) -> str:
    return datetime.fromtimestamp(int(one.sent_at_ms) / SECOND, UTC).date().isoformat()


def _say(lines: Iterator[str] | Sequence[str], status: int = 0) -> int:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
