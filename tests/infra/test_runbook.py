"""The runbook says of each alarm what to do, and of each table whether it can be brought back (G2)."""

import re
from typing import Any

from infra.deploy.given import SETTINGS
from infra.packaging import ROOT

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
PREFIX = "earshot-${Stage}-"


def part(heading: str) -> str:
    """Of the runbook, without its heading."""
    return RUNBOOK.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one["Properties"] for one in template["Resources"].values() if one["Type"] == kind]


def test_each_alarm_has_its_heading_and_something_to_do(template: dict[str, Any]) -> None:
    """G2: and no heading is of an alarm, or a rule, that is not there any more."""
    sections = dict(re.findall(r"^### (\S+)\n(.+?)(?=\n### |\Z)", part("Alarms"), re.MULTILINE | re.DOTALL))
    alarms = {one["AlarmName"]["Fn::Sub"].removeprefix(PREFIX) for one in of_type(template, "AWS::CloudWatch::Alarm")}
    rules = {one["Name"]["Fn::Sub"].removeprefix(PREFIX) for one in of_type(template, "AWS::Events::Rule")}
    assert set(sections) == alarms | rules
    assert all(len(text.split()) >= 12 for text in sections.values())


def test_what_can_be_brought_back_is_what_is_backed_up(template: dict[str, Any]) -> None:
    """F6: those tables and no others."""
    tables = of_type(template, "AWS::DynamoDB::Table")
    backed_up = {
        one["TableName"]["Fn::Sub"].removeprefix(PREFIX) for one in tables if "PointInTimeRecoverySpecification" in one
    }
    assert set(re.findall(r"`([a-z-]+)`", part("Restore").split("All others")[0])) == backed_up


def test_each_variable_of_a_deployment_is_in_the_table() -> None:
    """G2: with those that are no parameter of the stack."""
    told = set(re.findall(r"`([A-Z_]+)(?:=yes)?`", "".join(re.findall(r"^\| (`.*?) \|", RUNBOOK, re.MULTILINE))))
    assert told == {"STAGE", "FIREWALL", *(one.name for one in SETTINGS)}
