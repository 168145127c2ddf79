"""What was sent by forms, and which news to whom, under a digest of the person; what they wrote is sealed.

subject   entry
<person>  feedback#<instant>#<id>
<person>  enquiry#<instant>#<id>
<person>  survey#<survey id>        one of each person: another answer takes its place
<account> news#<issue>              news that was mailed to them
"""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, TypeVar, cast

from pynamodb.attributes import DiscriminatorAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import ENQUIRY, FEEDBACK, NEWS_SENT, SURVEY_ANSWER, Lifetime
from chalicelib.privacy.models import ACCOUNT, persons, subject_of
from chalicelib.runtime import holdings, vault
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import opaque
from chalicelib.runtime.parallel import chained
from chalicelib.runtime.store import Binding, Record, Table

SEALED = "outreach/form"


class Entry(Record):
    class Meta(Binding):
        pass

    subject = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()
    sent_at_ms = NumberAttribute()


class NewsSent(Entry, discriminator="news"):
    """To that account, be it that nobody knows whether it arrived."""

    @property
    def issue(self) -> str:
        return str(self.entry).partition("#")[2]


class Form(Entry):
    content = UnicodeAttribute()  # sealed JSON

    @property
    def said(self) -> Mapping[str, Any]:
        """What was filled in, by field."""
        return cast(Mapping[str, Any], json.loads(vault.unseal(SEALED, self.content) or "{}"))


class Feedback(Form, discriminator="feedback"):
    """`about` and `text`."""


class Enquiry(Form, discriminator="enquiry"):
    """`email` and `text`."""


class SurveyAnswer(Form, discriminator="survey"):
    """The choice by question."""

    @property
    def survey_id(self) -> str:
        return str(self.entry).partition("#")[2]


F = TypeVar("F", bound=Form)
forms: Table[Form] = Table(Form, "outreach")
mailed: Table[NewsSent] = Table(NewsSent, "outreach")
LIFETIMES: Mapping[type[Form], Lifetime] = {Feedback: FEEDBACK, Enquiry: ENQUIRY, SurveyAnswer: SURVEY_ANSWER}


def new_form(kind: type[F], person: str, said: Mapping[str, Any], *, now: int, survey_id: str = "") -> F:
    """What somebody, named as consents name them, fills in."""
    word = {Feedback: "feedback", Enquiry: "enquiry", SurveyAnswer: "survey"}[kind]
    entry = f"{word}#{survey_id or f'{now:015}#{opaque()}'}"
    made = kind(subject_of(person), entry, sent_at_ms=now, content=vault.seal(SEALED, json.dumps(said)))
    made.lives_until(LIFETIMES[kind].deadline(now))
    return made


def forms_of(persons_named: list[str], *, now: int) -> Iterator[Form]:
    """All that they have sent, named as consents name them."""
    return chained(partial(forms.query, now=now), [subject_of(one) for one in persons_named])


def forget_forms(person: str, *, now: int) -> None:
    forms.delete_many([(one.subject, one.entry) for one in forms_of([person], now=now)])


def forget_expired(subject: str, entry: str, *, now: int) -> None:
    """One that has run out; a survey that was answered anew meanwhile stays."""
    forms.delete((subject, entry), where=Entry.expires_at_ms <= now)


def new_mailed(person: str, issue: str, *, now: int) -> NewsSent:
    made = NewsSent(*key_of(person, issue), sent_at_ms=now)
    made.lives_until(NEWS_SENT.deadline(now))
    return made


def key_of(person: str, issue: str) -> tuple[str, str]:
    return subject_of(person), f"news#{issue}"


def _mailed_to(person: Person, now: int) -> list[NewsSent]:
    return mailed.query(subject_of(ACCOUNT + person.account_id), now=now) if person.account_id else []


def _shown(one: Form) -> dict[str, Any]:
    return {"sent_at_ms": int(one.sent_at_ms), **one.said}


def _hold(kind: type[F]) -> None:
    def find(person: Person, now: int) -> list[F]:
        return [one for one in forms_of(persons(person), now=now) if isinstance(one, kind)]

    holdings.hold(kind, forms, LIFETIMES[kind], find=find, export=_shown, at_once=True)


for _kind in LIFETIMES:
    _hold(_kind)
holdings.hold(
    NewsSent, mailed, NEWS_SENT, find=_mailed_to,
    export=lambda one: {"issue": one.issue, "sent_at_ms": int(one.sent_at_ms)},
)  # fmt: skip
