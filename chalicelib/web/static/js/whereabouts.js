import { home, meeting, roomHere } from "./addresses.js";
import { find, write } from "./dom.js";
import { t } from "./i18n.js";
import { leadToMine } from "./insights/own.js";
import { recall, remember } from "./memory.js";
import { say } from "./notices.js";

/** @typedef {"home" | "meeting" | "arrive" | "gone" | "opening"} View */

/** @type {Record<View, string>} */
const TITLES = {
  home: "page.title",
  meeting: "meeting.page-title",
  opening: "meeting.page-title",
  arrive: "arrive.page-title",
  gone: "gone.page-title",
};

/** @type {Record<Ending, [title: string, body: string, page: string]>} */
const ENDINGS = {
  ended: ["gone.ended.title", "gone.ended.body", "gone.ended.page-title"],
  missing: ["gone.missing.title", "gone.missing.body", "gone.page-title"],
  "signed-out": ["gone.signed-out.title", "gone.signed-out.body", "gone.signed-out.page-title"],
};

/**
 * @typedef {{clear(): void}} Clearable
 * @typedef {{room: import("./room.js").Room, live: import("./live.js").Live, session: import("./session.js").Session,
 *   listening: import("./listening.js").Listening, staged: import("./content/staged.js").Staged,
 *   view: import("./meeting-view.js").MeetingView, arrival: import("./arrival.js").Arrival,
 *   calls: import("./call/call.js").Call, invite: import("./invite.js").Invite, analytics: import("./analytics.js").Analytics,
 *   organise: import("./organise.js").Organise, measuring: import("./measuring/measuring.js").Measuring,
 *   leaving: import("./leaving.js").Leaving, others: Clearable[]}} Parts `others`: what else shows one meeting
 */

/** Which view the page shows, and the ways between them: into a meeting, out of it, to its door and to its end. */
export class Whereabouts {
  #back = find(".back", HTMLAnchorElement);

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    parts.room.addEventListener("change", () => this.#isIn());
    parts.session.addEventListener("change", () => this.#remind());
    parts.leaving.addEventListener("heard", () => this.#left());
    parts.leaving.addEventListener("unheard", () => say(t("notice.leave-unheard")));
  }

  #parts;
  #reminded = false;

  /** Some browsers forget what a page keeps sooner than the session ends: then the session knows the meeting. */
  #remind() {
    const { room, session } = this.#parts;
    if (this.#reminded || !session.who) return;
    this.#reminded = true; // what comes later is this page's own doing
    const { room_id: id } = session.who;
    if (!id || room.id || recall("room")) return;
    remember("room", id);
    if (document.body.dataset.view === "home") this.show("home");
  }

  /** @param {View} name */
  show(name) {
    const last = this.#parts.room.id ?? recall("room");
    document.body.dataset.view = name;
    document.title = t(TITLES[name]);
    this.#back.hidden = name !== "home" || !last;
    if (last) this.#back.href = meeting(last);
    find(".gone-home", HTMLAnchorElement).href = home();
  }

  /** The meeting of this address. Where it may be an invitation, nothing is shown before that is known. @param {string} id */
  enter(id) {
    this.#go(id);
    this.show(recall("room") === id || this.#parts.room.state ? "meeting" : "opening");
  }

  /** A meeting that this page was led to. @param {string} id */
  arrive(id) {
    const news = id !== this.#parts.room.id;
    if (roomHere() !== id) history.pushState(null, "", meeting(id));
    this.#go(id);
    this.show("meeting");
    if (news) this.#parts.view.focus();
  }

  /** @param {string} id @param {import("./codes.js").ShownCode} [shown] */
  arriveByCode = (id, shown) => {
    this.#parts.listening.stop();
    this.arrive(id);
    if (shown) this.#parts.invite.show(shown);
  };

  /** @param {string} id */
  arriveToRun = id => {
    this.#parts.listening.stop();
    this.arrive(id);
    this.#parts.organise.unfold();
  };

  /** @type {import("./code-entry.js").Wait} */
  waitByCode = (entry, ask) => {
    this.#parts.listening.stop();
    this.show("arrive");
    this.#parts.arrival.wait(entry, ask);
  };

  /** Not in the meeting of this address: perhaps it is an invitation. @param {string | null} id */
  async lookOutside(id) {
    this.#forget(id);
    const { arrival } = this.#parts;
    if (!id || !(await arrival.invited(id))) return roomHere() === id && this.end("missing");
    this.show("arrive");
    return arrival.focus();
  }

  leave() {
    const { calls, leaving, measuring, room } = this.#parts;
    const { id } = room;
    calls.leave();
    room.forget();
    measuring.clear();
    if (id) void leaving.leave(id, () => measuring.flush());
    this.#forget(id);
    if (roomHere()) history.pushState(null, "", home());
    this.show("home");
    find("#ear", HTMLButtonElement).focus();
  }

  /** The server knows. */
  #left() {
    say(t("notice.left"));
    this.#parts.staged.refresh(); // nothing of mine is shown there any more
  }

  /** The address stays: it says which meeting is meant. @param {Ending} why */
  end(why) {
    const { measuring, room, session, staged } = this.#parts;
    const id = room.id ?? roomHere();
    const measured = why === "ended" && measuring.measures;
    find(".gone-mine", HTMLAnchorElement).hidden = !measured;
    leadToMine(find(".gone-mine", HTMLAnchorElement), id);
    room.forget();
    this.#forget(id);
    if (why === "signed-out") session.forget();
    else staged.refresh(); // what was shown has gone with the meeting
    this.show("gone");
    const [title, body, page] = ENDINGS[why];
    document.title = t(page);
    write(find("#gone-title", HTMLElement), t(title));
    write(find(".gone-body", HTMLElement), t(body));
    find("#gone-title", HTMLElement).focus();
  }

  /** The session is over: this page is in no meeting. */
  signOut() {
    if (this.#parts.room.id) this.end("signed-out");
    else this.#forget(recall("room"));
  }

  /** A clip taken back had already found a meeting: nobody asked to be in it. @param {string | null} id */
  undo(id) {
    if (id && id !== this.#parts.room.id) this.#parts.leaving.undo(id);
  }

  /** @param {string} id */
  #go(id) {
    const { room, arrival, calls, analytics, invite, leaving, others } = this.#parts;
    arrival.clear();
    leaving.revoke(id);
    if (id !== room.id) {
      for (const one of others) one.clear();
      invite.forget();
      calls.stop();
      analytics.leave();
    }
    room.enter(id);
  }

  /** The meeting has been read: from now on it is the one to come back to. */
  #isIn() {
    const { id } = this.#parts.room;
    if (!id) return;
    remember("room", id);
    if (document.body.dataset.view === "opening") this.show("meeting");
  }

  /** Nothing of a meeting is left in this page; another one that is remembered stays so. @param {string | null} id */
  #forget(id) {
    const { listening, invite, calls, analytics, live, staged, others } = this.#parts;
    listening.stop();
    for (const one of others) one.clear();
    invite.forget();
    calls.stop();
    analytics.forget();
    live.close();
    staged.rest();
    if (recall("room") === id) remember("room", null);
  }
}
