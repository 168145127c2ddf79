"""The end of a clip: the delay queue calls when its 10 seconds are over."""

from chalice.app import Blueprint, SQSEvent

from chalicelib.joining import service
from chalicelib.runtime.ids import JoinId
from chalicelib.runtime.parsing import strict_json
from chalicelib.runtime.settings import settings

tasks = Blueprint(__name__)


@tasks.on_sqs_message(queue=settings().resource(service.EXPIRY_QUEUE), batch_size=10, name="expire_clips")
def expire_clips(event: SQSEvent) -> None:
    """Deleting what is gone already is no error, so a message may come twice."""
    for record in event:
        message = strict_json(record.body.encode())
        service.expire_clip(JoinId(message["join_id"]), message["places"])
