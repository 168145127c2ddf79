"""What proves a rule of one resource, from its logical id, its properties and the template it stands in."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Properties = Mapping[str, Any]
Template = Mapping[str, Any]
Proof = Callable[[str, Properties, Template], bool]
YEAR_S = 365 * 24 * 60 * 60
HTTPS = ("https-only", "redirect-to-https")
# What CloudFront keeps for ten seconds for whoever asks for the same address, if nothing else is set. Source: its
# Developer Guide, "Control how long CloudFront caches errors".
KEPT_ERRORS = {400, 403, 404, 405, 414, 500, 501, 502, 503, 504}


def at(value: Any, path: str) -> Any:
    """What stands at `A.B.C`; None where the way there ends."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def is_(path: str, *wanted: Any) -> Proof:
    return lambda _, one, __: at(one, path) in wanted


def is_there(path: str) -> Proof:
    return lambda _, one, __: bool(at(one, path))


def is_not_there(path: str) -> Proof:
    return lambda _, one, __: not at(one, path)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _statements(policy: Any) -> list[Mapping[str, Any]]:
    return listed(at(policy, "Statement") or [])


def _refuses_plain_text(policy: Any) -> bool:
    return any(
        (one["Effect"], one["Principal"]) == ("Deny", "*")
        and all(action.endswith(":*") for action in listed(one["Action"]))
        and at(one, "Condition.Bool") == {"aws:SecureTransport": "false"}
        for one in _statements(policy)
    )


def lets_nobody_else_in(path: str) -> Proof:
    """No Allow for everybody in the policy there; what is denied may be denied to all."""

    def proof(_: str, one: Properties, __: Template) -> bool:
        allowed = [each["Principal"] for each in _statements(at(one, path)) if each["Effect"] == "Allow"]
        return not [who for who in allowed if "*" in (who, *listed(at(who, "AWS")))]

    return proof


def has_policy(kind: str, path: str) -> Proof:
    """A policy of that kind, which names the resource at that path, refuses whoever comes without TLS."""

    def proof(logical: str, _: Properties, template: Template) -> bool:
        policies = [one["Properties"] for one in template["Resources"].values() if one["Type"] == kind]
        of_it = [one for one in policies if {"Ref": logical} in listed(at(one, path))]
        return any(_refuses_plain_text(one["PolicyDocument"]) for one in of_it)

    return proof


def shut(_: str, one: Properties, __: Template) -> bool:
    blocked = at(one, "PublicAccessBlockConfiguration") or {}
    ways = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    return all(blocked.get(way) is True for way in ways) and "AccessControl" not in one


def _behaviours(one: Properties) -> list[Mapping[str, Any]]:
    return [at(one, "DistributionConfig.DefaultCacheBehavior"), *(at(one, "DistributionConfig.CacheBehaviors") or [])]


def _origins(one: Properties) -> Sequence[Mapping[str, Any]]:
    return at(one, "DistributionConfig.Origins") or []


def takes_tls_only(_: str, one: Properties, __: Template) -> bool:
    return all(each["ViewerProtocolPolicy"] in HTTPS for each in _behaviours(one))


def speaks_tls_behind(_: str, one: Properties, __: Template) -> bool:
    return all(map(_is_asked_by_tls, _origins(one)))


def is_known_behind(_: str, one: Properties, __: Template) -> bool:
    return all(map(_has_the_secret, _origins(one)))


def keeps_no_error(_: str, one: Properties, __: Template) -> bool:
    set_so = at(one, "DistributionConfig.CustomErrorResponses") or ()
    return {each["ErrorCode"] for each in set_so if each.get("ErrorCachingMinTTL") == 0} >= KEPT_ERRORS


def is_bound(_: str, one: Properties, __: Template) -> bool:
    """All of it is: SAM makes a second stage unless it is told the version of the document."""
    everything = [each for each in one.get("MethodSettings", ()) if each["ResourcePath"] == "/*"]
    return bool(everything and everything[0].get("ThrottlingRateLimit") and one.get("OpenApiVersion"))


def keeps_to_tls(_: str, one: Properties, __: Template) -> bool:
    said = at(one, "ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity")
    return bool((at(said, "AccessControlMaxAgeSec") or 0) >= YEAR_S)


def has_a_key_of_ours(_: str, one: Properties, __: Template) -> bool:
    return isinstance(one.get("KmsMasterKeyId"), Mapping)


def is_our_topics_for_services(_: str, one: Properties, __: Template) -> bool:
    """What SNS encrypts it says of which topic it is: else any alarm of anybody's could have the key used."""
    services = [each for each in _statements(one["KeyPolicy"]) if "Service" in each["Principal"]]
    of_topic = "kms:EncryptionContext:aws:sns:topicArn"
    return all(
        at(each, "Condition.StringEquals") and of_topic in each["Condition"]["StringEquals"] for each in services
    )


def tells_what_it_says(_: str, one: Properties, __: Template) -> bool:
    return all(at(each, "InputTransformer.InputTemplate") for each in one["Targets"])


def _is_asked_by_tls(one: Mapping[str, Any]) -> bool:
    ours = one.get("CustomOriginConfig")
    if ours is None:
        return bool(one.get("OriginAccessControlId"))
    return (ours["OriginProtocolPolicy"], ours["OriginSSLProtocols"]) == ("https-only", ["TLSv1.2"])


def _has_the_secret(one: Mapping[str, Any]) -> bool:
    return "CustomOriginConfig" not in one or "Earshot-Edge" in [
        header["HeaderName"] for header in one.get("OriginCustomHeaders", ())
    ]


def modern(_: str, one: Properties, __: Template) -> bool:
    """Of CloudFront's own certificate AWS lets nobody say the version."""
    [_, own, _] = at(one, "DistributionConfig.ViewerCertificate").get("Fn::If", ["", {}, {}])
    return bool(own.get("MinimumProtocolVersion") == "TLSv1.2_2021")


def _role_statements(one: Properties) -> list[Mapping[str, Any]]:
    return [each for policy in one.get("Policies", []) for each in _statements(policy["PolicyDocument"])]


def trusts_a_service(_: str, one: Properties, __: Template) -> bool:
    return all(set(each["Principal"]) == {"Service"} for each in _statements(one["AssumeRolePolicyDocument"]))


def names_what_it_may(_: str, one: Properties, __: Template) -> bool:
    found = _role_statements(one)
    actions = [action for each in found for action in listed(each["Action"])]
    resources = [resource for each in found for resource in listed(each["Resource"])]
    by_name = not [action for action in actions if "*" in action] and "*" not in resources
    return by_name and not one.get("ManagedPolicyArns")


def keeps_no_secret(_: str, one: Properties, template: Template) -> bool:
    everywhere = at(template, "Globals.Function.Environment.Variables") or {}
    found = {**everywhere, **(at(one, "Environment.Variables") or {})}
    return not [name for name, value in found.items() if re.search(r"SECRETS?$", name) and isinstance(value, str)]


def samples_nothing(_: str, one: Properties, __: Template) -> bool:
    rules = [rule["VisibilityConfig"] for rule in one.get("Rules", [])]
    return not [each for each in [one["VisibilityConfig"], *rules] if each["SampledRequestsEnabled"]]
