"""What Lambda's pollers do on AWS: take from a queue or a stream, call the handler, keep what failed.

Each `once` is one poll, so that a test needs no waiting.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.runtime import problems
from infra.local.aws import client
from infra.local.chalice_app import Handler, Queued, Streamed
from infra.local.events import LambdaContext, queue_record, stream_record

RECEIVE_MAX = 10  # messages, SQS quota of one receive
STREAM_ATTEMPTS_MAX = 20  # of one batch, after which it is dropped as an expired one would be
Records = list[dict[str, Any]]


class QueuePump:
    """Feeds one queue's handler. What it fails comes back after the queue's visibility timeout."""

    def __init__(self, queued: Queued) -> None:
        self._queued = queued
        self._client = client("sqs")
        self._url = self._client.get_queue_url(QueueName=queued.queue)["QueueUrl"]

    def once(self) -> int:
        """The number of messages handled well."""
        messages = self._receive()
        if not messages:
            return 0
        records = [queue_record(message, self._queued.queue) for message in messages]
        failed = failed_of(self._queued.handler, self._queued.name, records, "messageId")
        done = [record for record in records if record["messageId"] not in failed]
        for record in done:
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=record["receiptHandle"])
        return len(done)

    def _receive(self) -> list[Mapping[str, Any]]:
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(self._queued.batch_size, RECEIVE_MAX),
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
            WaitTimeSeconds=0,
        )
        messages: list[Mapping[str, Any]] = answer.get("Messages", [])
        return messages


class StreamPump:
    """Feeds the handler of one table's stream, in order: what fails is tried again before anything newer."""

    def __init__(self, streamed: Streamed) -> None:
        self._streamed = streamed
        self._client = client("dynamodbstreams")
        self._arn = _stream_arn(streamed.table)
        self._iterators = [self._iterator(shard) for shard in self._shards()]
        self._waiting: Records = []
        self._attempts = 0

    def once(self) -> int:
        """The number of records handled well."""
        if not self._waiting:
            self._waiting, self._attempts = self._read(), 0
        return self._deliver() if self._waiting else 0

    def _deliver(self) -> int:
        batch = self._waiting[: self._streamed.batch_size]
        failed = failed_of(self._streamed.handler, self._streamed.name, batch, "dynamodb.SequenceNumber")
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        done = min((numbers.index(number) for number in failed if number in numbers), default=len(batch))
        self._attempts = self._attempts + 1 if failed else 0
        if self._attempts >= STREAM_ATTEMPTS_MAX:
            done, self._attempts = len(batch), 0
        self._waiting = self._waiting[done:]
        return done

    def _read(self) -> Records:
        answers = [self._client.get_records(ShardIterator=iterator, Limit=1_000) for iterator in self._iterators]
        self._iterators = [one["NextShardIterator"] for one in answers if one.get("NextShardIterator")]
        return [stream_record(record, self._arn) for one in answers for record in one["Records"]]

    def _shards(self) -> list[str]:
        described = self._client.describe_stream(StreamArn=self._arn)["StreamDescription"]
        return [shard["ShardId"] for shard in described["Shards"]]

    def _iterator(self, shard: str) -> str:
        answer = self._client.get_shard_iterator(StreamArn=self._arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        return str(answer["ShardIterator"])


def failed_of(handler: Handler, name: str, records: Records, identifier: str) -> set[str]:
    """The identifiers of the records that failed: all of them where the handler raised."""
    identify = functools.partial(_at, identifier.split("."))
    try:
        answer = handler({"Records": records}, LambdaContext(name))
    except Exception as error:
        problems.unexpected(error, name)
        return set(map(identify, records))
    return _reported(answer, records, identify)


def _reported(answer: Any, records: Records, identify: Callable[[Any], str]) -> set[str]:
    if not isinstance(answer, dict):
        return set()
    failures = {str(one.get("itemIdentifier") or "") for one in answer.get("batchItemFailures") or []}
    everything = set(map(identify, records))
    return failures if failures <= everything else everything  # Lambda's rule for a report it cannot read


def _at(path: list[str], record: Any) -> str:
    return str(functools.reduce(lambda value, key: value[key], path, record))


def _stream_arn(table: str) -> str:
    described = client("dynamodb").describe_table(TableName=table)["Table"]
    return str(described["LatestStreamArn"])
