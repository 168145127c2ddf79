"""Earshot's subjects, one folder each; docs/architecture.md is the map."""
