"""What the operator says of a deployment, as variables of `make deploy`: the stack keeps each until it is said anew."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


class Refused(ValueError):
    """What cannot be done as it is asked for; the message says what to do."""


@dataclass(frozen=True)
class Setting:
    """`parameter`: of infra/deployment.yaml; `stages`: where it cannot be done without."""

    name: str
    parameter: str
    pattern: str
    means: str
    example: str
    stages: tuple[str, ...] = ()


NONE = "none"
ADDRESS = r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+"
HOST = r"([a-z0-9-]+\.)+[a-z]{2,}"
SETTINGS = (
    Setting("MAIL_FROM", "MailFrom", rf"{ADDRESS}|[^<>\r\n]+<{ADDRESS}>", "the sender of all mail, verified in SES",
            "Earshot <noreply@example.org>", ("dev", "prod")),
    Setting("ALARM_ADDRESS", "AlarmAddress", ADDRESS, "who is mailed when an alarm goes off", "you@example.org",
            ("prod",)),
    Setting("DOMAIN", "Domain", HOST, "the host that people find Earshot under", "earshot.example.org"),
    Setting("CERTIFICATE", "Certificate", r"arn:aws[a-z-]*:acm:us-east-1:\d+:certificate/\S+",
            "the ARN of that host's certificate, which CloudFront takes from us-east-1 only",
            "arn:aws:acm:us-east-1:123456789012:certificate/…"),
    Setting("SUPPORT_URL", "SupportUrl", r"https://\S+", "another company's page for support", "https://help.example.org"),
)  # fmt: skip


def settings(environ: Mapping[str, str], before: Mapping[str, str], stage: str) -> dict[str, str]:
    """Values by parameter; what is not given stays as it was `before`, and `none` takes it away.

    Raises Refused, naming all that is wrong.
    """
    said = {one.parameter: environ.get(one.name) or before.get(one.parameter, "") for one in SETTINGS}
    found = {parameter: "" if value == NONE else value for parameter, value in said.items()}
    wrong = [complaint for one in SETTINGS if (complaint := _complaint(one, found[one.parameter], stage))]
    if bool(found["Domain"]) != bool(found["Certificate"]):
        wrong.append("DOMAIN and CERTIFICATE go together: one of them is not set.")
    if wrong:
        raise Refused("\n".join(wrong))
    return found


def _complaint(one: Setting, value: str, stage: str) -> str | None:
    how = f"It is {one.means}, as in: make deploy STAGE={stage} {one.name}='{one.example}'"
    if not value:
        return f"{one.name} is not set. {how}" if stage in one.stages else None
    return None if re.fullmatch(one.pattern, value) else f"{one.name} cannot be {value!r}. {how}"


def mail_host(mail_from: str) -> str:
    """`example.org` of `Earshot <noreply@example.org>`."""
    return mail_from.rpartition("@")[2].rstrip("> ")


def mail_address(mail_from: str) -> str:
    return mail_from.rpartition("<")[2].rstrip("> ")
