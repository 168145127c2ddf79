"""The firewall in front of the edge: a stack of its own in us-east-1, where AWS wants it, for who asks for one."""

from collections.abc import Callable
from pathlib import Path

from infra.deploy import buckets
from infra.deploy.given import Refused
from infra.deploy.places import Place
from infra.deploy.stacks import Stack

REGION = "us-east-1"
TEMPLATE = Path(__file__).resolve().parent.parent / "firewall.yaml"


def ensured(place: Place, wanted: str, before: str, say: Callable[[str], None]) -> str:
    """The ARN of the rules in force, empty for none. `wanted`: yes, no, or empty to leave it as it is.

    Raises Refused, StackFailed.
    """
    if wanted not in ("", "yes", "no"):
        raise Refused(f"FIREWALL is yes or no, not {wanted!r}.")
    if wanted == "no" or not (wanted or before):
        return ""
    s3, bucket = place.client("s3", REGION), artefacts(place)
    buckets.make_private(s3, bucket, REGION, place.account)
    stack = stack_of(place, say)
    stack.change(buckets.put_template(s3, bucket, TEMPLATE.read_text("utf-8"), REGION), {"Stage": place.stage})
    return stack.outputs()["Firewall"]


def drop_unused(place: Place, used: str, say: Callable[[str], None]) -> None:
    """Once the distribution does without it: before, AWS would not let it go."""
    stack = stack_of(place, say)
    if not used and stack.is_there():
        stack.delete()


def stack_of(place: Place, say: Callable[[str], None]) -> Stack:
    return Stack(place.client("cloudformation", REGION), f"earshot-{place.stage}-firewall", say)


def artefacts(place: Place) -> str:
    return f"earshot-{place.stage}-artefacts-{place.account}-{REGION}"
