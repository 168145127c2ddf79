"""Product news: an issue goes once at most to everybody who agreed to news, in their language (F2).

Broken off, it is sent again to go on: whoever had it gets no second one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chalicelib.accounts import models as accounts
from chalicelib.accounts.models import Account
from chalicelib.accounts.news import send_news
from chalicelib.outreach import models, service
from chalicelib.privacy import service as privacy
from chalicelib.runtime import consent, expiry
from chalicelib.runtime.consent import News
from chalicelib.runtime.errors import Denied, NotFound, Unavailable
from chalicelib.runtime.languages import DEFAULT
from chalicelib.runtime.mail import Unsent
from chalicelib.runtime.transactions import Transaction


@dataclass(frozen=True)
class Issue:
    """`texts` by language: subject and body. Whose language is not among them gets it in English."""

    name: str
    texts: Mapping[str, tuple[str, str]]


@dataclass
class Mailing:
    """How many got it now, had it already, and are to be tried again because mail is away."""

    sent: int = 0
    before: int = 0
    unsent: int = 0


def wanting(*, now: int) -> Iterator[Account]:
    """Whoever agrees to news."""
    for account in accounts.everyone(now=now):
        if consent.find(News, privacy.account(account.account_id), now=now):
            yield account


def send_issue(issue: Issue, *, now: int) -> Mailing:
    """To all of them."""
    done = Mailing()
    for account in wanting(now=now):
        send_to(account, issue, done, now=now)
    return done


def send_to(account: Account, issue: Issue, done: Mailing, *, now: int) -> None:
    """To one of them; `done` counts it."""
    if not _note(account, issue, now):
        done.before += 1
    elif (sent := _send(account, issue, now)) is not None:
        done.sent += sent
        done.unsent += not sent


def _note(account: Account, issue: Issue, now: int) -> bool:
    """Ahead of the mail, so that it goes out once at most; False where that was done before, or they are erased."""
    who = privacy.account(account.account_id)
    made = models.new_mailed(who, issue.name, now=now)
    both = Transaction(now=now)
    both.create(models.mailed, made)
    privacy.forbid_erased(both, who, since=now)
    due_at_ms, name = int(made.expires_at_ms), service.name_of(made)
    expiry.file_with(both, service.RAN_OUT, name, due_at_ms, now=now)
    return both.commit()


def _send(account: Account, issue: Issue, now: int) -> bool | None:
    """False where it surely did not go out; where nobody knows, it counts as sent. None to who wants none any more."""
    subject, text = issue.texts.get(account.language) or issue.texts[DEFAULT]
    try:
        send_news(account.account_id, subject, text, now=now)
    except (Unsent, Denied, NotFound) as error:  # mail is away; withdrawn or erased at this moment
        models.mailed.delete(models.key_of(privacy.account(account.account_id), issue.name))
        return False if isinstance(error, Unsent) else None
    except Unavailable:
        return True
    return True
