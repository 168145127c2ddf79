"""The two secrets of a stage, in the Parameter Store: of what is sealed and digested, and of the edge in front.

Each is replaced in steps, with a deployment after each, so that nobody meets a process that does not know it yet:

announce    every function knows the new one, none uses it
use         the new one is used, the old one is still known
drop        of cookies all between the newest and the oldest go, after 190 days; of the edge the old one goes
"""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.runtime.settings import COMING, SECRET_MIN
from infra.deploy.given import Refused

PARAMETERS = {"cookies": "/earshot/{stage}/secret", "edge": "/earshot/{stage}/edge"}
STEPS = ("announce", "use", "drop")


def _new_cookies() -> str:
    return base64.b64encode(os.urandom(SECRET_MIN)).decode()


def _new_edge() -> str:
    return secrets.token_urlsafe(SECRET_MIN)


NEW: Mapping[str, Callable[[], str]] = {"cookies": _new_cookies, "edge": _new_edge}


def name_of(which: str, stage: str) -> str:
    return PARAMETERS[which].format(stage=stage)


def ensure(ssm: Any, which: str, stage: str) -> tuple[list[str], int]:
    """What is in it, made where it is not there yet, and its version."""
    try:
        found = ssm.get_parameter(Name=name_of(which, stage), WithDecryption=True)["Parameter"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        made = NEW[which]()
        ssm.put_parameter(Name=name_of(which, stage), Type="SecureString", Value=made)
        return [made], 1
    return str(found["Value"]).split(), int(found["Version"])


def replace(ssm: Any, which: str, stage: str, step: str) -> None:
    """One step. Raises Refused where it is not its turn."""
    listed, _ = ensure(ssm, which, stage)
    changed = _cookies_after(listed, step) if which == "cookies" else _edge_after(listed, step)
    ssm.put_parameter(Name=name_of(which, stage), Type="SecureString", Value=" ".join(changed), Overwrite=True)


def _cookies_after(listed: list[str], step: str) -> list[str]:
    """As chalicelib/runtime/settings.py reads them: the newest first; digests stay with the last."""
    coming = listed[0].startswith(COMING)
    match step:
        case "announce" if not coming:
            return [COMING + _new_cookies(), *listed]
        case "use" if coming:
            return [listed[0].removeprefix(COMING), *listed[1:]]
        case "drop" if not coming and len(listed) > 2:
            return [listed[0], listed[-1]]
    raise Refused(f"It is not the turn of {step}: {len(listed)} listed, {'one' if coming else 'none'} announced.")


def _edge_after(listed: list[str], step: str) -> list[str]:
    """The first is what the edge sends; all are taken. At most two: the one in use, and the one before or after it."""
    match step:
        case "announce" if len(listed) == 1:
            return [*listed, _new_edge()]
        case "use" if len(listed) == 2:
            return listed[::-1]
        case "drop" if len(listed) == 2:
            return listed[:1]
    raise Refused(f"It is not the turn of {step}: {len(listed)} listed.")


def forget(ssm: Any, stage: str) -> None:
    ssm.delete_parameters(Names=[name_of(which, stage) for which in PARAMETERS])
