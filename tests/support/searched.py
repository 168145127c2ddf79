"""The stack in its own process, whose output is searched before it ends (G6)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from infra.local.testing import Running, running_stack
from tests.support import canaries, personal


@contextmanager
def searched_stack(env: Mapping[str, str] | None = None, arguments: Sequence[str] = ()) -> Iterator[Running]:
    """As `running_stack`; whatever was done in it, it printed nothing personal, nor anything told meanwhile."""
    with canaries.listening() as told, running_stack(env, arguments) as stack:
        yield stack
        said = stack.log()
    found = canaries.found_in(said, told) + personal.found_in(said)
    assert not found, found
