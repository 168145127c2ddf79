"""`python -m infra.reach` writes infra/policies anew."""

import sys

from infra import policy
from infra.reach.graph import of_application


def main() -> None:
    for function in policy.functions():
        policy.write(function, of_application().needed(function))
        sys.stdout.write(f"wrote infra/policies/{function}.yaml\n")


main()
