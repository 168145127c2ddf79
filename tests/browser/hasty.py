"""The application as it is, but that reports wait a second for stragglers, not two minutes."""

import os

from app import app as app
from chalicelib.insights import starting

ASKED = "EARSHOT_TEST_HASTE"

if ASKED in os.environ:  # in the process of the application; a test only asks for this module's names
    starting.GRACE_MS, starting.SETTLED_MS = 1_000, 0
