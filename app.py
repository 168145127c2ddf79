"""Earshot's entry points: a table of contents, no logic."""

from chalicelib.accounts import begun, models as accounts, sweep as account_sweep
from chalicelib.accounts.own_routes import routes as own_account_routes
from chalicelib.accounts.routes import routes as account_routes
from chalicelib.content import showing, staging
from chalicelib.content.routes import routes as content_routes
from chalicelib.insights import history, keeping, organiser_routes as meetings, routes as insights, share_routes, tasks
from chalicelib.insights.starting import DUE, see_through
from chalicelib.joining import routes as joining, tasks as sounds
from chalicelib.joining.consequences import forget_sound, give_up_seat, seat_admitted, tell_refused
from chalicelib.privacy import routes as privacy, tasks as privacy_tasks, too_young
from chalicelib.privacy.service import LEFT, consented_since, finish_leaving, follow_guest
from chalicelib.rooms import ending, presence
from chalicelib.rooms.organiser_routes import routes as organiser_routes
from chalicelib.rooms.routes import routes as room_routes
from chalicelib.rooms.service import cut_off, follow_renewal, forget_session, rename_member, repair_name
from chalicelib.rooms.tasks import tasks as room_tasks
from chalicelib.runtime import consent, events, expiry
from chalicelib.runtime.http import EarshotApp, finish_with
from chalicelib.sessions import aftermath, age_routes, forgetting, routes as sessions, sweep
from chalicelib.web import api_routes, routes as pages

app = EarshotApp(app_name="earshot")
app.missing_page = pages.missing_page
app.experimental_feature_flags.update(["BLUEPRINTS", "WEBSOCKETS"])
app.api.binary_types.append("application/vnd.earshot.fingerprint")

for blueprint in (
    sessions.routes, age_routes.routes, privacy.routes, privacy_tasks.tasks, account_routes, own_account_routes,
    room_routes, organiser_routes, room_tasks, content_routes, joining.routes, sounds.tasks,
    insights.routes, meetings.routes, share_routes.routes, tasks.tasks, api_routes.routes, pages.routes,
):  # fmt: skip
    app.register_blueprint(blueprint)

finish_with(sessions.clear_useless_cookie)
consent.recorded_by(consented_since)
for kind, look in (
    (presence.PRESENT, presence.look_after), (ending.EMPTY, presence.end_if_empty), (LEFT, finish_leaving),
    (forgetting.DELETED, forgetting.finish), (aftermath.FOLLOW, aftermath.follow), (aftermath.END, aftermath.end),
    (staging.EXPIRY_KIND, staging.reap_tab), (DUE, see_through), (history.RAW, history.drop_raw),
    (history.NAMES, history.drop_names), (history.KEEP, keeping.look_after), (keeping.SHARED, keeping.drop_share),
):  # fmt: skip
    expiry.handled_by(kind, look)
expiry.handled_by_page(sweep.KIND, sweep.look_after)
expiry.handled_by_page(account_sweep.KIND, account_sweep.look_after)
for event, hear in (
    (events.FoundTooYoung, too_young.forget_guest), (events.FoundTooYoung, begun.forget_begun),
    (events.FoundOldEnough, too_young.readmit_guest), (events.SessionEnded, staging.forget_session),
    (events.ParticipantRenamed, rename_member), (events.NameRepaired, repair_name), (events.MemberLeft, give_up_seat),
    (events.SessionEnded, forget_session), (events.SessionEnded, forget_sound), (events.MemberLeft, showing.withdraw),
    (events.SessionReplaced, cut_off), (events.SessionRenewed, follow_renewal), (events.GuestSignedIn, follow_guest),
    (events.NameDeleted, history.follow_deletion), (events.MemberLeaving, showing.withdraw),
    (events.RoomsMerged, showing.follow_merge), (events.RoomsMerged, history.follow_merge),
    (events.ShowingEnding, history.record_shown), (events.StayEnding, history.record_stay),
    (events.RoomEnded, showing.clear_room), (events.RoomEnded, history.record_end),
    (events.AccountUsed, accounts.record_use_with), (events.AccountErasing, keeping.follow_erasure),
    (events.ParticipantAdmitted, seat_admitted), (events.ParticipantRefused, tell_refused),
):  # fmt: skip
    events.subscribe(event, hear)
