import { Devices } from "./devices.js";
import { Early } from "./early.js";
import { Peer } from "./peer.js";

/**
 * What two browsers tell each other: `call` names this entry into the call (its instant, so that the later one counts),
 * `to` the entry it is meant for; nothing else: here I am.
 * @typedef {{call: number, to?: number} & import("./peer.js").Step} Signal
 */
/** @typedef {{peer: Peer, theirs: number}} Other `theirs`: their entry; 0: not known yet */
/** @typedef {"out" | "entering" | "in"} Place */

export const MOST = 6; // as the server has it

/** @param {string} data @returns {Signal | null} null for what no page of ours has sent */
function parsed(data) {
  try {
    const signal = JSON.parse(data);
    return typeof signal?.call === "number" ? signal : null;
  } catch {
    return null;
  }
}

/**
 * The meeting's call: sound and pictures from browser to browser, the live channel to find each other. Events:
 * "change" when `place`, who is in it, or what they send has changed; "full"; "elsewhere" when it was left in another tab.
 */
export class Call extends EventTarget {
  /** @type {Place} */
  place = "out";
  devices = new Devices();
  /** @type {Map<string, Other>} */
  #others = new Map();
  #early = new Early();
  #mine = 0;
  #evicting = false; // my other tab
  #unsure = false; // since the live channel was lost: what came then is not known
  #owed = false; // that I have left
  /** @type {RoomAnswer | undefined} the meeting as read before the channel was back */
  #stale;

  /** @param {import("../room.js").Room} room @param {import("../live.js").Live} live */
  constructor(room, live) {
    super();
    this.#room = room;
    this.#live = live;
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

  /** Ids of those in the call, as the meeting knows it. */
  get people() {
    return this.#room.state?.call ?? [];
  }

  /** In it, perhaps in another tab. */
  get listed() {
    return this.people.includes(this.#me);
  }

  get #me() {
    return this.#room.state?.answer.me ?? "";
  }

  /** @param {string} id @returns {Peer | null} */
  peer(id) {
    return this.#others.get(id)?.peer ?? null;
  }

  enter() {
    if (this.place !== "out" || !this.#room.id) return;
    this.place = "entering";
    this.#mine = 0;
    this.#evicting = this.listed;
    if (this.#evicting) this.#say(false);
    this.#follow();
  }

  leave() {
    if (this.place === "out") return;
    this.#say(false);
    this.stop();
  }

  /** All devices off, all connections closed. */
  stop() {
    this.place = "out";
    this.#unsure = false;
    this.devices.closeAll();
    this.#closeAll();
    this.#changed();
  }

  #changed = () => this.dispatchEvent(new Event("change"));

  #knock() {
    this.#mine = Date.now();
    this.#say(true);
  }

  /** @param {boolean} joined */
  #say(joined) {
    this.#owed = !joined && this.#live.state !== "open";
    this.#live.send({ action: "call", room_id: this.#room.id, joined });
  }

  /** What goes from browser to browser goes on without the channel. */
  #lost() {
    if (this.place === "in") this.#unsure = true;
    else this.#mine = 0;
  }

  /** The channel is back and the meeting read. Where all is as before, nobody notices; otherwise I enter anew. */
  #settle() {
    this.#unsure = false;
    const others = this.people.filter(id => id !== this.#me);
    const whole = others.every(id => this.peer(id)?.link === "connected");
    if (this.listed && whole && others.length === this.#others.size) return;
    this.#closeAll();
    this.place = "entering"; // what is on stays on
    this.#mine = 0;
  }

  /** The meeting has been read, or somebody came or went. */
  #follow() {
    const { state } = this.#room;
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
    if (!this.#mine && this.#live.state === "open") this.#knock();
    if (this.#mine && this.listed) this.#arrived();
  }

  #arrived() {
    this.place = "in";
    for (const id of this.people) if (id !== this.#me) this.#signal(id, {});
  }

  #overtaken() {
    this.stop();
    this.dispatchEvent(new Event("elsewhere"));
  }

  #meet() {
    for (const id of this.#others.keys()) if (!this.people.includes(id)) this.#close(id);
    for (const id of this.people) {
      if (id !== this.#me && !this.#others.has(id)) this.#connect(id, 0);
      for (const signal of this.#early.release(id)) void this.#take(id, signal);
    }
  }

  /** @param {string} id @param {number} theirs @returns {Other} */
  #connect(id, theirs) {
    this.#close(id);
    const peer = new Peer({
      polite: this.#me < id,
      devices: this.devices,
      send: step => this.#signal(id, step),
    });
    peer.addEventListener("change", this.#changed);
    peer.addEventListener("track", this.#changed);
    const other = { peer, theirs };
    this.#others.set(id, other);
    return other;
  }

  /** @param {string} id @param {import("./peer.js").Step} step */
  #signal(id, step) {
    const to = this.#others.get(id)?.theirs || undefined;
    const data = JSON.stringify({ call: this.#mine, to, ...step });
    this.#live.send({ action: "signal", to: id, data });
  }

  /** @param {LiveMessage} message */
  #heard({ type, room_id, from, data }) {
    if (room_id !== this.#room.id) return;
    if (type === "call.refused" && this.place === "entering") this.#refused();
    const signal = type === "signal" && data && this.#mine ? parsed(data) : null;
    if (!from || !signal) return;
    if (this.people.includes(from)) void this.#take(from, signal);
    else this.#early.hold(from, signal);
  }

  /** @param {string} id @param {Signal} signal */
  async #take(id, { call, to, ...step }) {
    if (to && to !== this.#mine) return; // for an entry of mine that is over, or another tab's
    let other = this.#others.get(id);
    if (other && call < other.theirs) return;
    if (!other || (other.theirs && call > other.theirs)) other = this.#connect(id, call);
    other.theirs = call;
    await other.peer.take(step);
  }

  #refused() {
    this.#mine = 0;
    if (this.people.length < MOST) return; // it came before the live channel was known: the next message of the room tells
    this.stop();
    this.dispatchEvent(new Event("full"));
  }

  /** @param {string} id */
  #close(id) {
    this.#others.get(id)?.peer.close();
    this.#others.delete(id);
  }

  #closeAll() {
    for (const id of [...this.#others.keys()]) this.#close(id);
    this.#early.clear();
  }
}
