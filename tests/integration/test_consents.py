"""Consent: by purpose, appended, versioned, withdrawn as easily as given; and no use without it."""

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st

from chalicelib.accounts import models, news, unsubscribe
from chalicelib.accounts.consented import address_for
from chalicelib.insights import report_mail
from chalicelib.lifetimes import CONSENT, MINUTE
from chalicelib.privacy import service, texts
from chalicelib.privacy.rules import Decided, is_given, next_instant
from chalicelib.privacy.schemas import Choices
from chalicelib.runtime import consent
from chalicelib.runtime.consent import PURPOSES, Consented, Improvement, News, PurposeName
from chalicelib.runtime.errors import Denied, NotFound
from chalicelib.runtime.languages import LANGUAGES
from tests.support.accounts import EMAIL, grown_up, log_in, mailed_token, register, with_account
from tests.support.browser import Browser
from tests.support.world import World


def put(browser: Browser, **choices: bool) -> dict[str, Any]:
    """The purposes by name, after the change."""
    answer = browser.request("PUT", "/v1/consents", json_body=choices)
    assert answer.status == 200, answer.body
    return by_purpose(answer.json())


def by_purpose(found: Any) -> dict[str, Any]:
    return {one["purpose"]: one for one in found["consents"]}


def account_of(world: World) -> models.Account:
    [stored] = world.aws.items("accounts")
    found = models.find(stored["account_id"]["S"], now=world.now)
    assert found
    return found


def test_nothing_is_agreed_to_by_use(world: World) -> None:
    """F1: use is never consent: looking, registering and logging in leave every purpose open."""
    for browser in (grown_up(world), with_account(world)):
        found = browser.get("/v1/consents").json()["consents"]
        assert [one["purpose"] for one in found] == ["news", "reports", "insights", "improvement", "beacons"]
        assert not any(one["given"] or one["history"] for one in found)
    assert world.aws.items("consents") == []


def test_what_was_agreed_to_at_registration_counts_from_then(world: World) -> None:
    """F1: asked at registration, on record once the address is confirmed, with the text's version and its instant."""
    found = by_purpose(with_account(world, consents={"news": True, "improvement": False}).get("/v1/consents").json())
    assert found["news"]["history"] == [{"at_ms": world.now, "given": True, "version": 1}]
    assert (found["news"]["given"], found["improvement"]["given"]) == (True, False)
    assert found["improvement"]["history"] == []


def test_withdrawing_is_as_easy_as_giving_and_all_of_it_is_kept(world: World) -> None:
    """F1: the same request; the record is appended to, never changed."""
    browser, start = grown_up(world), world.now
    put(browser, news=True)
    [first] = world.aws.items("consents")
    world.clock.advance(1_000)
    assert put(browser, news=False)["news"]["given"] is False
    world.clock.advance(1_000)
    found = put(browser, news=True)["news"]
    assert found["given"] is True
    assert [(one["at_ms"] - start, one["given"]) for one in found["history"]] == [
        (0, True),
        (1_000, False),
        (2_000, True),
    ]
    assert first in world.aws.items("consents")


def test_what_changes_nothing_leaves_no_trace(world: World) -> None:
    """F1: a history of decisions, not of clicks."""
    browser = grown_up(world)
    put(browser, news=False)
    put(browser, news=True)
    assert len(put(browser, news=True)["news"]["history"]) == 1


def test_decisions_within_one_millisecond_keep_their_order(world: World) -> None:
    """F1: the last one counts."""
    browser = grown_up(world)
    for wanted in (True, False, True, False):
        found = put(browser, news=wanted)["news"]
    assert found["given"] is False
    assert [one["given"] for one in found["history"]] == [True, False, True, False]


