"""The mail that a report is ready ends by one click, and nothing else with it (D8, F2)."""

from email import message_from_string
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from yaml import safe_load

from chalicelib.insights import assembling, tasks
from chalicelib.runtime import mail, workflows
from infra.local.resources import TEMPLATE
from tests.support.accounts import EMAIL
from tests.support.insights import Held, assemble, end, reported
from tests.support.world import World


def again(held: Held) -> Held:
    """Another meeting of the same account, with its report."""
    made = held.organiser.post("/v1/rooms", json_body={"title": "Again"}).json()
    other = Held(held.world, held.organiser, made["room_id"])
    other.enter(held.organiser, "Ada")
    end(other)
    assemble(other)
    return other


def test_whoever_was_not_asked_gets_none(world: World) -> None:
    """D8, F1: an account agrees to nothing by itself; its report is there all the same, and a yes counts from then."""
    held = reported(world)
    assert held.organiser.request("PUT", "/v1/consents", json_body={"reports": False}).status == 200
    mails = len(world.aws.mails())
    assembling.notify(held.room, 1, now=world.now)
    assert held.organiser.get(f"/v1/meetings/{held.room}/report").json()["status"] == "ready"
    assert len(world.aws.mails()) == mails
    assert held.organiser.request("PUT", "/v1/consents", json_body={"reports": True}).status == 200
    assembling.notify(again(held).room, 1, now=world.now)
    assert world.aws.mails()[-1].to == (EMAIL,)


def test_one_click_ends_these_mails_and_no_others(world: World) -> None:
    """D8, F2: the headers of RFC 8058; a POST without a cookie from the mail program; reports go on being made."""
    held, reader = reported(world), world.browser()
    assembling.notify(held.room, 1, now=world.now)
    mail = message_from_string(world.aws.raw_mails()[-1])
    assert (mail["To"], mail["List-Unsubscribe-Post"]) == (EMAIL, "List-Unsubscribe=One-Click")
    path = mail["List-Unsubscribe"].strip("<>").removeprefix("https://earshot.example")
    for _ in range(2):
        answer = reader.post(path, body=b"List-Unsubscribe=One-Click", headers={"Origin": "https://mail.example"})
        assert (answer.status, answer.json(), answer.cookies) == (200, {"purpose": "reports"}, [])
    assert held.organiser.get("/v1/account").json()["mail"]["report_ready"] is False
    mails = len(world.aws.mails())
    other = again(held)
    assembling.notify(other.room, 1, now=world.now)
    assert held.organiser.get(f"/v1/meetings/{other.room}/report").json()["status"] == "ready"
    assert len(world.aws.mails()) == mails
    reader.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    assert len(world.aws.mails()) == mails + 1


def refusal(status: int) -> ClientError:
    return ClientError({"Error": {"Code": "Any"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendEmail")


@pytest.mark.parametrize(
    ("error", "mails_afterwards"),
    [
        (refusal(429), 1),
        (refusal(403), 1),
        (ConnectTimeoutError(endpoint_url="ses"), 1),
        (refusal(500), 0),
        (ReadTimeoutError(endpoint_url="ses"), 0),
    ],
)
def test_a_mail_that_surely_was_not_sent_is_sent_later_and_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, error: ClientError | BotoCoreError, mails_afterwards: int
) -> None:
    """D8: exactly once, as far as anybody can know; where nobody does, not a second time."""
    held, before = reported(world), len(world.aws.mails())
    event = {"meeting_id": held.room, "revision": 1}
    with monkeypatch.context() as away:
        away.setattr(mail, "_client", lambda: Mock(send_email=Mock(side_effect=error)))
        with pytest.raises(workflows.StepFailed) as failed:
            tasks.notify_organiser(event, None)
    assert isinstance(failed.value, workflows.MailUnsent) == bool(mails_afterwards)
    for _ in range(2):
        tasks.notify_organiser(event, None)
    assert len(world.aws.mails()) - before == mails_afterwards


def test_the_workflow_waits_for_mail_that_is_away() -> None:
    """D8: for hours, by the name of what its task raises; any other failure of that step is over in seconds."""
    steps: dict[str, Any] = safe_load((TEMPLATE.parent / "workflows/report.asl.yaml").read_text("utf-8"))["States"]
    first, *_, other = steps["Notify"]["Retry"]
    assert first["ErrorEquals"] == [workflows.MailUnsent.__name__]
    waits = [first["IntervalSeconds"] * first["BackoffRate"] ** attempt for attempt in range(first["MaxAttempts"])]
    assert sum(waits) > 6 * 3_600
    assert other["ErrorEquals"] == ["States.ALL"]
