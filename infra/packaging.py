"""`make package`: the one CloudFormation template of a stage and what its functions run, into out/.

Chalice writes the template of the functions and both APIs; infra/resources.yaml and infra/deployment.yaml are merged
into it, then what Chalice has no setting for. Nothing of AWS is asked.
"""

import argparse
import base64
import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from chalice.cli.factory import CLIFactory
from chalice.deploy.packager import LambdaDeploymentPackager

from chalicelib.lifetimes import DAY, LOG
from infra import digests, policy
from infra.compiled import add_bytecode
from infra.live_api import deployed_when_changed
from infra.local.template import load_yaml
from infra.plain_yaml import dumped
from infra.rest_api import opened

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "chalicelib" / "web" / "static"
STAGES = ("dev", "prod")
ZIPPED_MAX = 50 * 2**20  # bytes, Lambda quota of a package that is uploaded as it is
HERE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
RELEASE = "0.1.0"
COMPRESSED_FROM = 1_024  # bytes, of what the functions answer: the edge compresses only what it may keep
MERGED = ("resources.yaml", "deployment.yaml")
# What the application asks for while Chalice imports it; the deployed one gets it from infra/deployment.yaml.
WHILE_PACKAGING = {
    "EARSHOT_SECRET": "A" * 44,
    "EARSHOT_LIVE_ENDPOINT": "https://localhost/live",
    "EARSHOT_ORIGIN": "https://localhost",
    "EARSHOT_MAIL_FROM": "nobody@localhost",
    "EARSHOT_WORKFLOWS": "arn:aws:states",
    "EARSHOT_KMS_KEY": "alias/none",
    "EARSHOT_EDGE_SECRETS": "A" * 44,
    "AWS_DEFAULT_REGION": "eu-central-1",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.packaging", description=__doc__)
    parser.add_argument("--stage", choices=STAGES, default="dev")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="the folder for what is made")
    parser.add_argument("--template-only", action="store_true", help="nothing is fetched for the functions to run")
    parser.add_argument("--here", action="store_true", help="for this machine's processor: for `make test-stack`")
    given = parser.parse_args()
    out, nothing = given.out.resolve(), patch.object(LambdaDeploymentPackager, "create_deployment_package", _nothing)
    prepare(given.stage, out)
    with nothing if given.template_only else nullcontext():
        _package(given.stage, out, HERE if given.here else None)
    path = out / "sam.yaml"
    template = finished(yaml.safe_load(path.read_text("utf-8")), given.stage)
    package = out / "deployment.zip"
    if not given.template_only:
        print(f"{add_bytecode(package, ROOT, os.environ)} modules compiled")
        version = template["Globals"]["Function"]["Environment"]["Variables"]["EARSHOT_VERSION"] = version_of(package)
        print(f"version {version}")
    path.write_text(dumped(template), "utf-8")
    size = package.stat().st_size
    print(f"{path}, and deployment.zip of {size / 2**20:.1f} MiB ({ZIPPED_MAX // 2**20} at most)")
    return 1 if size > ZIPPED_MAX else 0


def _package(stage: str, out: Path, architecture: str | None) -> None:
    """As `chalice package` does, with the policies that lie in `out`; for that architecture, if it is given."""
    os.environ.update({**WHILE_PACKAGING, "EARSHOT_STAGE": stage})
    os.environ.pop("EARSHOT_SECRET_PARAMETER", None)
    factory = CLIFactory(str(ROOT), environ=os.environ)
    config = factory.create_config_obj(stage)
    if architecture:
        config.config_from_disk["lambda_architecture"] = architecture
    for function, one in config.config_from_disk["lambda_functions"].items():
        one["iam_policy_file"] = str(out / "policies" / f"{function}.json")
    options = factory.create_package_options()
    packager = factory.create_app_packager(config, options, "cloudformation", "yaml", str(out / "merge.yaml"))
    packager.package_app(config, str(out), stage)


def _nothing(_: object, project_dir: str, *__: object) -> str:
    path = Path(project_dir) / ".chalice" / "deployments" / "nothing.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    return str(path)


def prepare(stage: str, out: Path) -> None:
    """What Chalice reads: the policies, and what it merges into its template."""
    (out / "policies").mkdir(parents=True, exist_ok=True)
    for function in policy.functions():
        text = json.dumps(policy.document(function), indent=2)
        (out / "policies" / f"{function}.json").write_text(text + "\n", "utf-8")
    (out / "merge.yaml").write_text(yaml.safe_dump(merged(stage)), "utf-8")


