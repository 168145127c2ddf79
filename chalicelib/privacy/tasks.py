"""What the schedule calls."""

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.runtime import clock, expiry

tasks = Blueprint(__name__)


@tasks.schedule(Rate(1, unit=Rate.MINUTES), name="reap")
def reap(_: CloudWatchEvent) -> None:
    """Deletes what has run out. A run that was missed, or comes twice, does no harm."""
    expiry.reap(now=clock.now())
