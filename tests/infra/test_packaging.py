"""The template that deploys, as `make package` writes it (G1, G2, G6)."""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.lifetimes import DAY, LOG
from chalicelib.runtime.http import PAGE_POLICY, SECURITY_HEADERS
from infra import policy
from infra.deploy.destroying import KEY_IS
from infra.deploy.given import SETTINGS
from infra.deploying import NOT_YET_KNOWN
from infra.live_api import deployed_when_changed
from infra.packaging import ROOT, digest_of_files, finished, version_of
from infra.plain_yaml import dumped

Resources = Mapping[str, Mapping[str, Any]]
SETTLED_S = 120  # what files an entry for the reaper has ended by then (chalicelib/runtime/expiry.py)
# by which state machines, gateways, buckets and the edge would log, too, each to a place of its own
LOGS_BY_ITSELF = {"LoggingConfiguration", "AccessLogSetting", "AccessLogSettings", "LoggingLevel", "Logging",
                  "LoggingConfig", "RealtimeLogConfigArn"}  # fmt: skip
LASTS = {"fold_report", "assemble_report", "publish_report", "forget_report", "erase_held", "check_erased",
         "gather_export"}  # fmt: skip


def of_type(template: Mapping[str, Any], kind: str) -> dict[str, Mapping[str, Any]]:
    return {logical: one["Properties"] for logical, one in template["Resources"].items() if one["Type"] == kind}


def functions(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """By the name in the code."""
    found = of_type(template, "AWS::Serverless::Function").values()
    return {one["FunctionName"].removeprefix("earshot-prod-"): one for one in found}


def test_every_function_has_its_name_its_size_and_a_role_of_its_own(template: dict[str, Any]) -> None:
    """G2: one policy a function; arm64; none lasts longer than the reaper reckons with, but the workflows' tasks."""
    found = functions(template)
    assert set(found) == set(policy.functions())
    assert {one["Architectures"][0] for one in found.values()} == {"arm64"}
    assert len({one["Role"]["Fn::GetAtt"][0] for one in found.values()}) == len(found)
    assert {name for name, one in found.items() if one["Timeout"] >= SETTLED_S} == LASTS
    assert all(one["MemorySize"] >= 256 for one in found.values())


def test_every_function_logs_for_as_long_as_is_said(template: dict[str, Any]) -> None:
    """G6, F9: a log group that nobody has said anything about fails here."""
    groups = of_type(template, "AWS::Logs::LogGroup").values()
    assert {one["LogGroupName"] for one in groups} == {f"/aws/lambda/earshot-prod-{one}" for one in functions(template)}
    assert {one["RetentionInDays"] * DAY for one in groups} == {LOG.length_ms}
    assert [path for path in paths(template) if path[-1] in LOGS_BY_ITSELF] == [], "what else logs, into which group?"


def paths(value: Any, *above: str) -> Iterator[tuple[str, ...]]:
    """Of every property in the template, the names that lead to it."""
    for name, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*above, str(name))
        yield from paths(one, *above, str(name))


