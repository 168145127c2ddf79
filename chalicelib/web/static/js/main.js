import { home, meeting, roomHere } from "./addresses.js";
import { Analytics } from "./analytics.js";
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
import { find, write } from "./dom.js";
import { Door } from "./door.js";
import { t } from "./i18n.js";
import { Invite } from "./invite.js";
import { keepLanguage } from "./language.js";
import { ListenerView } from "./listener-view.js";
import { Listening } from "./listening.js";
import { Live } from "./live.js";
import { MeetingView } from "./meeting-view.js";
import { recall, remember } from "./memory.js";
import { say, showCookieNotice, showWhenOffline, showWithoutCookies } from "./notices.js";
import { Organise } from "./organise.js";
import { MyLinks } from "./panel/links.js";
import { openPanel } from "./panel/open.js";
import { Room } from "./room.js";
import { Session } from "./session.js";
import { Tab } from "./tab.js";

/** @typedef {"home" | "meeting" | "arrive" | "gone"} View */

/** @type {Record<View, string>} */
const TITLES = {
  home: "page.title",
  meeting: "meeting.page-title",
  arrive: "arrive.page-title",
  gone: "gone.page-title",
};

/** @type {Record<Ending, [title: string, body: string]>} */
const ENDINGS = {
  ended: ["gone.ended.title", "gone.ended.body"],
  missing: ["gone.missing.title", "gone.missing.body"],
  "signed-out": ["gone.signed-out.title", "gone.signed-out.body"],
};

const tab = new Tab();
const live = new Live(tab);
const session = new Session(live);
const room = new Room(live);
const listening = new Listening({ tab, live, clock: new ServerClock(), session, room: () => room.id });
const time = new ServerTime(live);
const lease = new Lease(tab, live);
const staged = new Staged({ tab, live, session, lease, time, kept: new Kept(tab) });
const back = find(".back", HTMLAnchorElement);
new ListenerView(listening);
const view = new MeetingView(room, live, () => void leave());
const door = new Door(room, () => view.focus());
const invite = new Invite(room);
const organise = new Organise(room, session);
const arrival = new Arrival(session, live);
const shown = new ShownView(room, staged, time, () => panel.open("links"));
new Deadlines(room, time);
const analytics = new Analytics(room);
const calls = new Call(room, live);
new CallView(calls, room);
new CodeEntry(session, listening, arriveByCode, waitByCode);

/** @param {View} name */
function show(name) {
  document.body.dataset.view = name;
  document.title = t(TITLES[name]);
  const last = room.id ?? recall("room");
  back.hidden = name !== "home" || !last;
  if (last) back.href = meeting(last);
  find(".gone-home", HTMLAnchorElement).href = home();
}

/** @param {string} id */
function enter(id) {
  arrival.clear();
  if (id !== room.id) {
    view.clear();
    shown.clear();
    door.clear();
    invite.forget();
    organise.clear();
    calls.stop();
    analytics.leave();
  }
  remember("room", id);
  room.enter(id);
  show("meeting");
}

/** @param {string} id */
function arrive(id) {
  const news = id !== room.id;
  if (roomHere() !== id) history.pushState(null, "", meeting(id));
  enter(id);
  if (news) view.focus();
}

/** @param {string} id @param {import("./codes.js").ShownCode} [shown] */
function arriveByCode(id, shown) {
  listening.stop();
  arrive(id);
  if (shown) invite.show(shown);
}

/** @param {string} id */
function arriveToRun(id) {
  arrive(id);
  organise.unfold();
}

/** @type {import("./code-entry.js").Wait} */
function waitByCode(entry, ask) {
  listening.stop();
  show("arrive");
  arrival.wait(entry, ask);
}

/** Not in the meeting of this address: perhaps it is an invitation. @param {string | null} id */
async function lookOutside(id) {
  forget();
  if (!id || !(await arrival.invited(id))) return roomHere() === id && end("missing");
  show("arrive");
  return arrival.focus();
}

