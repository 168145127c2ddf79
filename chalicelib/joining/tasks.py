"""The end of a clip, and the work of a crowd: what the queues call."""

from chalice.app import Blueprint, SQSEvent

from chalicelib.joining import crowd, service
from chalicelib.runtime import clock
from chalicelib.runtime.parsing import strict_json
from chalicelib.runtime.settings import settings

tasks = Blueprint(__name__)


@tasks.on_sqs_message(queue=settings().resource(service.EXPIRY_QUEUE), batch_size=10, name="expire_clips")
def expire_clips(event: SQSEvent) -> None:
    """Deleting what is gone already is no error, so a message may come twice."""
    for record in event:
        message = strict_json(record.body.encode())
        service.expire_clip(message["clip"], message["listed"])


@tasks.on_sqs_message(queue=settings().resource(crowd.QUEUE), batch_size=1, name="match_crowd")
def match_crowd(event: SQSEvent) -> None:
    """Either a round over a part of a crowded network, or a batch of its clips to compare. Both may come twice."""
    for record in event:
        message = strict_json(record.body.encode())
        if "compare" in message:
            for tag, *likeliest in message["compare"]:
                service.compare_in_crowd(tag, likeliest, waited=message.get("waited", False), now=clock.now())
        else:
            crowd.run_round(message["round"], now=clock.now())