def statements(template: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for logical, role in of_type(template, "AWS::IAM::Role").items():
        for one in role["Policies"]:
            yield from ((logical, each) for each in one["PolicyDocument"]["Statement"])


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_role_may_do_anything_to_everything(template: dict[str, Any]) -> None:
    """G2: no wildcard among the actions, none alone as a resource; a tail may be open within what is ours."""
    found = list(statements(template))
    assert len({logical for logical, _ in found}) >= 22
    for logical, one in found:
        actions, resources = listed(one["Action"]), [json.dumps(each) for each in listed(one["Resource"])]
        assert not [each for each in actions if "*" in each], logical
        assert not [each for each in resources if each.endswith((':*"', '"*"')) and "earshot" not in each], logical


@pytest.mark.parametrize("function", policy.functions())
def test_a_policy_fits_into_its_role(function: str) -> None:
    """G2: IAM counts what is not white space."""
    text = json.dumps(policy.document(function), separators=(",", ":"))
    assert len(text) < policy.INLINE_MAX


def references(value: Any) -> Iterator[str]:
    """Logical ids that a value refers to, in whichever way."""
    if isinstance(value, list):
        for one in value:
            yield from references(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "Ref":
                yield one
            elif name == "Fn::GetAtt":
                yield one[0] if isinstance(one, list) else one.partition(".")[0]
            elif name == "Fn::Sub":
                text = one[0] if isinstance(one, list) else one
                yield from (part.partition("}")[0].partition(".")[0] for part in text.split("${")[1:])
            elif name == "DependsOn":
                yield from listed(one)
            else:
                yield from references(one)


def test_nothing_waits_for_itself(template: dict[str, Any]) -> None:
    """G1: no cycle between functions, distribution and state machines, which CloudFormation could not make."""
    resources, everywhere = template["Resources"], template["Globals"]["Function"]
    needs = {
        logical: {*references(one), *(references(everywhere) if one["Type"] == "AWS::Serverless::Function" else ())}
        & set(resources)
        for logical, one in resources.items()
    }
    made: set[str] = set()
    while ready := {logical for logical, some in needs.items() if logical not in made and some <= made}:
        made |= ready
    assert made == set(resources)


def test_a_workflow_knows_its_functions(template: dict[str, Any]) -> None:
    """D6: every place in a definition is filled by a function that is there, which the workflow may call."""
    machines = of_type(template, "AWS::StepFunctions::StateMachine")
    assert len(machines) == 3
    for one in machines.values():
        places = {part.partition("}")[0] for part in one["DefinitionString"].split("${")[1:]}
        assert places == set(one["DefinitionSubstitutions"])
        role = template["Resources"][one["RoleArn"]["Fn::GetAtt"][0]]
        assert set(references(role)) == set(references(one["DefinitionSubstitutions"])) <= set(template["Resources"])


def test_everything_comes_through_the_edge(template: dict[str, Any]) -> None:
    """G1, G6: encrypted, with its secret, never with the viewer's Host; files are cached for ever, answers never."""
    [edge] = [one["DistributionConfig"] for one in of_type(template, "AWS::CloudFront::Distribution").values()]
    ours = [one for one in edge["Origins"] if one["Id"] != "files"]
    assert [one["OriginCustomHeaders"][0]["HeaderName"] for one in ours] == ["Earshot-Edge"] * 2
    assert {one["CustomOriginConfig"]["OriginProtocolPolicy"] for one in ours} == {"https-only"}
    behaviours = [edge["DefaultCacheBehavior"], *edge["CacheBehaviors"]]
    assert {one["ViewerProtocolPolicy"] for one in behaviours} <= {"https-only", "redirect-to-https"}
    assert [one["PathPattern"] for one in edge["CacheBehaviors"]] == ["/live", "/assets/*"]
    assert edge["HttpVersion"] == "http2and3"
    [to] = [
        one["OriginRequestPolicyConfig"] for one in of_type(template, "AWS::CloudFront::OriginRequestPolicy").values()
    ]
    assert to["HeadersConfig"] == {"HeaderBehavior": "allExcept", "Headers": ["Host"]}


def test_whoever_is_without_cookies_is_known_through_the_edge(template: dict[str, Any]) -> None:
    """C4: CloudFront takes Authorization off GET unless it is part of what answers are kept by; pages come small."""
    [kept] = [one["CachePolicyConfig"] for one in of_type(template, "AWS::CloudFront::CachePolicy").values()]
    by_headers = kept["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]
    assert by_headers["HeaderBehavior"] == "whitelist"
    assert "Authorization" in by_headers["Headers"]
    [rest] = of_type(template, "AWS::Serverless::Api").values()
    assert 0 < rest["MinimumCompressionSize"] <= 1_024


def test_the_address_of_a_file_says_what_is_in_it(template: dict[str, Any]) -> None:
    """G1: so that it can be cached for ever."""
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["EARSHOT_ASSETS"] == f"/assets/{digest_of_files()}"


def test_files_have_the_headers_that_answers_have(template: dict[str, Any]) -> None:
    """C8: each of them, but how long they are kept, which each says itself; a worker obeys the policy of its file."""
    [said] = [
        one["ResponseHeadersPolicyConfig"]
        for one in of_type(template, "AWS::CloudFront::ResponseHeadersPolicy").values()
    ]
    by_name, custom = said["SecurityHeadersConfig"], said["CustomHeadersConfig"]["Items"]
    tls = by_name["StrictTransportSecurity"]
    found = {one["Header"]: one["Value"] for one in custom} | {
        "Strict-Transport-Security": f"max-age={tls['AccessControlMaxAgeSec']}; includeSubDomains",
        "X-Content-Type-Options": "nosniff" if "ContentTypeOptions" in by_name else None,
        "Referrer-Policy": by_name["ReferrerPolicy"]["ReferrerPolicy"],
        "Content-Security-Policy": by_name["ContentSecurityPolicy"]["ContentSecurityPolicy"],
    }
    assert tls["IncludeSubdomains"]
    assert found | {"Cache-Control": "no-store"} == {**SECURITY_HEADERS, "Content-Security-Policy": PAGE_POLICY}
    assert "Cache-Control" not in found, "an error of the bucket's would be kept for a year"


def test_somebody_is_told_of_a_workflow_that_failed(template: dict[str, Any]) -> None:
    """G3, D6, F4: of each, by one rule, which tells its name and nothing of what it was given."""
    [rule] = of_type(template, "AWS::Events::Rule").values()
    [target] = rule["Targets"]
    failed = rule["EventPattern"]["detail"]
    assert set(failed["status"]) == {"FAILED", "TIMED_OUT"}
    told_of = {one["Fn::Sub"].rpartition(":")[2] for one in failed["stateMachineArn"]}
    machines = of_type(template, "AWS::StepFunctions::StateMachine").values()
    assert told_of == {one["StateMachineName"]["Fn::Sub"] for one in machines}
    assert target["Arn"] == {"Ref": "Alarms"}
    read = set(target["InputTransformer"]["InputPathsMap"].values())
    assert read == {"$.detail.stateMachineArn", "$.detail.name", "$.detail.status"}
    [policy] = of_type(template, "AWS::SNS::TopicPolicy").values()
    told_by = {one["Principal"]["Service"] for one in policy["PolicyDocument"]["Statement"]}
    assert told_by == {"cloudwatch.amazonaws.com", "events.amazonaws.com"}


def test_alarms_stay_within_what_is_free(template: dict[str, Any]) -> None:
    """G3: ten of those that name a metric; those that ask by a query are paid by what they find."""
    named = [one for one in of_type(template, "AWS::CloudWatch::Alarm").values() if "MetricName" in one]
    assert len(named) <= 10


def test_the_socket_api_is_deployed_anew_where_it_has_changed(template: dict[str, Any]) -> None:
    """G2: else its stage would serve the routes of the first day."""
    [name] = of_type(template, "AWS::ApiGatewayV2::Deployment")
    [stage] = of_type(template, "AWS::ApiGatewayV2::Stage").values()
    assert stage["DeploymentId"] == {"Ref": name}
    assert re.fullmatch(r"WebsocketAPIDeployment[0-9a-f]{10}", name)
    changed = deepcopy(template["Resources"])
    assert deployed_when_changed(changed).keys() == deployed_when_changed(deepcopy(changed)).keys()
    changed["WebsocketMessageAPIIntegration"]["Properties"]["TimeoutInMillis"] = 5_000
    before, after = ({*deployed_when_changed(deepcopy(one))} for one in (template["Resources"], changed))
    assert len(after - before) == len(before - after) == 1


def test_a_deployment_says_which_one_it_is(tmp_path: Path, template: dict[str, Any]) -> None:
    """G2: at /health; another package is another version."""
    found = []
    for contents in ("a = 1", "a = 2"):
        with zipfile.ZipFile(tmp_path / "package.zip", "w") as made:
            made.writestr("app.py", contents)
        found.append(version_of(tmp_path / "package.zip"))
    assert found[0] != found[1]
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{12}", found[0])
    assert "EARSHOT_VERSION" in template["Globals"]["Function"]["Environment"]["Variables"]


def test_somebody_is_told_of_every_alarm(template: dict[str, Any]) -> None:
    """G3: or by mail to whoever the deployment names."""
    found = of_type(template, "AWS::CloudWatch::Alarm").values()
    assert len(found) >= 10
    assert {"AWS/Lambda", "AWS/ApiGateway", "AWS/SQS", "AWS/SES", "Earshot"} <= {one.get("Namespace") for one in found}
    assert all(one["AlarmActions"] == [{"Ref": "Alarms"}] for one in found)


def test_what_a_deployment_says_and_reads_is_in_the_template(template: dict[str, Any]) -> None:
    """G2: and where the template waits for a parameter, it is given."""
    given = {"Origin", "Firewall", "SecretVersion", "EdgeSecret", "EdgeSecrets", *(one.parameter for one in SETTINGS)}
    assert set(template["Parameters"]) == {"Stage", *given}
    assert template["Parameters"]["Origin"]["Default"] == NOT_YET_KNOWN
    assert {"EdgeDomain", "FilesBucket"} <= set(template["Outputs"])
    [key] = of_type(template, "AWS::KMS::Key").values()
    assert key["Description"] == {"Fn::Sub": KEY_IS.format(stage="${Stage}")}


def test_what_people_have_outlives_the_stack_of_prod_alone(template: dict[str, Any]) -> None:
    """G2: what a mistake must not cost; dev has nobody's data and goes whole."""
    kept = {logical for logical, one in template["Resources"].items() if one.get("DeletionPolicy") == "Retain"}
    assert {
        "AccountsTable",
        "ConsentsTable",
        "MeetingsTable",
        "ReportsTable",
        "OrganiserKeysTable",
        "OrganiserKey",
    } <= kept
    of_dev = finished({"Resources": {name: dict(template["Resources"][name]) for name in kept}}, "dev")["Resources"]
    policies = {one[policy] for one in of_dev.values() for policy in ("DeletionPolicy", "UpdateReplacePolicy")}
    assert policies == {"Delete"}


def test_the_package_needs_nothing_of_this_machine() -> None:
    """G1: the folder that is packaged is a fresh clone's."""
    config = json.loads(Path(ROOT / ".chalice" / "config.json").read_text())
    assert set(config["lambda_functions"]) == set(policy.functions())


def test_the_template_has_no_aliases(template: dict[str, Any]) -> None:
    """G2: CloudFormation refuses them; the linter does not look for them where SAM is to transform it."""
    shared = {"Role": ["a"]}
    assert any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(yaml.safe_dump([shared, shared])))
    assert not any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(dumped([shared, shared])))
    assert not any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(dumped(template)))


