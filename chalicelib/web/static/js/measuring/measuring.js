import { call, patienceMs, Refused } from "../api.js";
import { recallHere, rememberHere } from "../memory.js";
import { kindOf } from "../problems.js";
import { beacon, path, post } from "./batches.js";
import { Agreement, readConsent } from "./consent.js";
import { Observer } from "./observer.js";
import { Outbox } from "./outbox.js";

const BATCH_MS = 30_000;
const LOOK_AGAIN_MS = 300_000; // nobody is told that the organiser has switched it on
const OUTBOX = "insights";
const DECLINED = "unmeasured"; // the meeting in which this tab's person said no

/** @typedef {"off" | "asking" | "declined" | "starting" | "measuring" | "no-microphone" | "stopping"} Place */
/** @typedef {{room: import("../room.js").Room, live: import("../live.js").Live, tab: import("../tab.js").Tab, calls: import("../call/call.js").Call}} Parts */

/**
 * My talk, my camera and my attention, for the report of a meeting whose organiser wants one: told first, measured only
 * once I have agreed, and shown for as long as it goes on. Event "change".
 */
export class Measuring extends EventTarget {
  /** @type {Place} */
  place = "off";
  text = ""; // what is agreed to, in the words that consents record
  #room = "";
  #key = "";
  /** @type {number | undefined} */
  #timer;
  #agreement = new Agreement();
  #outbox = new Outbox({
    send: batch => this.#post(batch),
    keep: kept => rememberHere(OUTBOX, kept),
    kept: recallHere(OUTBOX),
  });

  /** @param {Parts} parts */
  constructor(parts) {
    super();
    this.#parts = parts;
    this.#observer = new Observer(parts);
    this.#observer.onmeasured = waitingMs => this.#measured(waitingMs);
    this.#observer.onlost = () => this.#become("no-microphone");
    this.#agreement.onheard = () => this.place === "stopping" && this.#become("declined");
    parts.room.addEventListener("change", () => this.#follow());
    parts.live.addEventListener("open", () => this.#catchUp());
    window.addEventListener("online", () => this.#catchUp()); // out of a meeting there is no live channel
    document.addEventListener("visibilitychange", () => {
      const hidden = document.visibilityState === "hidden";
      if (hidden && this.#observer.watching) this.#send(); // a phone may end the page without a word
    });
    this.#catchUp(); // of the page before
  }

  #parts;
  #observer;

  /** @param {Place} place */
  #become(place) {
    this.place = place;
    this.dispatchEvent(new Event("change"));
  }

  /** Asks once what holds in a meeting that somebody runs, and now and then where nothing is captured. */
  #follow() {
    const { answer } = this.#parts.room.state ?? {};
    const key = answer?.organised ? `${this.#parts.room.id}` : "";
    if (!key || key === this.#key) return;
    this.#key = key;
    this.#room = key;
    void this.#learn(key).catch(() => {
      if (this.#key === key) this.#key = ""; // asked again with the next change
    });
  }

  /** @param {string} key */
  async #learn(key) {
    const { captured } = await call("GET", `${path(this.#room)}/mine`);
    if (key !== this.#key) return;
    if (!captured) return this.#lookAgain();
    const consent = await readConsent();
    if (key !== this.#key || !consent) return;
    this.text = consent.text;
    if (consent.given && this.#agreement.owed) await this.withdraw();
    else if (recallHere(DECLINED) === this.#room) this.#become("declined");
    else if (consent.given) await this.start();
    else this.#become("asking");
  }

  /** Throws Refused or Away: then nothing is measured. */
  async agree() {
    await this.#agreement.give();
    rememberHere(DECLINED, null);
    await this.start();
  }

  /** Nothing is sent, not even that. */
  decline() {
    rememberHere(DECLINED, this.#room);
    this.#become("declined");
  }

  /**
   * Takes the consent back: nothing more is measured or sent from now on, and once the server knows, what was is not
   * used. Throws Refused or Away: then it is told again until it is heard, by the next page of this tab, too.
   */
  async withdraw() {
    this.#drop();
    rememberHere(DECLINED, this.#room);
    this.#become("stopping");
    await this.#agreement.withdraw();
  }

  /** What the server could not be told while it was away. */
  #catchUp() {
    this.#agreement.catchUp();
    void this.flush();
  }

  #lookAgain() {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(
      () => {
        this.#key = "";
        this.#follow();
      },
      LOOK_AGAIN_MS * (1 + Math.random()),
    );
  }

  async start() {
    this.#become("starting");
    await this.#observer.start();
  }

  /** @param {number} waitingMs */
  #measured(waitingMs) {
    if (this.place !== "measuring") this.#become("measuring");
    if (waitingMs >= BATCH_MS) this.#send();
  }

  #collect() {
    if (this.#room) this.#outbox.add(this.#room, this.#parts.tab.id, this.#observer.cut());
  }

  #send() {
    this.#collect();
    void this.flush();
  }

  /** @returns {Promise<void>} settles once the server has all that was measured, or cannot be reached */
  flush() {
    return this.#outbox.flush();
  }

  /** @param {import("./outbox.js").Batch} batch @returns {Promise<import("./outbox.js").Fate>} */
  async #post(batch) {
    try {
      await post(batch, this.#observer.now);
      return "taken";
    } catch (error) {
      const afterMs = patienceMs(error);
      if (afterMs !== null) return { afterMs };
      if (error instanceof Refused && batch.room === this.#room) this.#refused(error);
      return "never";
    }
  }

  /** The organiser has switched it off, or the consent was withdrawn elsewhere. @param {Refused} error */
  #refused(error) {
    const kind = kindOf(error);
    if (!this.#observer.watching || !["capture-off", "consent-required"].includes(kind)) return;
    this.#halt();
    this.#become(kind === "capture-off" ? "off" : "asking");
    if (kind === "capture-off") this.#lookAgain();
  }

  /** Out of the meeting, or about to be: the last of it is sent while it still counts. */
  clear() {
    this.#observer.stop();
    this.#send();
    this.#room = "";
    this.#key = "";
    this.#observer.cut();
    window.clearTimeout(this.#timer);
    if (this.place !== "off") this.#become("off");
  }

  /** The session is over: what it measured is not sent as somebody else's, nor said in their name. */
  forget() {
    this.#drop();
    this.#agreement.forget();
  }

  #halt() {
    this.#observer.stop();
    this.#observer.cut();
  }

  #drop() {
    this.#halt();
    this.#outbox.forget();
  }

  /** The page goes: nobody waits for an answer. What did not arrive is sent again by the next page of this tab. */
  leave() {
    this.#agreement.leave();
    this.#collect();
    for (const batch of this.#outbox.batches) beacon(batch, this.#observer.now);
    this.#observer.stop();
    this.#key = ""; // a page that comes back asks anew
    if (this.place !== "off") this.#become("off");
  }
}
