import { roomHere } from "./addresses.js";
import { Analytics } from "./analytics.js";
import { Announcements } from "./announcements.js";
import { call } from "./api.js";
import { Arrival } from "./arrival.js";
import { Call } from "./call/call.js";
import { CallView } from "./call/call-view.js";
import { ServerClock } from "./clock.js";
import { CodeEntry } from "./code-entry.js";
import { offerAgain } from "./content/again.js";
import { Deadlines } from "./content/deadlines.js";
import { Kept } from "./content/kept.js";
import { Lease } from "./content/lease.js";
import { followTab } from "./content/lifecycle.js";
import { ServerTime } from "./content/server-time.js";
import { ShownView } from "./content/shown-view.js";
import { Staged } from "./content/staged.js";
import { heldBearer } from "./cookieless.js";
import { Door } from "./door.js";
import { OVER } from "./forms.js";
import { t } from "./i18n.js";
import { Invite } from "./invite.js";
import { keepLanguage } from "./language.js";
import { Leaving } from "./leaving.js";
import { ListenerView } from "./listener-view.js";
import { Listening } from "./listening.js";
import { Live } from "./live.js";
import { Measuring } from "./measuring/measuring.js";
import { MeasuringView } from "./measuring/measuring-view.js";
import { MeetingView } from "./meeting-view.js";
import { say, showCookieNotice, showPolicyNews, showWhenOffline, showWithoutCookies } from "./notices.js";
import { Organise } from "./organise.js";
import { MyLinks } from "./panel/links.js";
import { openPanel } from "./panel/open.js";
import { tellOfReports } from "./report-notice.js";
import { Room } from "./room.js";
import { Session } from "./session.js";
import { Tab } from "./tab.js";
import { Whereabouts } from "./whereabouts.js";

const tab = new Tab();
const live = new Live(tab);
const session = new Session(live);
const room = new Room(live);
const listening = new Listening({ tab, live, clock: new ServerClock(), session, room });
const time = new ServerTime(live);
const lease = new Lease(tab, live);
const staged = new Staged({ tab, live, session, lease, time, kept: new Kept(tab) });
new ListenerView(listening);
const view = new MeetingView(room, live, () => here.leave());
const door = new Door(room, () => view.focus());
const invite = new Invite(room);
const organise = new Organise(room, session);
const leaving = new Leaving();
const arrival = new Arrival(session, live, leaving);
const shown = new ShownView(room, staged, time, () => panel.open("links"));
new Deadlines(room, time);
const analytics = new Analytics(room);
const calls = new Call(room, live);
new CallView(calls, room);
const announcements = new Announcements(room);
const measuring = new Measuring({ room, live, tab, calls });
const others = [view, shown, door, organise, announcements, measuring];
const parts = {
  room,
  live,
  session,
  listening,
  staged,
  view,
  arrival,
  calls,
  invite,
  analytics,
  organise,
  measuring,
  leaving,
  others,
};
const here = new Whereabouts(parts);
new CodeEntry(session, listening, here.arriveByCode, here.waitByCode);

/** @param {Event} event @returns {any} */
const detail = event => /** @type {CustomEvent} */ (event).detail;

listening.addEventListener("joined", event => {
  const to = detail(event);
  if (room.id) measuring.follow({ from: room.id, to }); // the answer to a clip may come before the news of the room
  here.arrive(to);
});
listening.addEventListener("overtaken", event => here.undo(detail(event)));
listening.addEventListener("outside", () => {
  listening.stop();
  room.refresh();
});
room.addEventListener("change", () => lease.open()); // whoever is in a meeting is heard of
room.addEventListener("moved", event => {
  const inviting = invite.shown;
  here.arrive(detail(event).to);
  staged.refresh();
  if (inviting) void invite.next();
  say(t("notice.moved"));
});
for (const why of /** @type {Ending[]} */ (["ended", "signed-out"]))
  room.addEventListener(why, () => here.end(why));
room.addEventListener("unread", () => room.state || say(t("meeting.unread")));
room.addEventListener("missing", () => void here.lookOutside(roomHere()));
arrival.addEventListener("arrived", event => here.arrive(detail(event)));
arrival.addEventListener("over", () => here.end("ended"));
announcements.addEventListener("mine", () => session.refresh()); // perhaps in another tab
document.addEventListener(OVER, session.refresh);
session.addEventListener("over", () => {
  measuring.forget();
  here.signOut();
});
live.addEventListener("lost", () => room.id || session.refresh()); // perhaps it was ended from another device
session.addEventListener("change", () => session.who || (room.id ? room.refresh() : live.close())); // the room says who is out
window.addEventListener("popstate", () => {
  const id = roomHere();
  arrival.clear();
  if (id) here.enter(id);
  else here.show("home");
});
lease.addEventListener("renewed", () => room.prolong(staged.ids, lease.expiresAtMs));

keepLanguage(language => session.prefer({ language }));
const { panel, rename, askAge } = openPanel(session, here.arriveToRun);
new MeasuringView(measuring, room, askAge);
new MyLinks(panel, staged, room, time);
panel.restore();
offerAgain(staged);
window.addEventListener("pagehide", () => {
  listening.stop();
  calls.leave();
});
followTab({ tab, live, room, staged });
window.addEventListener("pagehide", ({ persisted }) => {
  measuring.leave(); // after what the tab has staged: browsers let 64 KB of such messages through
  if (heldBearer() && !persisted) void call("DELETE", "/v1/session", { leaving: true }); // nobody could come back to it
});
arrival.addEventListener("rename", rename);
tellOfReports(room);
showCookieNotice();
showPolicyNews();
showWhenOffline();
showWithoutCookies();
const address = roomHere();
if (address) here.enter(address);
else here.show("home");
