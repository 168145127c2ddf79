"""Whoever is erased leaves every organiser's history and reports (F4): out of sight at once, out of them soon after."""

from chalicelib.insights.held_models import namings_of_person
from chalicelib.insights.meeting_models import PERSON, attendees, gone, new_gone
from chalicelib.runtime import events


def hide_person(event: events.SubjectErased) -> None:
    """From here on no reader is told anything of theirs; a report that may have their figures is being told anew."""
    named = [(one.meeting_id, one.participant_id) for one in namings_of_person(event.person, event.now)]
    gone.put_many(new_gone(meeting_id, who, now=event.now) for meeting_id, who in named)
    attendees.delete_many((meeting_id, PERSON + who) for meeting_id, who in named)
