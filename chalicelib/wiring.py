"""What answers to what: who looks after what is due, who hears which event. The subjects do not know of each other.

Whoever hears of an event does so in the order given here (docs/adr/0029-what-is-held-of-whom.md).
"""

from collections.abc import Callable, Sequence
from typing import Any

from chalicelib.accounts import begun, models as accounts, sweep as account_sweep
from chalicelib.content import reaping, showing, staging
from chalicelib.insights import (
    erasing as out_of_meetings,
    held_models as of_meetings,
    history,
    keeping,
    restoring,
    starting,
    withdrawing,
)
from chalicelib.joining import consequences, held_models as of_sound
from chalicelib.lifetimes import SOUND_CLIP
from chalicelib.outreach import service as forms
from chalicelib.privacy import (
    disclosure_models as ledger,
    erasing,
    exporting,
    request_models as of_requests,
    service as privacy,
    too_young,
)
from chalicelib.rooms import (
    ending,
    erasing as out_of_rooms,
    held_models as of_rooms,
    organising,
    presence,
    service as rooms,
)
from chalicelib.runtime import consent, disclosure, events, expiry, lateness, running_out
from chalicelib.runtime.expiry_models import Lane
from chalicelib.sessions import aftermath, forgetting, guardian, sweep, ticket_models as of_tickets, uses

# imported so that what they hold is known, and what of it runs out (runtime/holdings.py, running_out.py)
HELD = (of_rooms, of_sound, of_meetings, of_requests, guardian, of_tickets)

DUE: dict[str, expiry.Handler] = {
    presence.PRESENT: presence.look_after,
    ending.EMPTY: presence.end_if_empty,
    privacy.LEFT: privacy.finish_leaving,
    erasing.DUE: erasing.see_through,
    exporting.DUE: exporting.look_after,
    forgetting.DELETED: forgetting.finish,
    aftermath.FOLLOW: aftermath.follow,
    aftermath.END: aftermath.end,
    uses.USED: uses.look_after,
    starting.DUE: starting.see_through,
    history.RAW: history.drop_raw,
    history.NAMES: history.drop_names,
    history.KEEP: keeping.look_after,
    history.KEPT: keeping.look_after_meeting,
    keeping.SHARED: keeping.drop_share,
    forms.RAN_OUT: forms.drop,
    account_sweep.UNUSED: account_sweep.erase,
}

DUE_BY_THE_PAGE: dict[str, expiry.PageHandler] = {
    staging.EXPIRY_KIND: reaping.reap_tabs,
    sweep.KIND: sweep.look_after,
    sweep.PARTICIPANT: sweep.look_after_participants,
    account_sweep.KIND: account_sweep.look_after,
    **{one.kind: one.look_after for one in running_out.kinds()},
}

WAITS_IN: dict[str, Sequence[Lane]] = {  # what is not urgent, if looked at one by one, or patient, if by the page
    presence.PRESENT: (expiry.PRESENT,),
    forms.RAN_OUT: (expiry.PATIENT,),
    account_sweep.UNUSED: (expiry.PATIENT,),
    staging.EXPIRY_KIND: expiry.TABS,
}

NAMED_BY_SEAL: dict[str, str] = {  # what for, of the kinds whose entries name somebody
    privacy.LEFT: privacy.SEALED,
    forgetting.DELETED: forgetting.SEALED,
    aftermath.FOLLOW: aftermath.SEALED,
    aftermath.END: aftermath.SEALED,
    uses.USED: uses.SEALED,
    history.KEEP: history.SEALED,
    sweep.KIND: sweep.SEALED,
    sweep.PARTICIPANT: sweep.SEALED,
    account_sweep.KIND: account_sweep.SEALED,
    account_sweep.UNUSED: account_sweep.SEALED,
}

AHEAD: dict[str, int] = {account_sweep.UNUSED: account_sweep.AHEAD_MS}  # of their end, of the kinds due before it

A_RUN: dict[str, int] = {account_sweep.UNUSED: account_sweep.ERASED}  # of what is costly

HEARD: dict[type, tuple[Callable[[Any], None], ...]] = {
    events.FoundTooYoung: (too_young.forget_guest, begun.forget_begun, forms.forget_guest),
    events.FoundOldEnough: (too_young.readmit_guest,),
    events.SessionEnded: (staging.forget_session, rooms.forget_session, consequences.forget_sound),
    events.SessionReplaced: (rooms.cut_off,),
    events.SessionRenewed: (rooms.follow_renewal,),
    events.GuestSignedIn: (privacy.follow_guest,),
    events.ParticipantRenamed: (rooms.rename_member,),
    events.NameRepaired: (rooms.repair_name,),
    events.NameDeleted: (history.follow_deletion,),
    events.MemberLeaving: (showing.withdraw,),
    events.MemberLeft: (consequences.give_up_seat, showing.withdraw),
    events.RoomsMerged: (showing.follow_merge, history.follow_merge),
    events.ShowingEnding: (history.record_shown,),
    events.StayEnding: (history.record_stay,),
    events.RoomEnded: (showing.clear_room, history.record_end),
    events.AccountUsed: (accounts.record_use_with,),
    events.PersonUsed: (history.follow_use,),
    events.ConsentWithdrawn: (withdrawing.forget_measured,),
    events.CaptureChanged: (organising.tell_capture,),
    events.AccountErasing: (keeping.follow_erasure,),
    events.BackupRestored: (restoring.mend_reports,),
    events.SubjectErased: (out_of_rooms.forget_person, out_of_meetings.hide_person),
    events.ErasureUnfinished: (uses.keep_known, out_of_meetings.stay_hidden),
    events.ParticipantAdmitted: (consequences.seat_admitted,),
    events.ParticipantRefused: (consequences.tell_refused,),
}


def connect() -> None:
    """When the application starts; again does no harm."""
    consent.recorded_by(privacy.consented_since)
    disclosure.recorded_by(ledger.record)
    lateness.keep_pace(SOUND_CLIP.kind, "seconds")  # deleted by their queue
    for kind, look in DUE.items():
        expiry.handled_by(kind, look, WAITS_IN.get(kind, (expiry.URGENT,)), a_run=A_RUN.get(kind))
    for kind, look_all in DUE_BY_THE_PAGE.items():
        expiry.handled_by_page(kind, look_all, WAITS_IN.get(kind, (expiry.PATIENT,)))
    for kind, ahead_ms in AHEAD.items():
        expiry.is_due_ahead(kind, ahead_ms)
    for kind, purpose in NAMED_BY_SEAL.items():
        expiry.named_by_seal(kind, purpose)
    for event, hearers in HEARD.items():
        for hear in hearers:
            events.subscribe(event, hear)
