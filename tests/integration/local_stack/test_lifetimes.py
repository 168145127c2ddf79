"""How the promises stand on one machine, and what stands in for DynamoDB's TTL there."""

import json
import uuid
from typing import Any

import pytest

from chalicelib.joining.census import _key
from chalicelib.joining.crowd import _call
from chalicelib.joining.models import Notice
from chalicelib.lifetimes import CROWD_NOTICE, CROWD_ROUND, HOUR, MINUTE, SECOND, STAGED_CONTENT
from chalicelib.runtime import expiry, holdings, lateness
from chalicelib.runtime.settings import settings
from infra.local.aws import client
from infra.local.expired import AFTER_MS, delete_expired
from infra.local.lifetimes import page
from infra.local.resources import Resources
from infra.local.standing import QUEUES, WHICH, Standing, Watch, is_one, scanned, stored
from infra.local.testing import Serving
from tests.integration.local_stack.tiny import fetch
from tests.support.accounts import EMAIL, grown_up, mailed_token, register
from tests.support.belongings import owner_with_everything
from tests.support.world import World


def resources() -> Resources:
    sqs = client("sqs")
    queues = {settings().resource(name): sqs.get_queue_url(QueueName=settings().resource(name)) for name in QUEUES}
    tables = client("dynamodb").list_tables()["TableNames"]
    return Resources(tuple(tables), {name: one["QueueUrl"] for name, one in queues.items()}, {})


def standing(watch: Watch, kind: str) -> Standing:
    return next(one for one in watch.look() if one.kind == kind)


def test_every_item_is_of_one_kind(world: World) -> None:
    """F9: somebody with something in every kind of record; each item is recognised, as one kind alone."""
    owner_with_everything(world)

    here = stored(resources())
    unclear = [
        (table, item)
        for table, held in here.items()
        for item in scanned(table)
        if sum(is_one(item, one.record) for one in held) != 1
    ]
    assert unclear == []
    assert sum(one.living + one.overdue for one in Watch(resources()).look()) >= len(world.aws.items())
    assert set(here) == {one.removeprefix("earshot-local-") for one in world.aws.tables()}


def test_what_lives_what_is_overdue_and_how_late_it_was(world: World) -> None:
    """The four lifetimes: a link 30 minutes after the last heartbeat, the reaper being late by 20 s."""
    watch, kind = Watch(resources()), STAGED_CONTENT.kind
    staged = world.member().post(
        "/v1/content", json_body={"url": "https://example.org/a"}, headers={"Earshot-Tab": str(uuid.uuid4())}
    )
    assert staged.status == 201
    assert standing(watch, "tab").living == 1

    world.clock.advance(30 * MINUTE + 20 * SECOND)
    with lateness.heard_by(watch.hear):
        before = standing(watch, kind)
        expiry.reap(now=world.now)
    after = standing(watch, kind)

    assert (before.living, before.overdue) == (1, 0)  # an item's own deadline is the net below that of its tab
    assert (after.living, after.overdue, after.late_ms) == (0, 0, 20 * SECOND)
    assert standing(watch, "tab").late_ms == 0  # that a closed one is known for a day is another promise


def test_how_late_the_reaper_was_is_told_of_what_it_deletes(world: World) -> None:
    """F9: by whatever kind of entry; what no datum is deleted by stands by itself, at its own name."""
    watch = Watch(resources())
    for act, late_ms in (("unused-account", 3), ("registration", 5), ("form", 7), ("report-notice", 9), ("form", 2)):
        watch.hear(act, late_ms)
    late = {one.kind: one.late_ms for one in watch.look() if one.late_ms}
    forms = dict.fromkeys(("feedback", "enquiry", "survey-answer", "news-sent"), 7)
    assert late == {"account": 3, "registration": 5, "report-notice": 9, **forms}


