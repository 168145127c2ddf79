import { home, meeting, roomHere } from "./addresses.js";
import { ServerClock } from "./clock.js";
import { find } from "./dom.js";
import { t } from "./i18n.js";
import { keepLanguage } from "./language.js";
import { ListenerView } from "./listener-view.js";
import { Listening } from "./listening.js";
import { Live } from "./live.js";
import { MeetingView } from "./meeting-view.js";
import { recall, remember } from "./memory.js";
import { say, showCookieNotice } from "./notices.js";
import { Room } from "./room.js";
import { newTab } from "./tab.js";

const tab = newTab();
const live = new Live(tab);
const room = new Room(live);
const listening = new Listening({ tab, live, clock: new ServerClock(), room: () => room.id });
const back = find(".back", HTMLAnchorElement);
new ListenerView(listening);
const view = new MeetingView(room, live, () => void leave());

/** @param {"home" | "meeting"} name */
function show(name) {
  document.body.dataset.view = name;
  document.title = t(name === "home" ? "page.title" : "meeting.page-title");
  const last = room.id ?? recall("room");
  back.hidden = name === "meeting" || !last;
  if (last) back.href = meeting(last);
}

/** @param {string} id */
function enter(id) {
  if (id !== room.id) view.clear();
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

/** @param {string} [reason] */
function goHome(reason) {
  remember("room", null);
  if (roomHere()) history.pushState(null, "", home());
  show("home");
  find("#ear", HTMLButtonElement).focus();
  if (reason) say(reason);
}

async function leave() {
  listening.stop();
  const left = room.leave();
  goHome();
  await left.then(
    () => say(t("notice.left")),
    () => say(t("notice.leave-failed")),
  );
}

/** A clip taken back had already found a meeting: nobody asked to be in it. @param {string | null} id */
function undo(id) {
  if (id && id !== room.id) void fetch(`/v1/rooms/${id}/participants/me`, { method: "DELETE" });
}

/** @param {Event} event @returns {any} */
const detail = event => /** @type {CustomEvent} */ (event).detail;

listening.addEventListener("joined", event => arrive(detail(event)));
listening.addEventListener("overtaken", event => undo(detail(event)));
room.addEventListener("moved", event => {
  arrive(detail(event));
  say(t("notice.moved"));
});
room.addEventListener("ended", () => goHome(t("notice.ended")));
room.addEventListener("missing", () => goHome(t("notice.missing")));
room.addEventListener("message", event => {
  const { type, participant } = /** @type {LiveMessage} */ (detail(event));
  if (type === "participant.joined" && participant) say(t("notice.joined", { name: participant.name }));
});
window.addEventListener("popstate", () => {
  const id = roomHere();
  if (id) enter(id);
  else show("home");
});
window.addEventListener("pagehide", () => listening.stop());

keepLanguage();
showCookieNotice();
const here = roomHere();
if (here) enter(here);
else show("home");
