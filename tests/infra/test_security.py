"""What deploys is encrypted, nobody's to read, and reached by TLS only (G8); each rule is seen to fail."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local.template import load_yaml
from infra.packaging import ROOT
from infra.security.__main__ import breaches, main
from infra.security.rules import RULES

FIREWALL = ROOT / "infra" / "firewall.yaml"
ALLOWED_TO_ALL = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "x:*", "Resource": "*"}]}
MAY = "Policies.0.PolicyDocument.Statement.0"
OF_THE_EDGE = "AWS::CloudFront::Distribution"


def set_to(path: str, value: Any) -> Callable[[Any], None]:
    """`A.0.B`: a number is a place in a list. None takes it away."""

    def change(properties: Any) -> None:
        way: list[Any] = [int(name) if name.isdigit() else name for name in path.split(".")]
        last = way.pop()
        for name in way:
            properties = properties[name] if isinstance(properties, list) else properties.setdefault(name, {})
        if value is None:
            del properties[last]
        else:
            properties[last] = value

    return change


# (kind, what is broken, how), one at least for each rule.
BROKEN = (
    ("AWS::DynamoDB::Table", "it is encrypted as every table is", set_to("SSESpecification.SSEEnabled", True)),
    ("AWS::DynamoDB::Table", "no other account may read it", set_to("ResourcePolicy.PolicyDocument", ALLOWED_TO_ALL)),
    ("AWS::DynamoDB::Table", "what runs out is deleted", set_to("TimeToLiveSpecification", None)),
    ("AWS::SQS::Queue", "what waits is encrypted", set_to("SqsManagedSseEnabled", None)),
    ("AWS::SQS::QueuePolicy", "nobody else is let in",
     lambda one: one["PolicyDocument"]["Statement"].extend(ALLOWED_TO_ALL["Statement"])),
    ("AWS::SQS::QueuePolicy", "AWS::SQS::Queue it takes nothing but TLS", set_to("Queues.0", "another")),
    ("AWS::SQS::QueuePolicy", "AWS::SQS::Queue it takes nothing but TLS",
     set_to("PolicyDocument.Statement.0.Condition", {})),
    ("AWS::SNS::Topic", "what is told is encrypted", set_to("KmsMasterKeyId", None)),
    ("AWS::SNS::Topic", "what is told is encrypted", set_to("KmsMasterKeyId", "alias/aws/sns")),
    ("AWS::SNS::TopicPolicy", "nobody else is let in", set_to("PolicyDocument", ALLOWED_TO_ALL)),
    ("AWS::Events::Rule", "what it tells of an execution", set_to("Targets.0.InputTransformer", None)),
    ("AWS::SNS::Subscription", "it is told by mail, or by TLS", set_to("Protocol", "http")),
    ("AWS::S3::Bucket", "what is stored is encrypted", set_to("BucketEncryption", None)),
    ("AWS::S3::Bucket", "it is nobody else's to read",
     set_to("PublicAccessBlockConfiguration.RestrictPublicBuckets", False)),
    ("AWS::S3::Bucket", "it is nobody else's to read", set_to("AccessControl", "PublicRead")),
    ("AWS::S3::BucketPolicy", "AWS::S3::Bucket it takes nothing but TLS", set_to("PolicyDocument.Statement.1", None)),
    ("AWS::S3::BucketPolicy", "nobody else is let in", set_to("PolicyDocument.Statement.0.Principal", "*")),
    ("AWS::KMS::Key", "AWS replaces it by itself", set_to("EnableKeyRotation", False)),
    ("AWS::KMS::Key", "nobody else is let in", set_to("KeyPolicy", ALLOWED_TO_ALL)),
    ("AWS::KMS::Key", "AWS's services use it for our topic alone", set_to("KeyPolicy.Statement.1.Condition", {})),
    (OF_THE_EDGE, "whoever comes without TLS is sent to it",
     set_to("DistributionConfig.CacheBehaviors.1.ViewerProtocolPolicy", "allow-all")),
    (OF_THE_EDGE, "what is behind it is asked by TLS 1.2",
     set_to("DistributionConfig.Origins.0.CustomOriginConfig.OriginProtocolPolicy", "match-viewer")),
    (OF_THE_EDGE, "what is behind it is asked by TLS 1.2",
     set_to("DistributionConfig.Origins.2.OriginAccessControlId", None)),
    (OF_THE_EDGE, "what is behind it knows it by a secret",
     set_to("DistributionConfig.Origins.1.OriginCustomHeaders", [])),
    (OF_THE_EDGE, "under a domain of its own it speaks TLS 1.2",
     set_to("DistributionConfig.ViewerCertificate.Fn::If.1.MinimumProtocolVersion", "TLSv1")),
    (OF_THE_EDGE, "it keeps no log of who came", set_to("DistributionConfig.Logging.Bucket", "logs")),
    (OF_THE_EDGE, "what goes wrong for one is nobody else's",
     set_to("DistributionConfig.CustomErrorResponses.8.ErrorCachingMinTTL", None)),
    ("AWS::CloudFront::ResponseHeadersPolicy", "browsers come by TLS for a year",
     set_to("ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec", 60)),
    ("AWS::CloudFront::OriginAccessControl", "every request for a file is signed",
     set_to("OriginAccessControlConfig.SigningBehavior", "never")),
    ("AWS::IAM::Role", "a service of AWS's takes it, nobody else",
     set_to("AssumeRolePolicyDocument.Statement.0.Principal", {"AWS": "*"})),
    ("AWS::IAM::Role", "it says by name what may be done", set_to(f"{MAY}.Action", "s3:*")),
    ("AWS::IAM::Role", "it says by name what may be done", set_to(f"{MAY}.Resource", "*")),
    ("AWS::IAM::Role", "it says by name what may be done", set_to("ManagedPolicyArns", ["AdministratorAccess"])),
    ("AWS::Serverless::Function", "it has no address of its own", set_to("FunctionUrlConfig.AuthType", "NONE")),
    ("AWS::Serverless::Function", "no secret stands in the template", set_to("Environment.Variables.A_SECRET", "x")),
    ("AWS::Serverless::Api", "only our own edge is in front", set_to("EndpointConfiguration", "EDGE")),
    ("AWS::Serverless::Api", "how much comes in at once is bound", set_to("OpenApiVersion", None)),
    ("AWS::Serverless::Api", "how much comes in at once is bound", set_to("MethodSettings", None)),
    ("AWS::ApiGatewayV2::Stage", "how much comes in at once is bound",
     set_to("DefaultRouteSettings.ThrottlingRateLimit", None)),
    ("AWS::Serverless::Api", "it keeps no log of who came", set_to("AccessLogSetting.Format", "$context.identity")),
    ("AWS::ApiGatewayV2::Stage", "it keeps no log of who came", set_to("AccessLogSettings.Format", "$context")),
    ("AWS::ApiGatewayV2::Stage", "what is said is in no log", set_to("DefaultRouteSettings.DataTraceEnabled", True)),
    ("AWS::Lambda::Permission", "only the API that it is for may call", set_to("SourceArn", None)),
    ("AWS::Logs::LogGroup", "what is logged goes", set_to("RetentionInDays", None)),
    ("AWS::StepFunctions::StateMachine", "what it is given is in no log",
     set_to("LoggingConfiguration.IncludeExecutionData", True)),
    ("AWS::SES::ConfigurationSet", "mail goes by TLS or not at all", set_to("DeliveryOptions.TlsPolicy", "OPTIONAL")),
    ("AWS::WAFv2::WebACL", "it keeps no sample of who came",
     set_to("Rules.0.VisibilityConfig.SampledRequestsEnabled", True)),
)  # fmt: skip


def whole(template: Mapping[str, Any]) -> dict[str, Any]:
    """Both stacks as one, to be changed."""
    return deepcopy({**template, "Resources": {**template["Resources"], **load_yaml(FIREWALL)["Resources"]}})


def test_what_deploys_breaks_no_rule(template: dict[str, Any], tmp_path: Path) -> None:
    """G8: as `make lint` asks."""
    assert [str(one) for one in breaches(whole(template))] == []
    path = tmp_path / "sam.yaml"
    path.write_text(yaml.safe_dump(template))
    assert main([str(FIREWALL), str(path)]) == 0


@pytest.mark.parametrize(("kind", "said", "change"), BROKEN, ids=[f"{one[0]}: {one[1]}" for one in BROKEN])
def test_a_setting_that_is_broken_breaks_its_rule(
    kind: str, said: str, change: Callable[[Any], None], template: dict[str, Any]
) -> None:
    """G8: that one and no other, of that one resource."""
    broken = whole(template)
    change(next(one["Properties"] for one in broken["Resources"].values() if one["Type"] == kind))
    told = said if said.startswith("AWS::") else f"{kind} {said}"
    found = {f"{one.kind} {one.sentence}" for one in breaches(broken)}
    assert len(found) == 1
    assert found.pop().startswith(told)


def test_every_rule_is_seen_to_fail() -> None:
    """So that none of them holds whatever the template says."""
    seen = {said if said.startswith("AWS::") else f"{kind} {said}" for kind, said, _ in BROKEN}
    unseen = [f"{one.kind} {one.sentence}" for one in RULES]
    assert [one for one in unseen if not any(one.startswith(each) for each in seen)] == []


def test_a_kind_that_nobody_has_spoken_of_breaks_a_rule(template: dict[str, Any], capsys: pytest.CaptureFixture[str],
                                                        tmp_path: Path) -> None:  # fmt: skip
    """G8: a new store does not come in unseen; nor does a secret that everybody may read in the stack."""
    broken = whole(template)
    broken["Resources"]["Cluster"] = {"Type": "AWS::RDS::DBCluster", "Properties": {}}
    broken["Parameters"]["EdgeSecret"]["NoEcho"] = False
    path = tmp_path / "sam.yaml"
    path.write_text(yaml.safe_dump(broken))
    assert main([str(path)]) == 1
    told = capsys.readouterr().out
    assert "Cluster (AWS::RDS::DBCluster) breaks: somebody has said what is to be held of this kind" in told
    assert "EdgeSecret (parameter) breaks: a secret is shown to nobody" in told