def test_nobody_fills_a_table_by_changing_their_mind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F1: each decision may be a record of three years: so many a minute of one session, on both ways to decide."""
    monkeypatch.setattr(service, "DECISIONS", replace(service.DECISIONS, allowed=3))
    browser, other = with_account(world), grown_up(world)
    put(browser, news=True)
    put(browser, news=False)
    mail = {"mail": {"news": True}}
    assert browser.request("PATCH", "/v1/account", json_body=mail).status == 200
    before = world.aws.items("consents")
    refused = [
        browser.request("PUT", "/v1/consents", json_body={"news": False}),
        browser.request("PATCH", "/v1/account", json_body={"mail": {"news": False}, "capture_insights": False}),
    ]
    assert [one.status for one in refused] == [429, 429]
    assert refused[0].headers["retry-after"]
    assert world.aws.items("consents") == before
    assert browser.get("/v1/account").json()["capture_insights"] is True
    assert browser.request("PATCH", "/v1/account", json_body={"language": "fr"}).status == 200
    put(other, news=True)
    world.clock.advance(MINUTE)
    assert not put(browser, news=False)["news"]["given"]


def test_decisions_at_once_lose_none(world: World) -> None:
    """F1: put only if absent; whoever comes second reads again."""
    barrier = threading.Barrier(3)

    def decide(given: bool) -> None:
        barrier.wait()
        service.decide("guest/x", {"news": given}, now=world.now)

    threads = [threading.Thread(target=decide, args=(True,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert service.has_consented("news", "guest/x", world.now)


def test_a_new_text_asks_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F1: consent is to a text; its version is on record."""
    browser = grown_up(world)
    put(browser, news=True)
    monkeypatch.setattr(texts, "version", lambda _: 2)
    found = by_purpose(browser.get("/v1/consents").json())["news"]
    assert (found["given"], found["version"], found["history"][0]["version"]) == (False, 2, 1)
    assert [one["version"] for one in put(browser, news=True)["news"]["history"]] == [1, 2]


def test_a_child_cannot_agree(world: World) -> None:
    """C7: without an age of 13 there is nothing to agree with; nor before the question."""
    browser = world.member()
    refused = browser.request("PUT", "/v1/consents", json_body={"news": True})
    assert (refused.status, refused.json()["type"]) == (403, "/problems/age-required")
    assert browser.request("PUT", "/v1/consents", json_body={"news": False}).status == 200


def test_consents_belong_to_the_account_on_every_device_and_to_nobody_else(world: World) -> None:
    """F1."""
    browser = with_account(world)
    put(browser, news=True)
    other = world.browser()
    other.post("/v1/session/login", json_body={"email": EMAIL, "password": "correct horse battery staple"})
    assert by_purpose(other.get("/v1/consents").json())["news"]["given"] is True
    assert by_purpose(grown_up(world).get("/v1/consents").json())["news"]["given"] is False


def test_records_name_nobody_and_end(world: World) -> None:
    """F1, the lifetimes: a digest of the subject; three years."""
    put(with_account(world), news=True)
    [row] = world.aws.items("consents")
    known = {"subject", "entry", "kind", "purpose", "at_ms", "given", "version", "expires_at", "expires_at_ms"}
    assert set(row) == known
    assert account_of(world).account_id not in repr(row)
    assert int(row["expires_at_ms"]["N"]) == world.now + CONSENT.length_ms


