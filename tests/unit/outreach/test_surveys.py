"""The surveys there are: one file, every text in every language, nothing but closed choices."""

from datetime import UTC, date, datetime

import pytest

from chalicelib.lifetimes import DAY, SECOND
from chalicelib.outreach.rules import Survey, surveys
from chalicelib.runtime.errors import Invalid
from chalicelib.runtime.languages import LANGUAGES

ALL = pytest.mark.parametrize("survey", surveys().values(), ids=lambda one: one.survey_id)


@ALL
def test_every_text_is_there_in_every_language(survey: Survey) -> None:
    """F12, G5: the title, each question, each choice, and none left over."""
    wanted = {"title", *(one.question_id for one in survey.questions)}
    wanted |= {f"{one.question_id}.{choice}" for one in survey.questions for choice in one.choices}
    assert set(survey.texts) == set(LANGUAGES)
    assert all(set(texts) == wanted and all(texts.values()) for texts in survey.texts.values())


@ALL
def test_it_is_open_from_its_first_day_to_the_end_of_its_last(survey: Survey) -> None:
    """F12: days in UTC."""
    first, last = (
        int(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).timestamp()) * SECOND
        for day in (survey.first_day, survey.last_day)
    )
    opened = [survey.open_at(now) for now in (first - 1, first, last + DAY - 1, last + DAY)]
    assert opened == [False, True, True, False]


@ALL
@pytest.mark.parametrize("answers", [{}, {"else": "yes"}, {"again": "free text"}, {"again": "yes", "else": "yes"}])
def test_only_its_own_questions_and_choices_answer_it(survey: Survey, answers: dict[str, str]) -> None:
    """F12: nothing else is taken, and nothing of it in part."""
    with pytest.raises(Invalid):
        survey.check(answers)
    survey.check({one.question_id: one.choices[0] for one in survey.questions})
