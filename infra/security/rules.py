"""What is held of each kind of resource: a sentence, and what proves it."""

from dataclasses import dataclass

from infra.security.proofs import (
    Proof,
    has_a_key_of_ours,
    has_policy,
    is_,
    is_bound,
    is_known_behind,
    is_not_there,
    is_our_topics_for_services,
    is_there,
    keeps_no_error,
    keeps_no_secret,
    keeps_to_tls,
    lets_nobody_else_in,
    modern,
    names_what_it_may,
    samples_nothing,
    shut,
    speaks_tls_behind,
    takes_tls_only,
    tells_what_it_says,
    trusts_a_service,
)

# Nothing in them is stored, read or reached by anybody.
HARMLESS = frozenset({
    "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Deployment", "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route", "AWS::CloudFront::CachePolicy", "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginRequestPolicy", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard",
})  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """Of every resource of `kind`."""

    kind: str
    sentence: str
    proof: Proof


RULES = (
    Rule("AWS::DynamoDB::Table", "it is encrypted as every table is, under a key that nobody pays for",
         is_not_there("SSESpecification")),
    Rule("AWS::DynamoDB::Table", "no other account may read it", is_not_there("ResourcePolicy")),
    Rule("AWS::DynamoDB::Table", "what runs out is deleted", is_("TimeToLiveSpecification.Enabled", True)),
    Rule("AWS::SQS::Queue", "what waits is encrypted", is_("SqsManagedSseEnabled", True)),
    Rule("AWS::SQS::Queue", "it takes nothing but TLS", has_policy("AWS::SQS::QueuePolicy", "Queues")),
    Rule("AWS::SQS::QueuePolicy", "nobody else is let in", lets_nobody_else_in("PolicyDocument")),
    Rule("AWS::SNS::Topic", "what is told is encrypted under a key that CloudWatch may use, and so takes TLS only",
         has_a_key_of_ours),
    Rule("AWS::SNS::TopicPolicy", "nobody else is let in", lets_nobody_else_in("PolicyDocument")),
    Rule("AWS::Events::Rule", "what it tells of an execution is said word by word, as its input may be somebody's",
         tells_what_it_says),
    Rule("AWS::SNS::Subscription", "it is told by mail, or by TLS", is_("Protocol", "email", "https")),
    Rule("AWS::S3::Bucket", "what is stored is encrypted",
         is_there("BucketEncryption.ServerSideEncryptionConfiguration")),
    Rule("AWS::S3::Bucket", "it is nobody else's to read", shut),
    Rule("AWS::S3::Bucket", "it takes nothing but TLS", has_policy("AWS::S3::BucketPolicy", "Bucket")),
    Rule("AWS::S3::BucketPolicy", "nobody else is let in", lets_nobody_else_in("PolicyDocument")),
    Rule("AWS::KMS::Key", "AWS replaces it by itself", is_("EnableKeyRotation", True)),
    Rule("AWS::KMS::Key", "nobody else is let in", lets_nobody_else_in("KeyPolicy")),
    Rule("AWS::KMS::Key", "AWS's services use it for our topic alone", is_our_topics_for_services),
    Rule("AWS::CloudFront::Distribution", "whoever comes without TLS is sent to it", takes_tls_only),
    Rule("AWS::CloudFront::Distribution", "what is behind it is asked by TLS 1.2, and files as themselves only",
         speaks_tls_behind),
    Rule("AWS::CloudFront::Distribution", "what is behind it knows it by a secret", is_known_behind),
    Rule("AWS::CloudFront::Distribution", "under a domain of its own it speaks TLS 1.2 at least", modern),
    Rule("AWS::CloudFront::Distribution", "it keeps no log of who came", is_not_there("DistributionConfig.Logging")),
    Rule("AWS::CloudFront::Distribution", "what goes wrong for one is nobody else's answer", keeps_no_error),
    Rule("AWS::CloudFront::ResponseHeadersPolicy", "browsers come by TLS for a year at least", keeps_to_tls),
    Rule("AWS::CloudFront::OriginAccessControl", "every request for a file is signed",
         is_("OriginAccessControlConfig.SigningBehavior", "always")),
    Rule("AWS::IAM::Role", "a service of AWS's takes it, nobody else", trusts_a_service),
    Rule("AWS::IAM::Role", "it says by name what may be done to what", names_what_it_may),
    Rule("AWS::Serverless::Function", "it has no address of its own", is_not_there("FunctionUrlConfig")),
    Rule("AWS::Serverless::Function", "no secret stands in the template", keeps_no_secret),
    Rule("AWS::Serverless::Api", "only our own edge is in front", is_("EndpointConfiguration", "REGIONAL")),
    Rule("AWS::Serverless::Api", "how much comes in at once is bound", is_bound),
    Rule("AWS::Serverless::Api", "it keeps no log of who came", is_not_there("AccessLogSetting")),
    Rule("AWS::ApiGatewayV2::Stage", "how much comes in at once is bound",
         is_there("DefaultRouteSettings.ThrottlingRateLimit")),
    Rule("AWS::ApiGatewayV2::Stage", "it keeps no log of who came", is_not_there("AccessLogSettings")),
    Rule("AWS::ApiGatewayV2::Stage", "what is said is in no log",
         is_not_there("DefaultRouteSettings.DataTraceEnabled")),
    Rule("AWS::Lambda::Permission", "only the API that it is for may call", is_there("SourceArn")),
    Rule("AWS::Logs::LogGroup", "what is logged goes", is_there("RetentionInDays")),
    Rule("AWS::StepFunctions::StateMachine", "what it is given is in no log",
         is_not_there("LoggingConfiguration.IncludeExecutionData")),
    Rule("AWS::SES::ConfigurationSet", "mail goes by TLS or not at all", is_("DeliveryOptions.TlsPolicy", "REQUIRE")),
    Rule("AWS::WAFv2::WebACL", "it keeps no sample of who came", samples_nothing),
)  # fmt: skip
