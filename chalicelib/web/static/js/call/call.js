import { Devices } from "./devices.js";
import { Early } from "./early.js";
import { Others, parsed } from "./others.js";

/** @typedef {"out" | "entering" | "in"} Place */

export const MOST = 6; // as the server has it
const AGAIN_MS = 2_000;

/**
 * The meeting's call: sound and pictures from browser to browser, the live channel to find each other. Events:
 * "change" when `place`, who is in it, or what they send has changed; "full"; "elsewhere" when it was left in another tab.
 */
export class Call extends EventTarget {
  /** @type {Place} */
  place = "out";
  devices = new Devices();
  #early = new Early();
  #knocked = false; // until then signals are another tab's
  #evicting = false; // my other tab
  #unsure = false; // since the live channel was lost: what came then is not known
  #owed = false; // that I have left, until the meeting knows it
  /** @type {RoomAnswer | undefined} the meeting as read before the channel was back */
  #stale;

  /** @param {import("../room.js").Room} room @param {import("../live.js").Live} live */
  constructor(room, live) {
    super();
    this.#room = room;
    this.#live = live;
    this.#others = new Others({
      me: () => this.#me,
      devices: this.devices,
      send: (to, data) => live.send({ action: "signal", to, data }),
    });
    this.#others.addEventListener("change", this.#changed);
    this.devices.addEventListener("change", this.#changed);
    room.addEventListener("change", () => this.#follow());
    live.addEventListener("message", event => this.#heard(/** @type {CustomEvent} */ (event).detail));
    live.addEventListener("lost", () => this.#lost());
    live.addEventListener("open", () => {
      this.#stale = room.state?.answer;
      if (this.#owed) this.#say(false);
    });
  }

  #room;
  #live;
  #others;

  /** Ids of those in the call, as the meeting knows it. */
  get people() {
    return this.#room.state?.call ?? [];
  }

  /** In it, perhaps in another tab. */
  get listed() {
    return this.people.includes(this.#me);
  }

  /** In it, and nobody there can hear this person. */
  get muted() {
    return this.place !== "out" && !this.devices.on.microphone;
  }

  /** In it by another tab, whose microphone that one knows. */
  get elsewhere() {
    return this.place === "out" && this.listed && !this.#owed;
  }

  get #me() {
    return this.#room.state?.answer.me ?? "";
  }

  /** @param {string} id */
  peer(id) {
    return this.#others.peer(id);
  }

  enter() {
    if (this.place !== "out" || !this.#room.id) return;
    this.place = "entering";
    this.#knocked = false;
    this.#evicting = this.listed;
    if (this.#evicting) this.#say(false);
    this.#follow();
  }

  leave() {
    if (this.place === "out") return;
    this.stop();
    this.#say(false);
  }

  /** All devices off, all connections closed. */
  stop() {
    this.place = "out";
    this.#knocked = false;
    this.#owed = false;
    this.#unsure = false;
    this.devices.closeAll();
    this.#closeAll();
    this.#changed();
  }

  #changed = () => this.dispatchEvent(new Event("change"));

  #knock() {
    this.#knocked = true;
    this.#say(true);
  }

  /** @param {boolean} joined */
  #say(joined) {
    this.#owed = !joined;
    this.#live.send({ action: "call", room_id: this.#room.id, joined });
  }

  /** What goes from browser to browser goes on without the channel. */
  #lost() {
    if (this.place === "in") this.#unsure = true;
    else this.#knocked = false;
  }

  /** The channel is back and the meeting read. Where all is as before, nobody notices; otherwise I enter anew. */
  #settle() {
    this.#unsure = false;
    const others = this.people.filter(id => id !== this.#me);
    const whole = others.every(id => this.peer(id)?.link === "connected");
    if (this.listed && whole && others.length === this.#others.ids.length) return;
    this.#closeAll();
    this.place = "entering"; // what is on stays on
    this.#knocked = false;
  }

  /** The meeting has been read, or somebody came or went. */
  #follow() {
    const { state } = this.#room;
    if (!this.listed) this.#owed = false;
    if (this.#unsure && (this.#live.state !== "open" || state?.answer === this.#stale)) return;
    if (this.#unsure) this.#settle();
    if (this.place === "entering") this.#goOn();
    if (this.place === "in" && !this.listed) return this.#overtaken();
    if (this.place === "in") this.#meet();
    return this.#changed();
  }

  /** The meeting knows of this tab's live channel: before, nobody is let into the call. */
  get #here() {
    return this.#room.state?.people.some(one => one.participant_id === this.#me) ?? false;
  }

  #goOn() {
    if (!this.#here || (this.#evicting && this.listed)) return;
    this.#evicting = false;
    if (!this.#knocked && this.#live.state === "open") this.#knock();
    if (this.#knocked && this.listed) this.place = "in";
  }

  #overtaken() {
    this.stop();
    this.dispatchEvent(new Event("elsewhere"));
  }

  #meet() {
    for (const id of this.#others.ids) if (!this.people.includes(id)) this.#others.close(id);
    for (const id of this.people) {
      if (id !== this.#me && !this.#others.peer(id)) this.#others.connect(id);
      for (const signal of this.#early.release(id)) void this.#others.take(id, signal);
    }
  }

  /** @param {LiveMessage} message */
  #heard({ type, room_id, from, data }) {
    if (room_id !== this.#room.id) return;
    if (type === "call.refused" && this.place === "entering") this.#refused();
    const signal = type === "signal" && data && this.#knocked ? parsed(data) : null;
    if (!from || !signal) return;
    if (this.people.includes(from)) void this.#others.take(from, signal);
    else this.#early.hold(from, signal);
  }

  #refused() {
    this.#knocked = false;
    if (this.people.length < MOST) {
      window.setTimeout(() => this.#follow(), AGAIN_MS); // before the live channel was known, or as another tab left
      return;
    }
    this.stop();
    this.dispatchEvent(new Event("full"));
  }

  #closeAll() {
    for (const id of this.#others.ids) this.#others.close(id);
    this.#early.clear();
  }
}
