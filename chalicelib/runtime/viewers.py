"""Whom a request comes from, as the edge in front of us says. Deployed, what did not come through it is not answered.

CloudFront puts its secret on everything that it passes on, and says whose it is (infra/deployment.yaml). Source: Amazon
CloudFront Developer Guide, "Add custom headers to origin requests" and "Add CloudFront request headers".
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.runtime.settings import settings

EDGE = "earshot-edge"
ADDRESS = "earshot-viewer"  # whatever a viewer writes there, the edge replaces
AREA = ("cloudfront-viewer-country", "cloudfront-viewer-country-region", "cloudfront-viewer-city")


@dataclass(frozen=True)
class Viewer:
    """`address` for limits and places only, never stored or logged; `area` where the edge knows it."""

    address: str
    area: str | None = None


def came_through_the_edge(headers: Mapping[str, str]) -> bool:
    """Whether one of the secrets in force is on it; on one machine nothing is in front. Header names in lower case."""
    secrets = settings().edge_secrets
    given = headers.get(EDGE, "").encode()
    return not secrets or any(hmac.compare_digest(given, one.encode()) for one in secrets)


def viewer_of(headers: Mapping[str, str], source: str) -> Viewer:
    """`source` is the address at the other end of the connection: the viewer's where nothing is in front."""
    if not settings().edge_secrets:
        return Viewer(source)
    area = "/".join(headers[name] for name in AREA if headers.get(name))
    return Viewer(headers.get(ADDRESS) or source, area or None)
