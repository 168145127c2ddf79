"""The environment, read once into one validated value."""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from botocore.exceptions import ClientError

from chalicelib.runtime.clients import make_client

STAGES = ("local", "dev", "prod")
COMING = "next:"  # before a secret that only opens until every process knows it (ADR 13); base64 has no colon
SECRET_MIN = 32  # bytes: the strength of every key derived from it


class MissingSetting(RuntimeError):
    """A setting is absent or unusable; the message names it."""


@dataclass(frozen=True)
class Settings:
    """`secrets`: roots of all derived keys, the newest first; `live_endpoint`: the @connections client's base URL.

    `coming`: what other processes may seal with already, and this one only opens.
    """

    stage: str
    secrets: tuple[bytes, ...]
    live_endpoint: str
    insecure_cookies: bool
    version: str
    origin: str = "http://127.0.0.1:8000"  # where people find the pages: links in mails begin with it
    mail_from: str = "Earshot <noreply@earshot.example>"
    workflows: str = "arn:aws:states:eu-central-1:123456789012:stateMachine"  # what a workflow's ARN begins with
    kms_key: str = ""  # wraps the organisers' keys when deployed; locally the secret does
    coming: tuple[bytes, ...] = ()
    edge_secrets: tuple[str, ...] = ()  # what the edge in front puts on each request; any of them will do
    mail_configuration: str = ""  # SES's set of rules for what is sent; on one machine there is none
    assets: str = "/assets"  # what the addresses of static files begin with: another one for other files
    support_url: str = ""  # another company's page for support, loaded for who asks for it; none unless set

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises MissingSetting, naming the variable, where one is absent or out of range."""
        stage = _required(environ, "EARSHOT_STAGE")
        if stage not in STAGES:
            raise MissingSetting(f"EARSHOT_STAGE must be one of {', '.join(STAGES)}, not {stage!r}")
        insecure = environ.get("EARSHOT_INSECURE_COOKIES") == "1"
        if insecure and stage != "local":
            raise MissingSetting("EARSHOT_INSECURE_COOKIES is for plain-http localhost only")
        secrets, coming = _secrets(environ)
        return cls(
            stage=stage,
            secrets=secrets,
            coming=coming,
            live_endpoint=_required(environ, "EARSHOT_LIVE_ENDPOINT"),
            insecure_cookies=insecure,
            version=environ.get("EARSHOT_VERSION", "0.1.0"),
            origin=_deployed(environ, "EARSHOT_ORIGIN", cls.origin).rstrip("/"),
            mail_from=_deployed(environ, "EARSHOT_MAIL_FROM", cls.mail_from),
            workflows=_deployed(environ, "EARSHOT_WORKFLOWS", cls.workflows),
            kms_key=environ.get("EARSHOT_KMS_KEY", "") if stage == "local" else _required(environ, "EARSHOT_KMS_KEY"),
            edge_secrets=_edge_secrets(environ) if stage != "local" else (),
            mail_configuration=environ.get("EARSHOT_MAIL_CONFIGURATION", ""),
            assets=environ.get("EARSHOT_ASSETS") or cls.assets,
            support_url=_https(environ, "EARSHOT_SUPPORT_URL"),
        )

    @property
    def secret(self) -> bytes:
        """The root in force; older ones only open what they sealed."""
        return self.secrets[0]

    @property
    def openers(self) -> tuple[bytes, ...]:
        """Whatever may have sealed what comes in."""
        return self.secrets + self.coming

    def resource(self, name: str) -> str:
        """The full name of a table or queue of infra/resources.yaml."""
        return f"earshot-{self.stage}-{name}"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """This process's settings; tests clear the cache after changing the environment."""
    return Settings.from_environ(os.environ)


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise MissingSetting(f"{name} is not set")
    return value


def _deployed(environ: Mapping[str, str], name: str, local: str) -> str:
    """What only a deployment must say."""
    return environ.get(name) or local if environ.get("EARSHOT_STAGE") == "local" else _required(environ, name)


def _edge_secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    """While one is replaced, both. Raises MissingSetting."""
    found = tuple(_required(environ, "EARSHOT_EDGE_SECRETS").split())
    if any(len(one) < SECRET_MIN for one in found):
        raise MissingSetting(f"EARSHOT_EDGE_SECRETS must hold at least {SECRET_MIN} characters each")
    return found


def _https(environ: Mapping[str, str], name: str) -> str:
    """An address that may stand in a page's policy; empty where there is none."""
    value = environ.get(name, "")
    if value and not re.fullmatch(r"https://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/?&=%-]*)?", value):
        raise MissingSetting(f"{name} must begin with https:// and hold nothing that an address need not hold")
    return value


def _secrets(environ: Mapping[str, str]) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Those in use, the newest first, and those to come.

    From EARSHOT_SECRET, or the SSM parameter that EARSHOT_SECRET_PARAMETER names; spaces between them.
    """
    parameter = environ.get("EARSHOT_SECRET_PARAMETER")
    if not parameter and not environ.get("EARSHOT_SECRET"):
        raise MissingSetting("Neither EARSHOT_SECRET nor EARSHOT_SECRET_PARAMETER is set")
    text = _parameter(parameter) if parameter else environ["EARSHOT_SECRET"]
    coming = [one for one in text.split() if one.startswith(COMING)]
    in_use = [one for one in text.split() if one not in coming]
    if not in_use:
        raise MissingSetting("EARSHOT_SECRET lists no secret that is in use")
    return tuple(map(_secret, in_use)), tuple(_secret(one.removeprefix(COMING)) for one in coming)


def _secret(text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise MissingSetting("EARSHOT_SECRET is not base64") from error
    if len(secret) < SECRET_MIN:
        raise MissingSetting(f"EARSHOT_SECRET must hold at least {SECRET_MIN} bytes")
    return secret


def _parameter(name: str) -> str:
    """A SecureString of the Parameter Store."""
    try:
        found = make_client("ssm").get_parameter(Name=name, WithDecryption=True)
    except ClientError as error:
        raise MissingSetting(f"EARSHOT_SECRET_PARAMETER names {name}, which cannot be read") from error
    return str(found["Parameter"]["Value"])
