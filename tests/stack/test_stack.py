"""The packaged template, deployed to an emulator: two people meet by sound, show content and get a report (G1, G2).

`make test-stack` packages it for this machine and runs this; it takes the two minutes that a report waits for whoever
lost their connection.
"""

import asyncio
import os
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.stack.emulator import ROOT, STAGE, Deployed, deployed
from tests.stack.person import Person
from tests.support.accounts import GROWN_UP, PASSWORD
from tests.support.sounds import clip

pytestmark = pytest.mark.skipif(not os.environ.get("EARSHOT_STACK"), reason="make test-stack packages and deploys it")
EMAIL = "ada@example.org"
TABS = [str(uuid.uuid4()) for _ in range(2)]
LISTENED_MS = 4_000
TRIES, PAUSE_S = 60, 5.0
LINK = "https://example.org/slides"


@pytest.fixture(scope="module")
def stack() -> Iterator[Deployed]:
    with deployed(ROOT / "out" / "stack") as found:
        yield found


def test_two_meet_by_sound_show_something_and_get_a_report(stack: Deployed) -> None:
    """A1, B1, D3: through API Gateway, its sockets, SQS, SES, KMS and Step Functions, on the functions as packaged."""
    asyncio.run(_meet(stack))


def test_nothing_is_answered_that_goes_round_the_edge(stack: Deployed) -> None:
    """G2: without its secret."""
    asyncio.run(_go_round(stack))


def test_an_address_that_is_not_there_is_told_so_by_the_application(stack: Deployed) -> None:
    """G8, "Errors", "Methods": not by a 403 of API Gateway's."""
    asyncio.run(_ask_for_nothing(stack))


def test_a_function_may_do_what_its_role_says_and_nothing_else(stack: Deployed) -> None:
    """G2: by the roles as packaged; so what the others do here is no more than what these allow."""
    role = boto3.client("lambda").get_function_configuration(FunctionName=f"earshot-{STAGE}-expire_clips")["Role"]
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    dynamodb = boto3.client(
        "dynamodb",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    no_clip = {"DeleteRequest": {"Key": {"p": {"S": "none"}, "e": {"S": "none"}}}}
    assert not dynamodb.batch_write_item(RequestItems={f"earshot-{STAGE}-clips": [no_clip]})["UnprocessedItems"]
    with pytest.raises(ClientError, match="AccessDenied"):
        dynamodb.get_item(TableName=f"earshot-{STAGE}-accounts", Key={"address": {"S": "none"}})


def test_what_the_emulator_does_not_take_is_known(stack: Deployed) -> None:
    """G2: alarms of several metrics; the deployment of the socket API, which its stage does by itself there; and what
    refuses whoever comes without TLS."""
    kinds = {re.sub(r"\w*?(Alarm|Deployment|Policy)\w*", r"\1", name) for name in stack.left_out}
    assert kinds <= {"Alarm", "Deployment", "Policy"}, stack.left_out


async def _meet(stack: Deployed) -> None:
    async with Person.at(stack) as ada, Person.at(stack) as ben:
        await _sign_up(ada, stack)
        await ben.ask("POST", "/v1/session/age", GROWN_UP)
        await ben.ask("PUT", "/v1/consents", {"insights": True})
        room_id = await _join(ada, ben)
        await ada.ask("PUT", f"/v1/rooms/{room_id}/organiser")
        for who, tab in zip((ada, ben), TABS, strict=True):
            await who.follow(room_id, tab)
            await who.hear("room.changed")
        await _show(ada, ben, room_id)
        await _measure(ben, room_id)
        await ada.ask("DELETE", f"/v1/rooms/{room_id}", status=204)
        await ben.hear("room.ended")
        report = await _report(ada, room_id)
        assert [one["figures"]["talk_ms"] for one in report["people"]] == [1_000], report["people"]


async def _sign_up(who: Person, stack: Deployed) -> None:
    await who.ask("POST", "/v1/session/age", GROWN_UP)
    await who.ask("POST", "/v1/accounts", {"email": EMAIL, "password": PASSWORD}, status=202)
    [mail] = stack.mails()
    found = re.search(r"verify#token=([\w-]+)", mail)
    assert found, mail
    await who.ask("POST", "/v1/accounts/verify", {"token": found[1]})
    await who.ask("POST", "/v1/session/login", {"email": EMAIL, "password": PASSWORD})


async def _join(*people: Person) -> str:
    """They heard the same four seconds of one room, each from their own seat."""
    heard_from_ms = time.time() * 1_000 - LISTENED_MS
    answers = list[Any]()
    for seat, who in enumerate(people, 1):
        headers = {
            "Content-Type": "audio/wav", "Earshot-Join": str(uuid.uuid4()), "Earshot-Processing": "off",
            "Earshot-Recorded-At": str(heard_from_ms),
        }  # fmt: skip
        answers.append(await who.ask("POST", "/v1/joins", clip(f"room-a-seat-{seat}"), status=202, headers=headers))
    assert answers[-1]["status"] == "joined", answers
    return str(answers[-1]["room_id"])


async def _show(who: Person, other: Person, room_id: str) -> None:
    staged = await who.ask("POST", "/v1/content", {"url": LINK}, status=201, headers={"Earshot-Tab": TABS[0]})
    await who.ask("PUT", f"/v1/content/{staged['content_id']}/shown", {"room_id": room_id, "as": "card"})
    assert (await other.hear("content.shown"))["content"]["url"] == LINK


async def _measure(who: Person, room_id: str) -> None:
    """They talked for a second of the last three."""
    now = round(time.time() * 1_000)
    events = [{"kind": "talk", "from_ms": now - 2_000, "to_ms": now - 1_000}]
    body = {"sequence": 1, "events": events, "from_ms": now - 3_000, "to_ms": now, "sent_at_ms": now}
    path = f"/v1/rooms/{room_id}/insights"
    answer = await who.ask("POST", path, body, status=202, headers={"Earshot-Tab": TABS[1]})
    assert answer["accepted"] == 1, answer


async def _report(who: Person, meeting_id: str) -> Any:
    for _ in range(TRIES):
        found = await who.ask("GET", f"/v1/meetings/{meeting_id}/report")
        if found["status"] != "assembling":
            assert found["status"] == "ready", found
            return found["report"]
        await asyncio.sleep(PAUSE_S)
    raise AssertionError("the report did not come")


async def _go_round(stack: Deployed) -> None:
    aside = Deployed(stack.host, stack.http, stack.live, "x" * 43, {})
    async with Person.at(aside) as who:
        await who.ask("GET", "/health", status=403)


async def _ask_for_nothing(stack: Deployed) -> None:
    async with Person.at(stack) as who:
        for method, path, status in (("GET", "/nothing", 404), ("GET", "/v1/tabs", 404), ("PATCH", "/v1/rooms", 405)):
            found = await who.ask(method, path, status=status)
            assert found["type"].startswith("/problems/"), found
        await who.ask("HEAD", "/", status=200)
