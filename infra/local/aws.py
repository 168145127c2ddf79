"""Clients of the stack's own, for moto or an engine on this machine."""

import os
from functools import lru_cache
from typing import Any

import boto3

from infra.local.template import REGION


def client(service: str) -> Any:
    """A client with credentials that mean nothing anywhere; kept, because reading a service's model takes 50 ms."""
    # an engine that plays DynamoDB plays its streams too, at the same address
    name = "DYNAMODB" if service == "dynamodbstreams" else service.upper()
    return _client(service, os.environ.get(f"AWS_ENDPOINT_URL_{name}"))


@lru_cache
def _client(service: str, endpoint: str | None) -> Any:
    return _session().client(service, endpoint_url=endpoint)


@lru_cache
def _session() -> boto3.Session:
    return boto3.Session("local", "local", region_name=REGION)
