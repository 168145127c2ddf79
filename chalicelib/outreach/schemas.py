"""What the forms take: as little as answers their purpose, and no field more."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.runtime.addresses import EmailText

About = Literal["sound", "meeting", "report", "pages", "privacy", "other"]
Said = Annotated[str, Meta(min_length=1, max_length=4_000)]
Word = Annotated[str, Meta(min_length=1, max_length=40)]


class Feedback(msgspec.Struct, forbid_unknown_fields=True):
    """No name and no address: nobody is answered."""

    about: About
    text: Said


class Enquiry(msgspec.Struct, forbid_unknown_fields=True):
    """`email` is for the answer, and for nothing else."""

    email: EmailText
    text: Said


class SurveyAnswers(msgspec.Struct, forbid_unknown_fields=True):
    """The choice by question. Another answer takes the place of the one before."""

    answers: Annotated[dict[Word, Word], Meta(min_length=1, max_length=20)]


class Sent(msgspec.Struct):
    """Whoever sent it finds it in what is held of them, and deletes it with everything else of theirs."""

    sent: bool
    expires_at_ms: int
