"""Any history of the whole product: nobody is told what is over, erased, or another person's (F4, F5, A4, B2, C2).

People come and go, listen, knock, stage, show, are measured, end meetings, read and share reports, log in and out on
several devices, write and are written to, and are erased; time goes on by milliseconds or by months, with the reaper or
without it, and nothing is deleted by a TTL. Every text that somebody writes can be recognised, so that each answer,
push, mail and log line is held against a model of who may read what until when; after each erasure everything stored
is searched. `make soak STEPS=…` runs any length of it.
"""

import os
import random

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.histories.in_meetings import InMeetings
from tests.support.histories.with_accounts import WithAccounts
from tests.support.soaking import progress

STEPS = 50  # of a history, at most
ROUNDS = 10  # until all steps are made: many a history is shorter
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
WANTED = int(os.environ.get("EARSHOT_STEPS", 10_000 if THOROUGH else 2_000))
SEED = int(os.environ.get("EARSHOT_SEED", random.randrange(10**6) if THOROUGH else 0))  # CI walks the same each time


class Rights(InMeetings, WithAccounts):
    """All that there is to do."""


@pytest.fixture(autouse=True)
def watched_logs() -> None:
    """In place of the suite's: the machine looks at the lines of each step itself."""


def test_nobody_is_told_what_they_may_not_read() -> None:
    """In as many steps as are promised: 2 000 in CI, 10 000 in `make prove`, in a soak as many as one wants."""
    until = progress.steps + WANTED  # whatever other tests of this process have walked
    for number in range(ROUNDS):
        if progress.steps < until:
            walk(-(-(until - progress.steps) // STEPS), SEED + number)
    assert progress.steps >= until


def walk(histories: int, start: int) -> None:
    """That many of them, the same for the same start."""
    kept = settings(
        max_examples=histories,
        stateful_step_count=STEPS,
        deadline=None,
        phases=set(Phase) - {Phase.shrink, Phase.explain},  # a failure is shown as it was found
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        database=None,
    )
    run_state_machine_as_test(seed(start)(Rights), settings=kept)
