"""Which surveys there are, when they are open, and what answers one; no I/O but the file beside this one.

surveys.json is the one place that defines them: closed choices only, each in every language. `campaign` is the tag
under which a link to it is counted; `from` and `until` are days in UTC, both included.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from chalicelib.lifetimes import SECOND
from chalicelib.runtime.errors import FieldError, Invalid

SURVEYS = Path(__file__).parent / "surveys.json"


@dataclass(frozen=True)
class Question:
    question_id: str
    choices: Sequence[str]


@dataclass(frozen=True)
class Survey:
    """`texts` by language: the title under `title`, a question under its id, a choice under `question.choice`."""

    survey_id: str
    campaign: str
    first_day: str
    last_day: str
    questions: Sequence[Question]
    texts: Mapping[str, Mapping[str, str]]

    def open_at(self, now: int) -> bool:
        return self.first_day <= datetime.fromtimestamp(now / SECOND, UTC).date().isoformat() <= self.last_day

    def check(self, answers: Mapping[str, str]) -> None:
        """Some of the questions, each with one of its choices. Raises Invalid for anything else, and for nothing."""
        known = {one.question_id: one.choices for one in self.questions}
        wrong = [
            FieldError(f"$.answers.{at}" if at in known else "$.answers", "one of the survey's questions and choices")
            for at, choice in answers.items()
            if choice not in known.get(at, ())
        ]
        if wrong or not answers:
            raise Invalid("This answers no question of the survey.", errors=wrong or [FieldError("$.answers", "some")])


@lru_cache(maxsize=1)
def surveys() -> Mapping[str, Survey]:
    """All there are or have been, by id."""
    found = json.loads(SURVEYS.read_text("utf-8"))
    return {
        one["id"]: Survey(
            one["id"],
            one["campaign"],
            one["from"],
            one["until"],
            [Question(each["id"], each["choices"]) for each in one["questions"]],
            one["texts"],
        )
        for one in found
    }
