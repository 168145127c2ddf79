"""A guest who turns out to be too young, and one who was so by mistake (C7)."""

from chalicelib.privacy import models
from chalicelib.privacy.service import guest
from chalicelib.runtime.events import FoundOldEnough, FoundTooYoung


def forget_guest(event: FoundTooYoung) -> None:
    """Whoever was too young to agree has not agreed, and what they began as a guest is void: see `is_erased`."""
    who = guest(event.participant_id)
    models.note_erasure(who, now=event.now)
    models.forget_decisions(who, now=event.now)


def readmit_guest(event: FoundOldEnough) -> None:
    """They agree and register at once; what they began before they were found too young stays void."""
    models.date_back_erasure(guest(event.participant_id), now=event.now)
