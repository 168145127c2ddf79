"""SAM's template as CloudFormation has it, as far as the emulator takes it.

`python expanded.py SAM_YAML OUT_JSON HOST` runs in .venv-stack, and alone. HOST is where the emulator listens; what is
left out, and why, goes to standard output as JSON, by the names of the resources.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import yaml
from samtranslator.translator.transform import transform

BUCKET, KEY = "package", "deployment.zip"
ANY, METHODS = "x-amazon-apigateway-any-method", ("get", "head", "options", "post", "put", "patch", "delete")
NO_MATH = "the emulator knows no alarm of several metrics"
NO_DEPLOYMENT = "the emulator deploys a socket API as it changes: its stage does so by itself here"

NO_TLS = "it refuses who comes without TLS, which nothing has on the loopback of one machine"


class NoManagedPolicies:
    """Nothing here names one."""

    def load(self) -> dict[str, str]:
        return {}


def expanded(template: dict[str, Any], host: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The template, and why what is missing is."""
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            one["Properties"]["CodeUri"] = {"Bucket": BUCKET, "Key": KEY}
    found = transform(template, {}, NoManagedPolicies())
    left_out = {name: reason for name, one in found["Resources"].items() if (reason := _refused(one))}
    for name in left_out:
        del found["Resources"][name]
    for one in found["Resources"].values():
        _adapt(one, left_out, host)
    return found, left_out


def _refused(one: dict[str, Any]) -> str | None:
    if one["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in one["Properties"]:
        return NO_MATH
    if one["Type"] in ("AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy"):
        return NO_TLS
    return NO_DEPLOYMENT if one["Type"] == "AWS::ApiGatewayV2::Deployment" else None


def _adapt(one: dict[str, Any], left_out: dict[str, str], host: str) -> None:
    waits = one.get("DependsOn", [])
    one["DependsOn"] = [name for name in ([waits] if isinstance(waits, str) else waits) if name not in left_out]
    if one["Type"] == "AWS::ApiGatewayV2::Stage":
        one["Properties"].pop("DeploymentId")
        one["Properties"]["AutoDeploy"] = True
    if one["Type"] == "AWS::ApiGateway::RestApi":  # of the document the emulator reads methods by name, and no more
        body = one["Properties"]["Body"]
        one["Properties"]["BinaryMediaTypes"] = body["x-amazon-apigateway-binary-media-types"]
        body["paths"] = {path: dict.fromkeys(METHODS, methods[ANY]) for path, methods in body["paths"].items()}
    if one["Type"] == "AWS::IAM::Role":  # the emulator asks for mail to anybody from anybody, AWS for whom it is from
        for policy in one["Properties"].get("Policies", ()):
            for statement in policy["PolicyDocument"]["Statement"]:
                if "ses:SendEmail" in statement["Action"]:
                    statement["Resource"] = "*"
    if one["Type"] == "AWS::Lambda::Function":  # no name of AWS's leads anywhere from this machine
        address = {"Fn::Sub": f"http://{host}/_aws/execute-api/${{WebsocketAPI}}/live"}
        one["Properties"]["Environment"]["Variables"]["EARSHOT_LIVE_ENDPOINT"] = address


if __name__ == "__main__":
    source, out, where = sys.argv[1:]
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    made, missing = expanded(yaml.safe_load(Path(source).read_text("utf-8")), where)
    Path(out).write_text(json.dumps(made), "utf-8")
    sys.stdout.write(json.dumps(missing))
