"""numpy costs a cold start ~0.1 s (docs/adr): only a process that compares sound imports it, at its first join."""

from types import ModuleType


def engine() -> ModuleType:
    from chalicelib.joining import engine as found

    return found
