"""Whoever is erased leaves every organiser's history and reports (F4): out of sight at once, out of them soon after."""

from chalicelib.insights.held_models import namings_of_person
from chalicelib.insights.meeting_models import GONE, PERSON, attendees, gone, namings, new_gone
from chalicelib.lifetimes import ERASED_FROM
from chalicelib.runtime import events
from chalicelib.runtime.holdings import EVER
from chalicelib.runtime.prolonging import prolong


def hide_person(event: events.SubjectErased) -> None:
    """From here on no reader is told anything of theirs; a report that may have their figures is being told anew.

    Also where what names them there is over: it leads there while it lasts.
    """
    named = [(one.meeting_id, one.participant_id) for one in namings_of_person(event.person, EVER)]
    gone.put_many(new_gone(meeting_id, who, now=event.now) for meeting_id, who in named)
    attendees.delete_many((meeting_id, PERSON + who) for meeting_id, who in named)


def stay_hidden(event: events.ErasureUnfinished) -> None:
    """Where something of theirs is left, that goes on until it is gone; and so does what leads there."""
    named, until_ms = list(namings_of_person(event.person, EVER)), ERASED_FROM.deadline(event.now)
    prolong(gone, {(one.meeting_id, GONE + one.participant_id): until_ms for one in named}, now=event.now)
    ending = [one for one in named if int(one.expires_at_ms) < until_ms]
    prolong(namings, {(one.owner, one.entry): until_ms for one in ending}, now=event.now)