def test_of_several_lifetimes_each_counts_by_itself(world: World) -> None:
    """F9: somebody who has begun to register has no account yet; which lifetime an item has is known of each record."""
    watch, browser = Watch(resources()), grown_up(world)
    kinds = ("registration", "account", "password-reset")

    def living() -> list[int]:
        return [standing(watch, kind).living for kind in kinds]

    assert register(browser).status == 202
    begun = living()
    assert (begun[0] > 0, begun[1:]) == (True, [0, 0])
    assert browser.post("/v1/accounts/verify", json_body={"token": mailed_token(world)}).status == 200
    assert living() == [0, 1, 0]
    assert browser.post("/v1/accounts/password-reset", json_body={"email": EMAIL}).status == 202
    assert living() == [0, 1, 1]
    several = {one.record: {*one.lifetimes} for one in holdings.held() if len(one.lifetimes) > 1}
    assert set(WHICH) == set(several)
    for name, kind in ((_key, CROWD_NOTICE), (_call, CROWD_ROUND)):
        notice = Notice(*name("place"))
        notice.lives_until(world.now + SECOND)
        assert WHICH[Notice](notice.serialize()) is kind


def test_the_worst_that_was_seen_is_remembered(world: World) -> None:
    """A session that nobody deletes, seen 90 s and then 10 s after an end, was 90 s late."""
    watch = Watch(resources())
    world.member()
    [item] = world.aws.items("sessions")
    world.clock.now_ms = int(item["expires_at_ms"]["N"]) + 90 * SECOND
    assert (standing(watch, "session").overdue, standing(watch, "session").late_ms) == (1, 90 * SECOND)

    world.clock.now_ms -= 80 * SECOND
    assert standing(watch, "session").late_ms == 90 * SECOND


@pytest.mark.parametrize(("past_ms", "stays"), [(AFTER_MS - SECOND, True), (AFTER_MS + SECOND, False)])
def test_what_has_run_out_goes_ten_minutes_later(world: World, past_ms: int, stays: bool) -> None:
    """What the engine of one machine lacks: nothing that has run out stays for ever, and nothing goes unseen."""
    world.member()
    [item] = world.aws.items("sessions")
    world.clock.now_ms = int(item["expires_at_ms"]["N"]) + past_ms

    delete_expired(resources())

    assert bool(world.aws.items("sessions")) == stays


def test_how_a_table_is_keyed_is_asked_once_a_table(world: World) -> None:
    """However much has run out in it."""
    for _ in range(3):
        world.member()
    world.clock.now_ms = max(int(one["expires_at_ms"]["N"]) for one in world.aws.items("sessions")) + 2 * AFTER_MS
    tables = [table for table in stored(resources()) if world.aws.items(table)]
    asked, events = list[str](), client("dynamodb").meta.events

    def note(params: Any, **_: object) -> None:
        asked.append(params["body"])

    events.register("before-call.dynamodb.DescribeTable", note)
    try:
        deleted = delete_expired(resources())
    finally:
        events.unregister("before-call.dynamodb.DescribeTable", note)

    assert deleted >= 3
    assert 0 < len(asked) == len(set(asked)) <= len(tables)


def test_what_lives_is_left_alone(world: World) -> None:
    owner_with_everything(world)
    world.clock.advance(HOUR - MINUTE)
    living = [one for one in world.aws.items() if int(one["expires_at_ms"]["N"]) > world.now]

    delete_expired(resources())

    assert living
    assert [one for one in living if one not in world.aws.items()] == []


def test_the_page_says_it_in_words_and_as_json(stack: Serving) -> None:
    """To whoever sits at this machine; here around an application that stores nothing of ours."""
    shown = fetch(stack.stack.port, "/dev/lifetimes")
    told = fetch(stack.stack.port, "/dev/lifetimes", headers={"Accept": "application/json"})

    assert (shown.status, told.status) == (200, 200)
    assert b"Nothing is past its end." in shown.body
    assert {"kind": "sound-clip", "living": 0, "overdue": 0, "late_ms": 0} in json.loads(told.body)["kinds"]
    assert fetch(stack.stack.port, "/dev/lifetimes", "POST").status == 404


def test_the_page_tells_what_is_overdue() -> None:
    shown = page([Standing("sound-clip", 2, 3, 1_500), Standing("<names>", late_ms=20)])

    assert "Past their end and not deleted yet: 3." in shown
    assert "<td>10 seconds</td><td>2</td><td>3</td><td>1.5 s</td>" in shown
    assert "&lt;names&gt;" in shown