def test_texts_are_in_the_readers_language(world: World) -> None:
    """G5: the preferred one, else the browser's."""
    browser = grown_up(world)
    french = browser.get("/v1/consents", headers={"Accept-Language": "fr-CA,en;q=0.5"}).json()["consents"][0]["text"]
    browser.request("PATCH", "/v1/session", json_body={"preferences": {"language": "ru"}})
    russian = browser.get("/v1/consents", headers={"Accept-Language": "fr"}).json()["consents"][0]["text"]
    assert (french, russian) == (texts.text("news", "fr"), texts.text("news", "ru"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_in_the_language_of_the_page(world: World, language: str) -> None:
    """F1, G5: nobody agrees to a text in another language than the page they read; both requests, before all else."""
    browser = grown_up(world)
    browser.request("PATCH", "/v1/session", json_body={"preferences": {"language": "ru"}})
    asked, elsewhere = f"/v1/consents?language={language}", {"Accept-Language": "fr"}
    answers = [browser.get(asked, headers=elsewhere)]
    answers.append(browser.request("PUT", asked, json_body={"news": True}, headers=elsewhere))
    assert [one.json()["consents"][0]["text"] for one in answers] == [texts.text("news", language)] * 2


def test_a_language_that_is_not_ours_is_refused(world: World) -> None:
    """F1: said so, and nothing decided."""
    browser = grown_up(world)
    answers = [browser.request("PUT", "/v1/consents?language=tlh", json_body={"news": True})]
    answers.append(browser.get("/v1/consents?language="))
    assert [one.status for one in answers] == [422, 422]
    assert world.aws.items("consents") == []


def test_every_purpose_has_its_text_in_every_language_and_version() -> None:
    """F1, G5: purposes, schema and texts cannot drift apart."""
    names = get_args(PurposeName)
    assert [one.name for one in PURPOSES] == list(names) == list(Choices.__struct_fields__)
    found = [json.loads((Path(texts.TEXTS) / f"{language}.json").read_text("utf-8")) for language in LANGUAGES]
    for name in names:
        assert {len(one[name]) for one in found} == {texts.version(name)}
        assert all(text.strip() for one in found for text in one[name])


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 3)), max_size=8), st.integers(1, 3))
def test_the_last_decision_on_the_present_text_counts(taken: list[tuple[bool, int]], version: int) -> None:
    """F1: for any history."""
    history = [Decided("news", given, text, at) for at, (given, text) in enumerate(taken)]
    assert is_given(history, version) == (bool(taken) and taken[-1] == (True, version))
    assert next_instant(history, 0) == len(history)


# reading for a purpose


def test_news_go_to_whoever_agreed_with_a_way_out(world: World) -> None:
    """F2: only with consent; RFC 8058 headers, which transactional mail does not have."""
    with_account(world, consents={"news": True})
    assert "List-Unsubscribe" not in world.aws.raw_mails()[-1]
    news.send_news(account_of(world).account_id, "Earshot 2", "It hears better.", now=world.now)
    raw = world.aws.raw_mails()[-1]
    assert "\nList-Unsubscribe: <https://earshot.example/v1/unsubscribe/" in raw
    assert "\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert world.aws.mails()[-1].to == (EMAIL,)


def test_news_do_not_go_to_others(world: World) -> None:
    """F1, F2: 403 consent-required; and nobody's account gets none."""
    with_account(world)
    sent = len(world.aws.mails())
    with pytest.raises(Denied) as refused:
        news.send_news(account_of(world).account_id, "Earshot 2", "It hears better.", now=world.now)
    assert refused.value.kind == "consent-required"
    service.decide("account/" + "A" * 22, {"news": True}, now=world.now)
    with pytest.raises(NotFound):
        news.send_news("A" * 22, "Earshot 2", "It hears better.", now=world.now)
    assert len(world.aws.mails()) == sent


def test_a_consent_that_nobody_checked_cannot_be_made() -> None:
    """F1: the runtime guard."""
    with pytest.raises(RuntimeError, match="checked, not claimed"):
        Consented(News, "account/x", 0, object())


def test_a_consent_is_good_for_its_purpose_and_its_person_only(world: World) -> None:
    """F1: type check (mypy refuses these calls, or the ignores would be unused) and runtime guard."""
    with_account(world, consents={"news": True, "improvement": True})
    account = account_of(world)
    who = service.account(account.account_id)
    other = consent.check(Improvement, who, now=world.now)
    with pytest.raises(RuntimeError, match="consent to improvement is none to news"):
        address_for(News, account, other)  # type: ignore[misc]
    with pytest.raises(RuntimeError, match="consent to improvement is none to reports"):
        report_mail.say_ready(account, "A" * 22, other, now=world.now)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        address_for(News, account)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        report_mail.say_ready(account, "A" * 22, now=world.now)  # type: ignore[call-arg]
    service.decide("account/somebody", {"news": True}, now=world.now)
    with pytest.raises(RuntimeError, match="somebody else"):
        address_for(News, account, consent.check(News, "account/somebody", now=world.now))
    assert address_for(News, account, consent.check(News, who, now=world.now)) == EMAIL


# one click