def test_what_calls_a_function_is_there_before_and_so_is_what_it_logs_into(template: dict[str, Any]) -> None:
    """G2: a queue that is not there cannot be read from, and no function may make its own log group."""
    found = {key: one for key, one in template["Resources"].items() if one["Type"] == "AWS::Serverless::Function"}
    events = [event for one in found.values() for event in one["Properties"].get("Events", {}).values()]
    queues = [event["Properties"]["Queue"]["Fn::GetAtt"][0] for event in events if event["Type"] == "SQS"]
    assert sorted(queues) == ["ClipExpiryQueue", "CrowdQueue", "PushQueue"]
    assert {key: one["DependsOn"] for key, one in found.items()} == {key: f"{key}Logs" for key in found}


def test_no_setting_adds_to_what_a_metric_is_known_by(template: dict[str, Any]) -> None:
    """G2: Powertools makes a dimension of the service's name, and no alarm knows of it."""
    assert "POWERTOOLS_SERVICE_NAME" not in template["Globals"]["Function"]["Environment"]["Variables"]


def test_who_sends_mail_may_send_it_with_its_own_headers() -> None:
    """G2, F11: List-Unsubscribe among them; for that SES asks another action."""
    senders = {name for name in policy.functions() if ("ses:SendEmail", "") in policy.allowed(name)}
    assert senders
    assert senders == {name for name in policy.functions() if ("ses:SendRawEmail", "") in policy.allowed(name)}
