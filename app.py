"""Earshot's entry points: a table of contents, no logic."""

from chalicelib import wiring
from chalicelib.accounts.own_routes import routes as own_account_routes
from chalicelib.accounts.routes import routes as account_routes
from chalicelib.content.routes import routes as content_routes
from chalicelib.insights import organiser_routes as meetings, routes as insights, share_routes, tasks
from chalicelib.joining import routes as joining, tasks as sounds
from chalicelib.outreach.routes import routes as outreach_routes
from chalicelib.privacy import receipt_routes, rights_routes, tasks as privacy_tasks
from chalicelib.privacy.routes import routes as privacy_routes
from chalicelib.rooms.organiser_routes import routes as organiser_routes
from chalicelib.rooms.routes import routes as room_routes
from chalicelib.rooms.tasks import tasks as room_tasks
from chalicelib.runtime.http import EarshotApp, finish_with
from chalicelib.sessions import age_routes, routes as sessions
from chalicelib.web import api_routes, routes as pages

app = EarshotApp(app_name="earshot")
app.missing_page = pages.missing_page
app.experimental_feature_flags.update(["BLUEPRINTS", "WEBSOCKETS"])
app.api.binary_types.append("application/vnd.earshot.fingerprint")

for blueprint in (
    sessions.routes, age_routes.routes, privacy_routes, receipt_routes.routes, rights_routes.routes,
    privacy_tasks.tasks, account_routes, own_account_routes, room_routes, organiser_routes, room_tasks,
    content_routes, joining.routes, sounds.tasks, insights.routes, meetings.routes, share_routes.routes,
    tasks.tasks, outreach_routes, api_routes.routes, pages.routes,
):  # fmt: skip
    app.register_blueprint(blueprint)

finish_with(sessions.clear_useless_cookie)
wiring.connect()
__getattr__ = app.handler_named  # Lambda asks for a function as app.reap (infra/packaging.py)
