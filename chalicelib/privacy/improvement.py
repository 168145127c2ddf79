"""How often what is used, so that the product gets better: counted from those who agreed to it, and linked to nobody.

Nothing in a count is anybody's, and nothing of it can be found again, by whoever withdraws or by anybody else.
"""

from typing import Literal

from chalicelib.privacy.count_models import add_one
from chalicelib.runtime import consent
from chalicelib.runtime.consent import Consented, Improvement

Act = Literal["report-made", "report-read", "report-shared"]


def contribute(act: Act, who: str, *, now: int) -> None:
    """One more of that act; nothing where whoever did it, named as consents name them, has not agreed."""
    consented = consent.find(Improvement, who, now=now)
    if consented is not None:
        _count(act, consented, now)


def _count(act: Act, consented: Consented[Improvement], now: int) -> None:
    consented.subject_for(Improvement)  # refuses any other purpose; who it is goes no further
    add_one(act, now=now)
