"""Clients of AWS's services, each made when it is first needed and kept.

They are botocore's, which PynamoDB has loaded by then. boto3 would make the same and bring the transfers of S3 and what
runs processes along: a twentieth of a second at each cold start, as the secret is read through one of them.
"""

import threading
from functools import lru_cache
from typing import Any

import botocore.session
from botocore.config import Config

_lock = threading.Lock()  # a session makes one client at a time


def make_client(service: str, *, connect_s: float = 1, read_s: float = 2, **options: Any) -> Any:
    """Of the credentials, the region and the endpoint that the environment has. It asks twice at most.

    `options` as of botocore: `endpoint_url`; `connections` it keeps open side by side.
    """
    connections = options.pop("connections", 10)
    config = Config(
        connect_timeout=connect_s, read_timeout=read_s, retries={"total_max_attempts": 2},
        max_pool_connections=connections,
    )  # fmt: skip
    with _lock:
        return _session().create_client(service, config=config, **options)


@lru_cache(maxsize=1)
def _session() -> botocore.session.Session:
    return botocore.session.Session()
