"""Under 13: only with a parent, guardian or teacher, and even then a nickname only (C7)."""

from dataclasses import replace

import pytest

from chalicelib.runtime import mail
from chalicelib.runtime.errors import Unavailable
from chalicelib.sessions import guardian
from tests.support.accounts import mailed_token
from tests.support.browser import Answer, Browser
from tests.support.world import World

TEACHER = "teacher@example.org"
DAY = 24 * 3_600_000


def ask(browser: Browser, email: str = TEACHER, language: str = "fr") -> Answer:
    return browser.post("/v1/session/age/guardian", json_body={"email": email, "language": language})


def decide(world: World, token: str, *, approve: bool = True) -> Answer:
    return world.browser().post("/v1/session/age/approval", json_body={"token": token, "approve": approve})


def rename(browser: Browser, name: str) -> int:
    return browser.request("PATCH", "/v1/session", json_body={"participant_name": name}).status


@pytest.fixture
def child(world: World) -> Browser:
    """A browser whose owner said to be too young, and asked."""
    browser = world.browser()
    browser.post("/v1/session/age", json_body={"birth_month": 1, "birth_year": 2020})
    assert ask(browser).status == 202
    return browser


def test_the_address_is_used_for_one_mail_and_stored_nowhere(world: World, child: Browser) -> None:
    """C7: deleted on answer or after 24 h at the latest; here it is never kept."""
    [mail] = world.aws.mails()
    assert child.get("/v1/session").json()["age"] is None
    assert TEACHER in str(mail)
    assert TEACHER not in str(world.aws.items())
    assert mailed_token(world) not in str(world.aws.items())


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "A child asks for your permission on Earshot"),
        ("fr", "Un enfant demande votre accord sur Earshot"),
        ("ru", "Ребёнок просит вашего согласия в Earshot"),
    ],
)
def test_the_question_comes_in_the_language_asked_for_with_a_link_that_answers_it(
    world: World, language: str, subject: str
) -> None:
    """C7, G5: English, French, Russian."""
    child = world.browser()
    assert ask(child, language=language).status == 202
    [sent] = world.aws.mails()
    assert sent.subject == subject
    assert decide(world, mailed_token(world)).json() == {"outcome": "child"}
    assert child.get("/v1/session").json()["age"] == "child"


def test_before_the_answer_no_name_is_taken(child: Browser) -> None:
    """C7: only with a grown-up."""
    assert rename(child, "Foxy") == 403


def test_with_permission_a_nickname_may_be_chosen_and_nothing_more(world: World, child: Browser) -> None:
    """C7: never a full name or an e-mail address."""
    assert decide(world, mailed_token(world)).json() == {"outcome": "child"}
    assert child.get("/v1/session").json()["age"] == "child"
    assert rename(child, "Foxy") == 200
    assert rename(child, "Philippa Example") == 422
    answer = child.post("/v1/accounts", json_body={"email": "kid@example.org", "password": "long enough for all"})
    assert (answer.status, answer.json()["type"]) == (403, "/problems/age-required")
    assert "kid@" not in str(world.aws.items())


def test_a_child_cannot_grow_up_by_answering_again(world: World, child: Browser) -> None:
    """C7: going back does not help."""
    decide(world, mailed_token(world))
    child.jar.pop("__Host-earshot-age")
    told = child.post("/v1/session/age", json_body={"birth_month": 1, "birth_year": 1980}).json()
    assert told == {"outcome": "guardian_needed"}
    assert child.get("/v1/session").json()["age"] == "child"


def test_a_refusal_changes_nothing_and_an_answer_counts_once(world: World, child: Browser) -> None:
    """C7: the link is good for one answer."""
    token = mailed_token(world)
    assert decide(world, token, approve=False).json() == {"outcome": "refused"}
    assert decide(world, token).status == 410
    assert child.get("/v1/session").json()["age"] is None


@pytest.mark.parametrize(("elapsed", "status"), [(DAY - 1, 200), (DAY, 410)])
@pytest.mark.usefixtures("child")
def test_the_link_lives_a_day_to_the_millisecond(world: World, elapsed: int, status: int) -> None:
    """C7: after 24 h nothing waits any more."""
    token = mailed_token(world)
    world.clock.advance(elapsed)
    assert decide(world, token).status == status


def test_whoever_is_old_enough_asks_nobody(world: World) -> None:
    """C7: and no mail is sent to anyone."""
    browser = world.browser()
    browser.post("/v1/session/age", json_body={"birth_month": 1, "birth_year": 1980})
    assert ask(browser).status == 409
    assert world.aws.mails() == []


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a b@example.org", "x" * 300 + "@example.org", "a@b.org\r\nBcc: c@d.org"]
)
def test_what_is_no_address_gets_no_mail(world: World, email: str) -> None:
    """F12: 422, nothing sent."""
    assert ask(world.browser(), email).status == 422
    assert world.aws.mails() == []


def test_nobody_is_flooded_with_questions(world: World) -> None:
    """A11's kind of limit: 3 an hour of one session; to one address what a class asks, however many sessions ask."""
    browser = world.member()
    assert [ask(browser).status for _ in range(4)] == [202, 202, 202, 429]
    others = [ask(world.member()) for _ in range(39)]
    assert [one.status for one in others] == [202] * 37 + [429] * 2
    assert others[-1].headers["retry-after"]


def test_a_stranger_does_not_use_up_what_a_class_may_ask_of_its_teacher(world: World) -> None:
    """C7: thirty children of one school ask at once, whatever somebody elsewhere has asked before."""
    stranger = [ask(world.member("8.8.8.8")).status for _ in range(42)]
    assert stranger == [202] * 40 + [429] * 2
    assert [ask(world.member()).status for _ in range(30)] == [202] * 30


def test_all_strangers_together_are_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C7: nobody's mailbox is filled from many networks."""
    few = replace(guardian.TO_ADDRESS_ANYWHERE, allowed=5)
    monkeypatch.setattr(guardian, "TO_ADDRESS_ANYWHERE", few)
    assert [ask(world.member(f"8.8.{n}.8")).status for n in range(6)] == [202] * 5 + [429]
    assert ask(world.member("9.9.9.9"), "other@example.org").status == 202


def test_a_question_that_could_not_be_sent_does_not_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C7: whoever tries until mail goes out again may ask as often as otherwise."""

    def unavailable(_: mail.Message) -> None:
        raise Unavailable("SES is away.", retry_after_s=60)

    browser = world.member()
    with monkeypatch.context() as failing:
        failing.setattr(mail, "send", unavailable)
        assert [ask(browser).status for _ in range(11)] == [503] * 11
    assert [ask(browser).status for _ in range(4)] == [202, 202, 202, 429]
    assert len(world.aws.mails()) == 3


def test_a_network_that_opens_floods_of_sessions_is_slowed_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """DESIGN, limits: per network only for making sessions; a stadium is no attack."""
    monkeypatch.setattr("chalicelib.sessions.service.OPENED", 5)
    assert [world.browser().open_session().status for _ in range(6)] == [201] * 5 + [429]
    assert world.browser("8.8.8.8").open_session().status == 201


def test_an_answer_that_comes_too_late_for_the_child_says_so(world: World, child: Browser) -> None:
    """C7: the grown-up is not told that something was allowed when nothing was."""
    token = mailed_token(world)
    child.delete("/v1/session")
    assert decide(world, token).status == 410
