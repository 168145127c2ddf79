"""Where a stage is: in which account and region, and how it is spoken of."""

import sys
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from infra.deploy.given import Refused
from infra.deploy.stacks import Stack

NO_CREDENTIALS = "AWS knows nobody here: log in (`aws sso login`) or name a profile (AWS_PROFILE=…), then try again."
NO_REGION = "No region is set. Say which, for example: AWS_DEFAULT_REGION=eu-central-1"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class Place:
    """A stage in an account: where everything of it is."""

    stage: str
    region: str
    account: str
    session: Any

    @property
    def artefacts(self) -> str:
        return f"earshot-{self.stage}-artefacts-{self.account}-{self.region}"

    def client(self, service: str, region: str | None = None) -> Any:
        return self.session.client(service, region_name=region or self.region)

    def stack(self) -> Stack:
        return Stack(self.client("cloudformation"), f"earshot-{self.stage}", say)


def place_of(stage: str) -> Place:
    """Raises Refused where AWS cannot be asked."""
    session = boto3.session.Session()
    try:
        account = session.client("sts").get_caller_identity()["Account"]
    except NoRegionError as error:
        raise Refused(NO_REGION) from error
    except NoCredentialsError as error:
        raise Refused(NO_CREDENTIALS) from error
    except (ClientError, BotoCoreError) as error:  # run out, or of nobody any more
        raise Refused(f"{NO_CREDENTIALS}\n({error})") from error
    if not session.region_name:
        raise Refused(NO_REGION)
    return Place(stage, session.region_name, account, session)