def merged(stage: str) -> dict[str, Any]:
    """Both of our templates as one, of that stage, with the workflows in it."""
    parts = [load_yaml(ROOT / "infra" / name) for name in MERGED]
    found: dict[str, Any] = {**parts[0], "Description": "Earshot", "Globals": parts[1]["Globals"]}
    for section in ("Parameters", "Conditions", "Resources", "Outputs"):
        given = [part.get(section, {}) for part in parts]
        found[section] = {**given[0], **given[1]}
    found["Parameters"]["Stage"] = {"Type": "String", "AllowedValues": [stage], "Default": stage}
    found["Globals"]["Function"]["Environment"]["Variables"]["EARSHOT_ASSETS"] = f"/assets/{digest_of_files()}"
    for one in found["Resources"].values():
        if place := one.get("Properties", {}).pop("DefinitionS3Location", None):
            one["Properties"]["DefinitionString"] = json.dumps(load_yaml(ROOT / "infra" / place))
    return found


def version_of(package: Path) -> str:
    """As /health says it of whatever is deployed: the release, and of which package."""
    return f"{RELEASE}+{digests.of_package(package)[:12]}"


def digest_of_files() -> str:
    """Of all static files, so that what is cached for ever has another address once any of them changes."""
    found = hashlib.blake2b(digest_size=9)
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        found.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return base64.urlsafe_b64encode(found.digest()).decode()


def finished(template: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """Chalice's template with what it has no setting for."""
    resources = deployed_when_changed(template["Resources"])
    for logical, one in list(resources.items()):
        if one["Type"] == "AWS::Serverless::Function":
            name = _name_of(logical)
            one["Properties"]["FunctionName"] = f"earshot-{stage}-{name}"
            if one["Properties"]["Handler"] != "app.app":  # Chalice names the subject's module, which connects nothing
                one["Properties"]["Handler"] = f"app.{name}"
            resources[f"{logical}Logs"] = _logs(stage, name)
            one["DependsOn"] = f"{logical}Logs"  # which no function may make
            _await_queues(one, resources)
        if one["Type"] == "AWS::CloudWatch::Alarm":
            one["Properties"]["AlarmActions"] = [{"Ref": "Alarms"}]
        if one["Type"] == "AWS::Serverless::Api":  # by its title CloudWatch tells the stages of an account apart
            one["Properties"]["DefinitionBody"]["info"]["title"] = f"earshot-{stage}"
            one["Properties"]["DefinitionBody"] = opened(one["Properties"]["DefinitionBody"])
            one["Properties"]["MinimumCompressionSize"] = COMPRESSED_FROM
        if stage == "dev":  # nobody's data: it goes with its stack
            one.update({policy: "Delete" for policy in ("DeletionPolicy", "UpdateReplacePolicy") if policy in one})
        if "E1010" in str(one.get("Metadata", {}).get("cfn-lint")):  # now it has everything that was missing
            one["Metadata"].pop("cfn-lint")
    return {**template, "Resources": resources}


def _await_queues(function: Mapping[str, Any], resources: Mapping[str, Any]) -> None:
    """Chalice names a queue by an ARN of its own making, for which nothing waits: there has to be a queue first."""
    queues = {key: one["Properties"] for key, one in resources.items() if one["Type"] == "AWS::SQS::Queue"}
    logical = {one["QueueName"]["Fn::Sub"].partition("}-")[2]: key for key, one in queues.items()}
    for source in function["Properties"].get("Events", {}).values():
        if source["Type"] == "SQS":
            _, _, name = source["Properties"]["Queue"]["Fn::Sub"].rpartition(":")[2].split("-", 2)
            source["Properties"]["Queue"] = {"Fn::GetAtt": [logical[name], "Arn"]}


def _logs(stage: str, name: str) -> dict[str, Any]:
    """There before the function, which may not make it; Chalice's own would wait for the function."""
    return {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {"LogGroupName": f"/aws/lambda/earshot-{stage}-{name}", "RetentionInDays": LOG.length_ms // DAY},
    }


def _name_of(logical: str) -> str:
    """`FoldReport` → `fold_report`, as the code and the policies have it."""
    if logical == "APIHandler":
        return "api_handler"
    return re.sub(r"(?<!^)([A-Z0-9])", r"_\1", logical).lower()


if __name__ == "__main__":
    sys.exit(main())