/** Nothing of a meeting is left in this page. */
function forget() {
  listening.stop();
  door.clear();
  invite.forget();
  organise.clear();
  calls.stop();
  analytics.forget();
  live.close();
  remember("room", null);
}

async function leave() {
  calls.leave();
  const left = room.leave();
  forget();
  if (roomHere()) history.pushState(null, "", home());
  show("home");
  find("#ear", HTMLButtonElement).focus();
  await left.then(
    () => say(t("notice.left")),
    () => say(t("notice.leave-failed")),
  );
  staged.refresh(); // nothing of mine is shown there any more
}

/** The address stays: it says which meeting is meant. @param {Ending} why */
function end(why) {
  room.forget();
  forget();
  if (why === "signed-out") session.forget();
  else staged.refresh(); // what was shown has gone with the meeting
  show("gone");
  write(find("#gone-title", HTMLElement), t(ENDINGS[why][0]));
  write(find(".gone-body", HTMLElement), t(ENDINGS[why][1]));
  find("#gone-title", HTMLElement).focus();
}

/** A clip taken back had already found a meeting: nobody asked to be in it. @param {string | null} id */
function undo(id) {
  if (id && id !== room.id) void call("DELETE", `/v1/rooms/${id}/participants/me`).catch(() => {});
}

/** @param {LiveMessage} message */
function renamed({ participant_id, name = "", former }) {
  if (participant_id === room.state?.answer.me)
    session.refresh(); // perhaps in another tab
  else if (former) say(t("notice.renamed", { former, name }));
}

/** @param {Event} event @returns {any} */
const detail = event => /** @type {CustomEvent} */ (event).detail;

listening.addEventListener("joined", event => arrive(detail(event)));
listening.addEventListener("overtaken", event => undo(detail(event)));
listening.addEventListener("outside", () => {
  listening.stop();
  room.refresh();
});
room.addEventListener("moved", event => {
  const inviting = invite.shown;
  arrive(detail(event));
  staged.refresh();
  if (inviting) void invite.next();
  say(t("notice.moved"));
});
for (const why of /** @type {Ending[]} */ (["ended", "signed-out"]))
  room.addEventListener(why, () => end(why));
room.addEventListener("missing", () => void lookOutside(roomHere()));
arrival.addEventListener("arrived", event => arrive(detail(event)));
arrival.addEventListener("over", () => end("ended"));
room.addEventListener("message", event => {
  const { type, participant } = /** @type {LiveMessage} */ (detail(event));
  const other = participant && participant.participant_id !== room.state?.answer.me;
  if (type === "participant.joined" && other) say(t("notice.joined", { name: participant.name }));
  if (type === "participant.renamed") renamed(detail(event));
});
session.addEventListener("over", () => {
  if (room.id) end("signed-out");
  else forget();
});
live.addEventListener("lost", () => room.id || session.refresh()); // perhaps it was ended from another device
session.addEventListener("change", () => session.who || room.id || live.close());
window.addEventListener("popstate", () => {
  const id = roomHere();
  arrival.clear();
  if (id) enter(id);
  else show("home");
});
lease.addEventListener("renewed", () => room.prolong(staged.ids, lease.expiresAtMs));
window.addEventListener("pagehide", ({ persisted }) => {
  listening.stop();
  calls.leave();
  if (heldBearer() && !persisted) void call("DELETE", "/v1/session", { leaving: true }); // nobody could come back to it
});

keepLanguage(language => session.prefer({ language }));
const { panel, rename } = openPanel(session, arriveToRun);
new MyLinks(panel, staged, room, time);
offerAgain(staged);
followTab({ tab, live, room, staged });
arrival.addEventListener("rename", rename);
showCookieNotice();
showWhenOffline();
showWithoutCookies();
const here = roomHere();
if (here) enter(here);
else show("home");
