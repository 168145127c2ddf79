"""The end of a clip, and the work of a crowd: what the queues call."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from chalice.app import Blueprint, SQSEvent

from chalicelib.joining import crowd, service
from chalicelib.lifetimes import SOUND_CLIP
from chalicelib.runtime import clock, lateness, problems
from chalicelib.runtime.parsing import strict_json
from chalicelib.runtime.settings import settings

tasks = Blueprint(__name__)


class Unfinished(Exception):
    """The references of what failed: the queue delivers the message again, while its clips live. Nobody's data."""


@tasks.on_sqs_message(queue=settings().resource(service.EXPIRY_QUEUE), batch_size=10, name="expire_clips")
def expire_clips(event: SQSEvent) -> None:
    """Deleting what is gone already is no error, so a message may come twice."""
    messages = [strict_json(record.body.encode()) for record in event]
    late_ms = list[int]()
    for message in messages:
        service.expire_clip(message["clip"], message["listed"])
        late_ms.append(clock.now() - message["over_ms"])
    lateness.report({SOUND_CLIP.kind: max(late_ms, default=0)})
    if messages:
        last_ms = max(int(message["over_ms"]) for message in messages)
        service.forget_verdicts([message["clip"] for message in messages], last_ms, now=clock.now())


@tasks.on_sqs_message(queue=settings().resource(crowd.QUEUE), batch_size=1, name="match_crowd")
def match_crowd(event: SQSEvent) -> None:
    """Either a round over a part of a crowded network, or a batch of its clips to compare. Both may come twice."""
    steps = [step for record in event for step in _steps(strict_json(record.body.encode()))]
    failed = [reference for step in steps if (reference := _failure(step))]
    if failed:
        raise Unfinished(", ".join(failed))


def _steps(message: Mapping[str, Any]) -> Iterator[Callable[..., object]]:
    """What a message asks for, each to be done whatever becomes of the others."""
    if "round" in message:
        yield partial(crowd.run_round, message["round"])
    for tag, *likeliest in message.get("compare", ()):
        yield partial(service.compare_in_crowd, tag, likeliest, waited=message.get("waited", False))


def _failure(step: Callable[..., object]) -> str | None:
    try:
        step(now=clock.now())
    except Exception as error:  # its message may quote a clip, and so would a trace
        return problems.unexpected(error, "crowd")[1]
    return None
