"""Whoever takes back their yes to being measured leaves nothing measured behind (D10).

What comes while this is under way is in no report all the same (agreed.py), and goes with the rest.
"""

from chalicelib.insights.fold_models import Fold
from chalicelib.insights.models import Batch
from chalicelib.runtime import events, holdings
from chalicelib.runtime.consent import Insights

MEASURED = (Batch, Fold)


def forget_measured(event: events.ConsentWithdrawn) -> None:
    """Of every meeting whose report is not sealed yet."""
    if event.purpose != Insights.name:
        return
    for holding in (one for one in holdings.held() if one.record in MEASURED):
        holdings.erase_all(holding, event.person, now=event.now)
