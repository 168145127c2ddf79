"""`python -m infra.security TEMPLATE …`: is all that deploys encrypted, nobody's to read, and reached by TLS only?

It says which resource breaks which rule. A kind of resource that no rule speaks of breaks one, too: somebody has to say
that there is nothing to hold of it. Of tools on PyPI, cfripper 1.22 knows no functions, tables and distributions, and
checkov 3.3 pins a boto3 that is not ours.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.template import load_yaml
from infra.security.rules import HARMLESS, RULES


@dataclass(frozen=True)
class Breach:
    logical: str
    kind: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.logical} ({self.kind}) breaks: {self.sentence}"


def breaches(template: Mapping[str, Any]) -> Iterator[Breach]:
    """Every rule that does not hold."""
    spoken_of = HARMLESS | {rule.kind for rule in RULES}
    for logical, one in template["Resources"].items():
        kind = one["Type"]
        if kind not in spoken_of:
            yield Breach(logical, kind, "somebody has said what is to be held of this kind")
        for rule in RULES:
            if rule.kind == kind and not rule.proof(logical, one.get("Properties", {}), template):
                yield Breach(logical, kind, rule.sentence)
    for name, one in template.get("Parameters", {}).items():
        if re.search(r"Secrets?$", name) and one.get("NoEcho") is not True:
            yield Breach(name, "parameter", "a secret is shown to nobody")


def main(paths: Sequence[str]) -> int:
    """The exit status: 1 where a rule is broken."""
    found = [f"{path}: {breach}" for path in paths for breach in breaches(load_yaml(Path(path)))]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
