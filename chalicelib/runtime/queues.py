"""Delayed messages: SQS calls a handler when something's time has come."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import boto3
import msgspec
from botocore.config import Config

from chalicelib.runtime.settings import settings

DELAY_MAX = 900  # seconds, SQS quota


def send_later(queue: str, message: Mapping[str, Any], *, delay_s: int) -> None:
    """Puts `message` on the queue of that short name; it is delivered after `delay_s`, at least once."""
    _client().send_message(
        QueueUrl=_url(settings().resource(queue)),
        MessageBody=msgspec.json.encode(message).decode(),
        DelaySeconds=min(max(delay_s, 0), DELAY_MAX),
    )


@lru_cache(maxsize=1)
def _client() -> Any:
    return boto3.client("sqs", config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2}))


@lru_cache(maxsize=16)
def _url(name: str) -> str:
    return str(_client().get_queue_url(QueueName=name)["QueueUrl"])
