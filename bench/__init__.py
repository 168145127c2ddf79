"""Measurements; each prints a table and, with --check, fails when a figure of the issue is missed."""
