"""The socket API is deployed anew when it has changed: its stage serves what was there when its deployment was made.

Of a REST API SAM sees to that; of a socket API Chalice writes one deployment, under one name for ever.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

DEPLOYMENT, STAGE = "AWS::ApiGatewayV2::Deployment", "AWS::ApiGatewayV2::Stage"
MADE_OF = ("AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route")


def deployed_when_changed(resources: Mapping[str, Any]) -> dict[str, Any]:
    """The resources, the deployment under a name that says what it is made of, and the stage naming it so."""
    digest = _digest({name: one for name, one in resources.items() if one["Type"] in MADE_OF})
    named = {name: f"{name}{digest}" for name, one in resources.items() if one["Type"] == DEPLOYMENT}
    found = {named.get(name, name): one for name, one in resources.items()}
    for one in found.values():
        if one["Type"] == STAGE:
            deployment = one["Properties"]["DeploymentId"]["Ref"]
            one["Properties"]["DeploymentId"] = {"Ref": named.get(deployment, deployment)}
    return found


def _digest(parts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:10]
