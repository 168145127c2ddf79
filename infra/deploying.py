"""`make deploy`, `make destroy`, `make rotate`: a stage in the owner's AWS account (docs/runbook.md).

check      are the settings there and the credentials good? before a minute of packaging
deploy     what `make package` has put into out/, as one CloudFormation stack
destroy    the stage and all of its data, after asking
rotate     one step of replacing a secret, to be followed by a deployment
environ    what its functions find in their environment, as lines for a shell: for the operator's own commands
"""

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import BotoCoreError, ClientError

from infra import digests
from infra.deploy import buckets, destroying, firewall, keys
from infra.deploy.given import Refused, mail_address, mail_host, settings
from infra.deploy.places import Place, place_of, say
from infra.deploy.stacks import Stack, StackFailed
from infra.packaging import ROOT, STAGES, STATIC
from infra.plain_yaml import dumped

NOT_YET_KNOWN = "https://not-yet-known.invalid"  # as in infra/deployment.yaml
FAILED = "Mend the cause, then run the same command again: it goes on from where things are. docs/runbook.md says more."
BROKEN_OFF = "Broken off. What AWS has begun it goes on with: run the same command again in a while."


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0 where all is well."""
    parser = argparse.ArgumentParser(prog="python -m infra.deploying", description=__doc__)
    parser.add_argument("act", choices=ACTS)
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="where `make package` has put what it made")
    parser.add_argument("--secret", choices=keys.PARAMETERS, help="which one to rotate")
    parser.add_argument("--step", choices=keys.STEPS, help="which step of it")
    given = parser.parse_args(arguments)
    try:
        ACTS[given.act](place_of(given.stage), given)
    except (Refused, StackFailed) as refusal:
        say(f"{refusal}\n{FAILED if isinstance(refusal, StackFailed) else ''}".rstrip())
        return 1
    except (ClientError, BotoCoreError) as error:
        say(f"AWS refused: {error}\n{FAILED}")
        return 1
    except (KeyboardInterrupt, EOFError):  # Ctrl-C, or nobody there to be asked
        say(BROKEN_OFF)
        return 1
    return 0


def check(place: Place, _: argparse.Namespace) -> None:
    given = settings(os.environ, place.stack().parameters(), place.stage)
    check_sender(place, given["MailFrom"])
    say(f"Account {place.account}, {place.region}, stage {place.stage}.")


def check_sender(place: Place, mail_from: str) -> None:
    """Raises Refused where SES would refuse every mail: the address or its host must be verified there."""
    mail = place.client("sesv2")
    for identity in (mail_address(mail_from), mail_host(mail_from)):
        try:
            if mail.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"]:
                return
        except mail.exceptions.NotFoundException:
            continue
    host = mail_host(mail_from)
    raise Refused(
        f"SES in {place.region} has verified neither {mail_address(mail_from)} nor {host}. First: "
        f"aws sesv2 create-email-identity --email-identity {host}, then what its answer asks for."
    )


def deploy(place: Place, asked: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> None:
    """Again without changes does nothing. Raises Refused, StackFailed."""
    stack = place.stack()
    before = stack.parameters()
    given = settings(environ, before, place.stage)
    check_sender(place, given["MailFrom"])
    wall = firewall.ensured(place, environ.get("FIREWALL", ""), before.get("Firewall", ""), say)
    parameters = {**given, **secrets_of(place), "Firewall": wall, "Origin": _origin(given, stack) or NOT_YET_KNOWN}
    address = _uploaded(place, asked.out)
    _put_files(place, stack, asked.out)  # before the functions name them, where there is a bucket already
    changed = stack.change(address, parameters)
    _put_files(place, stack, asked.out)
    origin = _origin(given, stack)
    if parameters["Origin"] != origin:  # the first time: the distribution's name is known by now
        say(f"Every function is told that people find it under {origin}.")
        changed |= stack.change(address, {**parameters, "Origin": origin})
    if place.stage == "prod":
        stack.protect(True)
    firewall.drop_unused(place, wall, say)
    _forget_old(place, stack, asked.out, address)
    say("Deployed." if changed else "Nothing to change: what is deployed is what is here.")
    say(f"Earshot is at {origin}")


def secrets_of(place: Place) -> dict[str, str]:
    """The parameters that pass them on. The version of the first makes functions start anew when it changes."""
    ssm = place.client("ssm")
    _, version = keys.ensure(ssm, "cookies", place.stage)
    edge, _ = keys.ensure(ssm, "edge", place.stage)
    return {"SecretVersion": str(version), "EdgeSecret": edge[0], "EdgeSecrets": " ".join(edge)}


def _origin(given: Mapping[str, str], stack: Stack) -> str:
    """What people find it under; empty where nobody knows yet."""
    host = given["Domain"] or stack.outputs().get("EdgeDomain", "")
    return f"https://{host}" if host else ""


def _template(place: Place, out: Path) -> Any:
    """Raises Refused where it is another stage's."""
    template = yaml.safe_load((out / "sam.yaml").read_text("utf-8"))
    of = template["Parameters"]["Stage"]["Default"]
    if of != place.stage:
        raise Refused(f"{out} holds what is for {of}. First: make package STAGE={place.stage}")
    return template


