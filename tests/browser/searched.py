"""The stack in its own process, whose whole output is searched once it has ended (G6)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from infra.local.testing import Running, running_stack
from tests.support import personal


@contextmanager
def searched_stack(env: Mapping[str, str] | None = None, arguments: Sequence[str] = ()) -> Iterator[Running]:
    """As `running_stack`; whatever browsers did in it, nothing personal was printed."""
    with running_stack(env, arguments) as found:
        yield found
        said = found.log()
    assert not personal.found_in(said)
