"""Feedback, questions and surveys: minimal fields, an age, a lifetime each, and gone with whoever sent them (F12)."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.lifetimes import ENQUIRY, FEEDBACK, MINUTE, SURVEY_ANSWER
from chalicelib.outreach import models, service
from chalicelib.runtime import expiry
from tests.support.accounts import GROWN_UP, grown_up
from tests.support.browser import Answer, Browser
from tests.support.world import World

FORMS: dict[str, dict[str, Any]] = {
    "/v1/feedback": {"about": "sound", "text": "It hears well.\nTruly."},
    "/v1/enquiries": {"email": "Ada@example.org", "text": "What does it cost?"},
    "/v1/surveys/first-meeting/answers": {"answers": {"together": "at-once", "again": "yes"}},
}
EACH = pytest.mark.parametrize("path", FORMS)
SAID = {**FORMS, "/v1/enquiries": {"email": "ada@example.org", "text": "What does it cost?"}}
SAID["/v1/surveys/first-meeting/answers"] = {"together": "at-once", "again": "yes"}
LIVES = dict(zip(FORMS, (FEEDBACK, ENQUIRY, SURVEY_ANSWER), strict=True))


def send(browser: Browser, path: str, **more: Any) -> Answer:
    return browser.post(path, json_body={**FORMS[path], **more})


def stored(world: World) -> list[models.Form]:
    return list(models.forms.everything(now=world.now))


@EACH
def test_it_is_kept_sealed_for_its_time_and_no_longer(world: World, path: str) -> None:
    """F12, the lifetimes: readable the instant before its end, not at it, and deleted then without the TTL sweeper."""
    answer = send(grown_up(world), path)
    until = LIVES[path].deadline(world.now)
    assert (answer.status, answer.json()) == (201, {"sent": True, "expires_at_ms": until})
    [row] = world.aws.items("outreach")
    assert not [word for word in ("hears", "cost", "ada@", "at-once") if word in repr(row)]
    world.clock.now_ms = until - 1
    [one] = stored(world)
    assert one.said == SAID[path]
    world.clock.now_ms = until
    assert stored(world) == []
    world.clock.advance(MINUTE)
    expiry.reap(now=world.now)
    assert world.aws.items("outreach") == []


@EACH
def test_no_field_more_is_taken(world: World, path: str) -> None:
    """F12: 422, and nothing stored."""
    browser = grown_up(world)
    for more in ({"name": "Ada"}, {"phone": "1"}, {"email": "ada@example.org", "phone": ""}):
        assert send(browser, path, **more).status == 422
    assert world.aws.items("outreach") == []


@EACH
def test_the_age_comes_first(world: World, path: str) -> None:
    """C7: 403 before it is known; and a form of whoever turns out to be under 13 is gone at once."""
    browser = world.member()
    refused = send(browser, path)
    assert (refused.status, refused.json()["type"]) == (403, "/problems/age-required")
    browser.post("/v1/session/age", json_body=GROWN_UP)
    assert send(browser, path).status == 201
    child = {"birth_month": 1, "birth_year": 2020}
    assert browser.post("/v1/session/age", json_body=child).json() == {"outcome": "guardian_needed"}
    assert world.aws.items("outreach") == []
    assert send(browser, path).status in (401, 403)
    assert world.aws.items("outreach") == []


@EACH
def test_nobody_sends_without_a_session_or_from_another_site(world: World, path: str) -> None:
    """API: 401 and 403, as everywhere."""
    assert send(world.browser(), path).status == 401
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    answer = grown_up(world).post(path, json_body=FORMS[path], headers=elsewhere)
    assert (answer.status, answer.json()["type"]) == (403, "/problems/cross-site")


def test_whoever_floods_is_told_to_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F12: so many of one session, over all forms; another is not held up."""
    monkeypatch.setattr(service, "FORMS", replace(service.FORMS, allowed=2))
    browser = grown_up(world)
    answers = [send(browser, path) for path in FORMS]
    assert [one.status for one in answers] == [201, 201, 429]
    assert answers[-1].headers["retry-after"]
    assert send(grown_up(world), "/v1/feedback").status == 201


@pytest.mark.parametrize("text", ["", "   \n ", "a\u202eb", "a\x00b", "\u2800"])
def test_a_text_says_something_and_hides_nothing(world: World, text: str) -> None:
    """F12: 422 for blanks and for what cannot be seen; markup is text like any other."""
    browser = grown_up(world)
    assert send(browser, "/v1/feedback", text=text).status == 422
    assert send(browser, "/v1/feedback", text="x" * 4_001).status == 422
    assert send(browser, "/v1/feedback", text="<script>1</script>").status == 201
    assert [one.said["text"] for one in stored(world)] == ["<script>1</script>"]


def test_a_survey_is_answered_once_by_each(world: World) -> None:
    """F12: another answer takes the place of the first; somebody else's stands beside it."""
    browser, path = grown_up(world), "/v1/surveys/first-meeting/answers"
    send(browser, path)
    assert send(browser, path, answers={"again": "no"}).status == 201
    send(grown_up(world), path)
    said = [dict(one.said) for one in stored(world)]
    assert sorted(said, key=len) == [{"again": "no"}, {"together": "at-once", "again": "yes"}]


def test_only_surveys_that_are_open_are_answered(world: World) -> None:
    """F12: 404 for one that there is not, 422 for what is not among its choices, 410 once it is over."""
    browser = grown_up(world)
    assert send(browser, FIRST, answers={"again": "free text"}).status == 422
    assert browser.post("/v1/surveys/else/answers", json_body=FORMS[FIRST]).status == 404
    world.clock.now_ms = OVER_MS
    assert send(grown_up(world), FIRST).status == 410
    assert world.aws.items("outreach") == []


FIRST = "/v1/surveys/first-meeting/answers"
OVER_MS = 1_830_297_600_000  # 2028-01-01
