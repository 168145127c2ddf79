"""YAML as CloudFormation takes it: with no aliases, which it refuses."""

from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's own name
        return True


def dumped(template: Any) -> str:
    """What is in it twice is written twice."""
    return yaml.dump(template, Dumper=_Dumper, sort_keys=True)
