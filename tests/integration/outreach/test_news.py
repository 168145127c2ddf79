"""An issue of news goes to whoever agreed, once at most, in their language, with a way out in every mail (F2)."""

from pathlib import Path
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.outreach import mailing
from chalicelib.outreach.mailing import Issue, Mailing
from chalicelib.runtime import mail
from chalicelib.runtime.errors import Denied
from infra.outreach.__main__ import main
from tests.support.accounts import grown_up, with_account
from tests.support.world import World

ISSUE = Issue("second", {"en": ("Earshot 2", "It hears better."), "fr": ("Earshot 2", "Il entend mieux.")})


def people(world: World) -> None:
    """Two who agreed, one in French, and one who did not."""
    with_account(world, "ada@example.org", consents={"news": True})
    with_account(world, "ben@example.org", consents={"news": True}, language="fr")
    with_account(world, "cy@example.org", consents={"reports": True})


def news(world: World) -> dict[str, str]:
    """By address, the text of each mail of the issue."""
    found = [(one.to[0], one.text) for one in world.aws.mails() if one.subject == "Earshot 2"]
    assert len(dict(found)) == len(found)
    return dict(found)


def test_it_goes_once_to_whoever_agreed_in_their_language(world: World) -> None:
    """F2: the second time to whoever agreed since; never again to whoever withdrew."""
    people(world)
    assert mailing.send_issue(ISSUE, now=world.now) == Mailing(sent=2)
    assert set(news(world)) == {"ada@example.org", "ben@example.org"}
    assert "Il entend mieux." in news(world)["ben@example.org"]
    dora = with_account(world, "dora@example.org", consents={"news": True})
    assert mailing.send_issue(ISSUE, now=world.now) == Mailing(sent=1, before=2)
    assert dora.request("PUT", "/v1/consents", json_body={"news": False}).status == 200
    assert mailing.send_issue(Issue("third", ISSUE.texts), now=world.now) == Mailing(sent=2)


def test_whoever_withdraws_meanwhile_is_not_to_be_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F2: nobody who wants none is counted; nor is it on record that they had it."""
    people(world)

    def withdrawn(*_: object, **__: object) -> None:
        raise Denied("withdrawn")

    monkeypatch.setattr(mailing, "send_news", withdrawn)
    assert mailing.send_issue(ISSUE, now=world.now) == Mailing()
    assert [one for one in world.aws.items("outreach") if one["kind"]["S"] == "news"] == []


def refused() -> ClientError:
    return ClientError({"Error": {"Code": "x"}, "ResponseMetadata": {"HTTPStatusCode": 429}}, "SendEmail")


@pytest.mark.parametrize(("error", "again"), [(refused(), 2), (ReadTimeoutError(endpoint_url="ses"), 0)])
def test_where_mail_is_away_the_same_goes_on_later(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, again: int
) -> None:
    """F2: what surely was not sent is sent later, and where nobody knows, not a second time."""
    people(world)
    with monkeypatch.context() as away:
        away.setattr(mail, "_client", lambda: Mock(send_email=Mock(side_effect=error)))
        assert mailing.send_issue(ISSUE, now=world.now) == Mailing(sent=2 - again, unsent=again)
    assert mailing.send_issue(ISSUE, now=world.now) == Mailing(sent=again, before=2 - again)
    assert len(news(world)) == again


def test_the_operator_says_send_before_anything_is_sent(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """F2: first only how many; the folder's name is the issue's."""
    people(world)
    folder = tmp_path / "second"
    folder.mkdir()
    assert main(["news", str(folder)]) == 1
    (folder / "en.txt").write_text("Earshot 2\nIt hears better.\n", "utf-8")
    assert main(["news", str(folder)]) == 0
    assert "2 people agreed" in capsys.readouterr().out
    assert news(world) == {}
    assert main(["news", str(folder), "--send"]) == 0
    assert len(news(world)) == 2
    assert "Sent: 2" in capsys.readouterr().out


def test_the_operator_reads_what_was_sent(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """F12: feedback without whose it is, questions with the address for the answer, surveys as counts."""
    browser = grown_up(world)
    for path, body in (
        ("/v1/feedback", {"about": "sound", "text": "It hears well."}),
        ("/v1/enquiries", {"email": "ada@example.org", "text": "What does it cost?"}),
        ("/v1/surveys/first-meeting/answers", {"answers": {"again": "yes"}}),
    ):
        assert browser.post(path, json_body=body).status == 201
    said = dict[str, str]()
    for act in ("feedback", "enquiries", "surveys"):
        assert main([act]) == 0
        said[act] = capsys.readouterr().out
    assert "It hears well." in said["feedback"]
    assert "ada@example.org\nWhat does it cost?" in said["enquiries"]
    assert "1  first-meeting  again  yes" in said["surveys"]
