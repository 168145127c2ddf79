"""How tests are shared out among processes (`make test`): those that drive browsers stay together in one.

Two stacks and six browsers at a time would only wait for each other.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

BROWSERS = "tests/browser/"


class OneForBrowsers(LoadScopeScheduling):
    """Every test on its own, the browsers' as one; largest first."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSERS if nodeid.startswith(BROWSERS) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return OneForBrowsers(config, log)
