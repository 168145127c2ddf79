"""What a deployed function finds when it starts: everything connected, every setting, or which one is missing (G2)."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

import pytest
import yaml

import app as started
from chalicelib import wiring
from chalicelib.runtime import settings as runtime_settings
from chalicelib.runtime.settings import MissingSetting, Settings
from infra import policy
from infra.local.chalice_app import resource_name
from infra.local.template import Template
from infra.packaging import finished, merged
from tests.support.environment import ENVIRONMENT, REGION

OPTIONAL = {"EARSHOT_MAIL_CONFIGURATION", "EARSHOT_ASSETS", "EARSHOT_SUPPORT_URL", "EARSHOT_SECRET_VERSION",
            "EARSHOT_VERSION"}  # fmt: skip
PARAMETERS = {"MailFrom": "Earshot <noreply@earshot.example>", "EdgeSecrets": "e" * 43, "Origin": "https://a.example",
              "SupportUrl": "", "SecretVersion": "1"}  # fmt: skip
OF_THE_TEMPLATE = {"WebsocketAPI": "abc", "OrganiserKey": "key", "AWS::URLSuffix": "amazonaws.com"}
# As Lambda starts one: the module before the last dot, then what it holds under the rest.
AS_LAMBDA_DOES = """
from importlib import import_module
handler = getattr(import_module("{module}"), "{name}")
from chalicelib.runtime import expiry
print(sorted({{*expiry._handlers, *expiry._page_handlers}}))
"""


def handler_of(function: str) -> str:
    """As the template has it, made from what Chalice writes."""
    logical = "APIHandler" if function == "api_handler" else resource_name(function)
    by_chalice = "app.app" if function == "api_handler" else f"chalicelib.subject.tasks.{function}"
    one = {"Type": "AWS::Serverless::Function", "Properties": {"Handler": by_chalice}}
    template = finished({"Resources": {logical: one}}, "prod")
    return str(template["Resources"][logical]["Properties"]["Handler"])


def variables() -> dict[str, str]:
    """The environment of every function of prod."""
    found = merged("prod")
    template = Template({}, {**OF_THE_TEMPLATE, "AWS::Region": REGION, "AWS::AccountId": "1", "AWS::Partition": "aws",
                             "Stage": "prod", **PARAMETERS}, {})  # fmt: skip
    with patch.object(Template, "_attribute", lambda _, logical, attribute: f"arn:aws:kms:::{logical}/{attribute}"):
        resolved: dict[str, str] = template.resolve(found["Globals"]["Function"]["Environment"]["Variables"])
    return resolved


@pytest.mark.parametrize("function", policy.functions())
def test_every_function_is_started_with_everything_connected(function: str) -> None:
    """G2: its handler is asked of the module that connects the subjects, and is there."""
    module, _, name = handler_of(function).rpartition(".")
    assert module == "app"
    assert getattr(started, name) is (started.app if name == "app" else started.app.handler_map[name])


def test_what_lambda_starts_knows_who_looks_after_what_is_due() -> None:
    """C7, A6: a reaper that starts alone, as it does in Lambda, has somebody for each kind of entry."""
    module, _, name = handler_of("reap").rpartition(".")
    done = run(AS_LAMBDA_DOES.format(module=module, name=name), ENVIRONMENT)
    assert yaml.safe_load(done.stdout) == sorted({*wiring.DUE, *wiring.DUE_BY_THE_PAGE}), done.stderr


def test_the_template_gives_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """G2: and no function has any of its own, so what one finds all find."""
    monkeypatch.setattr(runtime_settings, "_parameter", lambda name: "A" * 44 if name == "/earshot/prod/secret" else "")
    found = Settings.from_environ(variables())
    assert (found.stage, found.origin, found.mail_from) == ("prod", PARAMETERS["Origin"], PARAMETERS["MailFrom"])
    assert (found.edge_secrets, found.mail_configuration) == ((PARAMETERS["EdgeSecrets"],), "earshot-prod")


@pytest.mark.parametrize("name", sorted(one for one in variables() if one.startswith("EARSHOT_")))
def test_a_setting_that_is_missing_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """G2: where it cannot be done without."""
    monkeypatch.setattr(runtime_settings, "_parameter", lambda _: "A" * 44)
    left = {other: value for other, value in variables().items() if other != name}
    if name in OPTIONAL:
        assert Settings.from_environ(left)
    else:
        with pytest.raises(MissingSetting, match=name):
            Settings.from_environ(left)


def test_a_setting_that_is_missing_is_named_when_a_function_starts() -> None:
    """G2: at once and in its log, not at somebody's first request."""
    module, _, name = handler_of("notify_organiser").rpartition(".")
    environment = {**ENVIRONMENT, **variables(), "EARSHOT_SECRET_PARAMETER": "", "EARSHOT_MAIL_FROM": ""}
    done = run(AS_LAMBDA_DOES.format(module=module, name=name), environment)
    assert done.returncode != 0
    assert done.stderr.strip().endswith("MissingSetting: EARSHOT_MAIL_FROM is not set")


def run(code: str, environment: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
    """In a fresh interpreter, which knows nothing of this one."""
    kept = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, "-c", code], env={**kept, **environment}, capture_output=True, text=True, check=False
    )