def link_of(world: World) -> str:
    """The path in List-Unsubscribe."""
    return f"/v1/unsubscribe/{unsubscribe.token_for(account_of(world).account_id, News.name)}"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded", "Origin": None, "Sec-Fetch-Site": None},
        {
            "Content-Type": "multipart/form-data; boundary=x",
            "Origin": "https://mail.example",
            "Sec-Fetch-Site": "cross-site",
        },
        {"Origin": "null"},
    ],
)
def test_one_click_from_anywhere_ends_the_news(world: World, headers: dict[str, str | None]) -> None:
    """F2: POST without a cookie works, from any site; twice is once; other mail is unaffected."""
    owner = with_account(world, consents={"news": True, "reports": True})
    path, reader = link_of(world), world.browser()
    for _ in range(2):
        answer = reader.post(path, body=b"List-Unsubscribe=One-Click", headers=headers)
        assert (answer.status, answer.json(), answer.cookies) == (200, {"purpose": "news"}, [])
    found = by_purpose(owner.get("/v1/consents").json())["news"]
    assert (found["given"], len(found["history"])) == (False, 2)
    assert owner.get("/v1/account").json()["mail"] == {"report_ready": True, "news": False}
    assert agreed(owner)["reports"] is True
    reader.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    assert world.aws.mails()[-1].to == (EMAIL,)


def test_looking_at_the_link_changes_nothing(world: World) -> None:
    """F2: GET changes nothing: mail programs look ahead."""
    with_account(world, consents={"news": True})
    before = world.aws.items()
    answer = world.browser().get(link_of(world))
    assert (answer.status, answer.json(), answer.cookies) == (200, {"purpose": "news"}, [])
    read = world.browser().get(link_of(world), headers={"Accept": "text/html,*/*;q=0.8"})
    token = link_of(world).rpartition("/")[2]
    assert (read.status, read.headers["location"].partition("=")[0]) == (303, "/unsubscribe#token")
    assert unsubscribe.purpose_of(read.headers["location"].partition("=")[2]) == unsubscribe.purpose_of(token) == "news"
    assert world.aws.items() == before


def test_only_our_links_unsubscribe_anybody(world: World) -> None:
    """F2: sealed tokens; any other answers 404."""
    with_account(world, consents={"news": True})
    path = link_of(world)
    for spoilt in (
        path[:-1],
        path + "A",
        path.swapcase().replace("/V1/UNSUBSCRIBE", "/v1/unsubscribe"),
        "/v1/unsubscribe/x",
    ):
        assert world.browser().post(spoilt).status == 404
        assert world.browser().get(spoilt).status == 404
    assert service.has_consented("news", service.account(account_of(world).account_id), world.now)


@given(st.text(max_size=200))
def test_no_token_breaks_the_reader(token: str) -> None:
    """F2: any text in, never a fault."""
    with pytest.raises(NotFound):
        unsubscribe.purpose_of(token)


def agreed(browser: Browser) -> dict[str, bool]:
    return {name: one["given"] for name, one in by_purpose(browser.get("/v1/consents").json()).items()}


def test_what_a_guest_decided_goes_on_where_they_log_in(world: World) -> None:
    """F1: with its instant; what the account decided for itself stays."""
    put(with_account(world), insights=True)
    guest = grown_up(world)
    put(guest, improvement=True, insights=True)
    put(guest, insights=False)
    decided_at = world.now
    world.clock.advance(1_000)
    log_in(guest)
    assert [purpose for purpose, given in agreed(guest).items() if given] == ["insights", "improvement"]
    history = by_purpose(guest.get("/v1/consents").json())["improvement"]["history"]
    assert [one["at_ms"] for one in history] == [decided_at]


def test_what_a_guest_decided_comes_along_when_they_register(world: World) -> None:
    """F1: of purposes that the form did not name; on another device, too."""
    guest = grown_up(world)
    put(guest, improvement=True, insights=True)
    register(guest, consents={"insights": False, "news": True})
    guest.post("/v1/accounts/verify", json_body={"token": mailed_token(world)})
    for browser in (world.browser(), guest):
        log_in(browser)
        assert [purpose for purpose, given in agreed(browser).items() if given] == ["news", "improvement"]
