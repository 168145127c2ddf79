"""Structured logs by Powertools: events with fields, never prose, never personal data."""

from aws_lambda_powertools import Logger

log = Logger(service="earshot", level="INFO")
