"""Earshot's entry points: a table of contents, no logic."""

from chalicelib.accounts import sweep as account_sweep
from chalicelib.accounts.models import record_use_with
from chalicelib.accounts.own_routes import routes as own_account_routes
from chalicelib.accounts.routes import routes as account_routes
from chalicelib.content import showing, staging
from chalicelib.content.routes import routes as content_routes
from chalicelib.insights import history, keeping, organiser_routes as meetings, routes as insights, tasks as reports
from chalicelib.joining.consequences import forget_sound, give_up_seat, seat_admitted, tell_refused
from chalicelib.joining.routes import routes as joining_routes
from chalicelib.joining.tasks import tasks as joining_tasks
from chalicelib.privacy.routes import routes as privacy_routes
from chalicelib.privacy.service import LEFT, finish_leaving, follow_guest, forget_guest, has_consented
from chalicelib.privacy.tasks import tasks as privacy_tasks
from chalicelib.rooms import ending, presence
from chalicelib.rooms.organiser_routes import routes as organiser_routes
from chalicelib.rooms.routes import routes as room_routes
from chalicelib.rooms.service import cut_off, follow_renewal, forget_session, rename_member
from chalicelib.rooms.tasks import tasks as room_tasks
from chalicelib.runtime import consent, events, expiry
from chalicelib.runtime.http import EarshotApp, finish_with
from chalicelib.sessions import aftermath, age_routes, routes as sessions, sweep
from chalicelib.web import api_routes, routes as pages

app = EarshotApp(app_name="earshot")
app.missing_page = pages.missing_page
app.experimental_feature_flags.update(["BLUEPRINTS", "WEBSOCKETS"])
app.api.binary_types.append("application/vnd.earshot.fingerprint")

for blueprint in (
    sessions.routes, age_routes.routes, privacy_routes, privacy_tasks, account_routes, own_account_routes,
    room_routes, organiser_routes, room_tasks, content_routes, joining_routes, joining_tasks,
    insights.routes, meetings.routes, reports.tasks, api_routes.routes, pages.routes,
):  # fmt: skip
    app.register_blueprint(blueprint)

finish_with(sessions.clear_useless_cookie)
consent.recorded_by(has_consented)
for kind, look in (
    (presence.PRESENT, presence.look_after), (ending.EMPTY, presence.end_if_empty), (LEFT, finish_leaving),
    (aftermath.FOLLOW, aftermath.follow), (aftermath.END, aftermath.end), (staging.EXPIRY_KIND, staging.reap_tab),
    (history.UNSTARTED, history.start_unstarted), (history.RAW, history.drop_raw), (history.KEEP, keeping.look_after),
):  # fmt: skip
    expiry.handled_by(kind, look)
expiry.handled_by_page(sweep.KIND, sweep.look_after)
expiry.handled_by_page(account_sweep.KIND, account_sweep.look_after)
for event, hear in (
    (events.SessionEnded, staging.forget_session), (events.FoundTooYoung, forget_guest),
    (events.AccountUsed, record_use_with), (events.SessionEnded, forget_session), (events.SessionEnded, forget_sound),
    (events.SessionReplaced, cut_off), (events.SessionRenewed, follow_renewal), (events.GuestSignedIn, follow_guest),
    (events.ParticipantRenamed, rename_member), (events.MemberLeft, give_up_seat),
    (events.MemberLeaving, showing.withdraw), (events.MemberLeft, showing.withdraw),
    (events.RoomsMerged, showing.follow_merge), (events.RoomsMerged, history.follow_merge),
    (events.ShowingEnding, history.record_shown), (events.StayEnding, history.record_stay),
    (events.RoomEnded, showing.clear_room), (events.RoomEnded, history.record_end),
    (events.AccountErasing, keeping.follow_erasure), (events.ParticipantAdmitted, seat_admitted),
    (events.ParticipantRefused, tell_refused),
):  # fmt: skip
    events.subscribe(event, hear)