def _uploaded(place: Place, out: Path) -> str:
    """The package and the template that names it, in the bucket they are deployed from; the template's address."""
    s3, template = place.client("s3"), _template(place, out)
    buckets.make_private(s3, place.artefacts, place.region, place.account)
    key = buckets.put_package(s3, place.artefacts, out / "deployment.zip")
    for one in template["Resources"].values():
        if "CodeUri" in one.get("Properties", {}):
            one["Properties"]["CodeUri"] = f"s3://{place.artefacts}/{key}"
    return buckets.put_template(s3, place.artefacts, dumped(template), place.region)


def _put_files(place: Place, stack: Stack, out: Path) -> None:
    bucket = stack.outputs().get("FilesBucket")
    if bucket is None:
        return
    everywhere = _template(place, out)["Globals"]["Function"]["Environment"]["Variables"]
    prefix = everywhere["EARSHOT_ASSETS"].strip("/")
    if new := buckets.put_files(place.client("s3"), bucket, STATIC, prefix):
        say(f"{new} files for browsers are under /{prefix}.")


def _forget_old(place: Place, stack: Stack, out: Path, address: str) -> None:
    s3, now = place.client("s3"), datetime.now(UTC)
    everywhere = _template(place, out)["Globals"]["Function"]["Environment"]["Variables"]
    package = f"{digests.of_package(out / 'deployment.zip')}.zip"
    buckets.forget_old(s3, place.artefacts, "packages", {package}, now)
    buckets.forget_old(s3, place.artefacts, "templates", {address.rpartition("/")[2]}, now)
    files = everywhere["EARSHOT_ASSETS"].rpartition("/")[2]
    if buckets.forget_old(s3, stack.outputs()["FilesBucket"], "assets", {files}, now):
        say(f"Files for browsers of more than {buckets.KEPT_DAYS} days ago are gone.")


def destroy(place: Place, _: argparse.Namespace) -> None:
    destroying.destroy(place, say, input)


def rotate(place: Place, asked: argparse.Namespace) -> None:
    if not asked.secret or not asked.step:
        raise Refused("Say which and what, as in: make rotate STAGE=prod SECRET=cookies STEP=announce")
    keys.replace(place.client("ssm"), asked.secret, place.stage, asked.step)
    say(f"Now tell every function: make deploy STAGE={place.stage}")


def environ(place: Place, _: argparse.Namespace) -> None:
    """Raises Refused where the stage is not there."""
    functions = place.client("lambda")
    try:
        found = functions.get_function_configuration(FunctionName=f"earshot-{place.stage}-api_handler")
    except functions.exceptions.ResourceNotFoundException as error:
        raise Refused(f"There is no stage {place.stage} in account {place.account}, {place.region}.") from error
    for name, value in sorted(found["Environment"]["Variables"].items()):
        say(f"export {name}={shlex.quote(value)}")


ACTS: Mapping[str, Callable[[Place, argparse.Namespace], None]] = {
    "check": check,
    "deploy": deploy,
    "destroy": destroy,
    "rotate": rotate,
    "environ": environ,
}

if __name__ == "__main__":
    sys.exit(main())
