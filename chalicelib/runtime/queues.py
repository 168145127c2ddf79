"""Messages for later, or for another process: SQS calls a handler."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from chalicelib.runtime.clients import make_client
from chalicelib.runtime.settings import settings

DELAY_MAX = 900  # seconds, SQS quota
BATCH_MAX = 10  # messages, SQS quota


def send_later(queue: str, message: Mapping[str, Any], *, delay_s: int) -> None:
    """Puts `message` on the queue of that short name; it is delivered after `delay_s`, at least once."""
    _client().send_message(
        QueueUrl=_url(settings().resource(queue)),
        MessageBody=msgspec.json.encode(message).decode(),
        DelaySeconds=min(max(delay_s, 0), DELAY_MAX),
    )


def send_all(queue: str, messages: Sequence[Mapping[str, Any]]) -> None:
    """Puts the messages on the queue of that short name, ten a request; each is delivered soon, at least once."""
    for start in range(0, len(messages), BATCH_MAX):
        part = messages[start : start + BATCH_MAX]
        bodies = [msgspec.json.encode(one).decode() for one in part]
        entries = [{"Id": str(index), "MessageBody": body} for index, body in enumerate(bodies)]
        answer = _client().send_message_batch(QueueUrl=_url(settings().resource(queue)), Entries=entries)
        for failed in answer.get("Failed", ()):  # one by one it succeeds, or says why not
            send_later(queue, part[int(failed["Id"])], delay_s=0)


@lru_cache(maxsize=1)
def _client() -> Any:
    return make_client("sqs")


@lru_cache(maxsize=16)
def _url(name: str) -> str:
    return str(_client().get_queue_url(QueueName=name)["QueueUrl"])
