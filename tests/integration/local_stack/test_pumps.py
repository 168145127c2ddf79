"""Queues and streams: what AWS's pollers do for Lambda, done here."""

import threading
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws import client
from infra.local.pumps import STREAM_ATTEMPTS_MAX, QueuePump, StreamPump, failed_of
from infra.local.testing import Serving, serving
from tests.integration.local_stack.tiny import QUEUE, TABLE, Tiny, options

FAILURES = "earshot-local-failures"


def send(*bodies: str, delay_s: int | None = None) -> None:
    url = client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
    extra = {} if delay_s is None else {"DelaySeconds": delay_s}
    for body in bodies:
        client("sqs").send_message(QueueUrl=url, MessageBody=body, **extra)


def waiting(queue: str) -> int:
    url = client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, found.values()))


def queue_pump(stack: Serving) -> QueuePump:
    [queued] = stack.stack.handlers.queues
    return QueuePump(queued)


def test_messages_reach_the_handler_and_are_gone(stack: Serving, tiny: Tiny) -> None:
    """A4: the delay queue ends clips."""
    send("a", "b")

    assert queue_pump(stack).once() == 2
    assert tiny.seen == [["a", "b"]]
    assert queue_pump(stack).once() == waiting(QUEUE) == 0


def test_a_delayed_message_is_not_handed_over_early(stack: Serving, tiny: Tiny) -> None:
    """A4: 10 s, not at once."""
    send("later", delay_s=900)

    assert queue_pump(stack).once() == 0
    assert tiny.seen == []
    assert waiting(QUEUE) == 1


def test_of_a_batch_only_what_failed_comes_again(stack: Serving, tiny: Tiny) -> None:
    """ReportBatchItemFailures."""
    send("good", "bad")
    tiny.failing.add("bad")
    pump = queue_pump(stack)

    assert pump.once() == 1
    tiny.failing.clear()
    assert pump.once() == 1
    assert tiny.seen == [["good", "bad"], ["bad"]]


def test_a_handler_that_raises_gets_the_batch_again_and_then_the_dead_letter_queue_has_it(
    stack: Serving, tiny: Tiny
) -> None:
    """G2: dead-letter queues; the template allows two attempts."""
    send("a")
    tiny.failing.add("all")
    pump = queue_pump(stack)

    assert [pump.once() for _ in range(4)] == [0] * 4
    assert tiny.seen == [["a"], ["a"]]
    assert (waiting(QUEUE), waiting(FAILURES)) == (0, 1)


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": None}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "1"}]}, {"1"}),
        ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, {"1", "2"}),
        ({"batchItemFailures": [{}]}, {"1", "2"}),
    ],
)
def test_a_report_of_failures_is_read_as_lambda_reads_it(answer: Any, failed: set[str]) -> None:
    """AWS Lambda Developer Guide, "Reporting batch item failures": one it cannot read fails the whole batch."""
    records = [{"messageId": "1"}, {"messageId": "2"}]

    assert failed_of(lambda _event, _context: answer, "name", records, "messageId") == failed


def change(*keys: str) -> None:
    for key in keys:
        client("dynamodb").put_item(TableName=TABLE, Item={"pk": {"S": key}})


def stream_pump(stack: Serving) -> StreamPump:
    [streamed] = stack.stack.handlers.streams
    return StreamPump(streamed)


def test_changes_reach_the_stream_handler_in_order(stack: Serving, tiny: Tiny) -> None:
    """Docs/architecture: the stream pump."""
    pump = stream_pump(stack)
    change("a", "b")
    assert pump.once() == 2
    change("c")
    assert pump.once() == 1

    assert [one for batch in tiny.seen for one in batch] == [("INSERT", "a"), ("INSERT", "b"), ("INSERT", "c")]


def test_nothing_newer_overtakes_a_change_that_failed(stack: Serving, tiny: Tiny) -> None:
    pump = stream_pump(stack)
    change("a")
    tiny.failing.add("stream")
    assert pump.once() == 0
    change("b")
    tiny.failing.clear()

    assert [pump.once(), pump.once()] == [1, 1]
    assert tiny.seen == [[("INSERT", "a")], [("INSERT", "b")]]


def test_a_change_that_always_fails_does_not_block_for_ever(stack: Serving, tiny: Tiny) -> None:
    pump = stream_pump(stack)
    change("a")
    tiny.failing.add("stream")
    for _ in range(STREAM_ATTEMPTS_MAX):
        pump.once()
    tiny.failing.clear()
    change("b")

    assert pump.once() == 1
    assert tiny.seen == [[("INSERT", "b")]]


def test_the_running_stack_looks_by_itself(tiny: Tiny, tmp_path: Path) -> None:
    """G1."""
    with serving(options(tiny, tmp_path, poll_s=0.01)):
        send("hello")
        assert tiny.wait() == ["hello"]


def test_handlers_run_side_by_side(stack: Serving) -> None:
    """Eight that wait for each other would wait for ever if one ran after another."""
    together = threading.Barrier(8)

    async def run_all() -> list[int]:
        return [await one for one in [stack.stack.workers.run(together.wait, 10) for _ in range(8)]]

    assert sorted(stack.wait_for(run_all())) == list(range(8))
