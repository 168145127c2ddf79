import { Refused } from "../api.js";
import { recallHere, rememberHere } from "../memory.js";
import { kindOf } from "../problems.js";
import { beacon, fateOf, post } from "./batches.js";
import { Capture } from "./capture.js";
import { Agreement } from "./consent.js";
import { Observer } from "./observer.js";
import { Outbox } from "./outbox.js";
import { Unmeasured } from "./unmeasured.js";

const BATCH_MS = 60_000; // each is a request: what it costs is in docs/cost.md
const WORTH_MS = 5_000; // of measuring: a look at another tab shall not cut it into small pieces
const OUTBOX = "insights";

/** @typedef {"off" | "asking" | "declined" | "starting" | "stopping" | import("./observer.js").Hearing} Place */
/** @typedef {{room: import("../room.js").Room, live: import("../live.js").Live, tab: import("../tab.js").Tab, calls: import("../call/call.js").Call}} Parts */

/**
 * My talk, my camera and my attention, for the report of a meeting whose organiser wants one: told first, measured only
 * once I have agreed, and shown for as long as it goes on. Event "change".
 */
export class Measuring extends EventTarget {
  /** @type {Place} */
  place = "off";
  text = ""; // what is agreed to, in the words that consents record
  /** @type {number | null} when that was agreed to */
  since = null;
  #agreement = new Agreement();
  #unmeasured = new Unmeasured();
  #outbox = new Outbox({
    send: batch => this.#post(batch),
    keep: kept => rememberHere(OUTBOX, kept),
    kept: recallHere(OUTBOX),
  });

  /** @param {Parts} parts */
  constructor(parts) {
    super();
    this.#tab = parts.tab;
    this.#capture = new Capture(parts.room, {
      oncaptured: consent => this.#learn(consent),
      onnone: () => this.#unwanted(),
      measures: () => this.#isAgreed,
    });
    this.#observer = new Observer(parts);
    this.#observer.onmeasured = () => this.#measured();
    this.#agreement.onheard = () => this.place === "stopping" && this.#become("declined");
    parts.room.addEventListener("moved", event => this.follow(/** @type {CustomEvent} */ (event).detail));
    parts.live.addEventListener("open", () => this.#catchUp());
    window.addEventListener("online", () => this.#catchUp()); // out of a meeting there is no live channel
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#hide();
    });
    this.#catchUp(); // of the page before
  }

  #tab;
  #capture;
  #observer;

  /** Whether anything is, with a microphone or without. */
  get measures() {
    return ["measuring", "muted", "elsewhere", "no-microphone"].includes(this.place);
  }

  /** The organiser captures no longer, or is gone. What is taken back is told all the same. */
  #unwanted() {
    if (this.place === "off" || this.place === "stopping") return;
    this.#halt();
    this.#become("off");
  }

  /** Its person is in another meeting without a choice of theirs. @param {import("../room.js").Move} move */
  follow(move) {
    this.#unmeasured.follow(move);
  }

  /** @param {Place} place */
  #become(place) {
    this.place = place;
    this.dispatchEvent(new Event("change"));
  }

  get #isAgreed() {
    return this.measures || this.place === "starting" || this.place === "stopping";
  }

  /** @param {Consent} consent */
  async #learn(consent) {
    this.text = consent.text;
    this.since = consent.given ? (consent.history.at(-1)?.at_ms ?? null) : null;
    if (this.#isAgreed) return; // meanwhile
    if (consent.given && this.#agreement.owed) await this.withdraw();
    else if (this.#unmeasured.has(this.#capture.room)) this.#become("declined");
    else if (consent.given) await this.start();
    else this.#become("asking");
  }

  /** Throws Refused or Away: then nothing is measured. */
  async agree() {
    await this.#agreement.give();
    this.since ??= Date.now();
    this.#unmeasured.remove(this.#capture.room);
    await this.start();
  }

  /** Nothing is sent, not even that. */
  decline() {
    this.#unmeasured.add(this.#capture.room);
    this.#become("declined");
  }

  /** In this meeting alone; what was measured until now counts, and in others the consent stands. */
  stopHere() {
    this.#unmeasured.add(this.#capture.room);
    this.#observer.stop();
    this.#send();
    this.#observer.forget();
    this.#become("declined");
  }

  /**
   * Takes the consent back: nothing more is measured or sent from now on, and what was is forgotten once the server
   * knows. Throws Refused or Away: then it is told again until it is heard, by the next page of this tab, too.
   */
  async withdraw() {
    this.#drop();
    this.since = null;
    this.#unmeasured.add(this.#capture.room);
    this.#become("stopping");
    await this.#agreement.withdraw();
  }

  /** What the server could not be told while it was away. */
  #catchUp() {
    this.#agreement.catchUp();
    void this.#outbox.catchUp();
  }

  async start() {
    this.#become("starting");
    await this.#observer.start();
  }

  #measured() {
    const { hearing } = this.#observer;
    if (this.place !== hearing) this.#become(hearing);
    if (this.#observer.waitingMs >= BATCH_MS) this.#send();
  }

  /** A phone may end the page without another word. */
  #hide() {
    if (this.#observer.waitingMs >= WORTH_MS) this.#send();
  }

  #collect() {
    const { room } = this.#capture;
    if (room) this.#outbox.add(room, this.#tab.id, this.#observer.cut());
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
      if (batch.room === this.#capture.room) this.#refused(error);
      return fateOf(error);
    }
  }

  /** The organiser has switched it off, or the consent was withdrawn elsewhere. @param {unknown} error */
  #refused(error) {
    const kind = error instanceof Refused ? kindOf(error) : "";
    if (!this.#observer.watching || !["capture-off", "consent-required"].includes(kind)) return;
    this.#halt();
    if (kind === "consent-required") this.since = null; // whoever agrees again does so on another day
    this.#become(kind === "capture-off" ? "off" : "asking");
    if (kind === "capture-off") this.#capture.lookAgain();
  }

  /** Out of the meeting, or about to be: the last of it is sent while it still counts. */
  clear() {
    this.#observer.stop();
    this.#send();
    this.#observer.forget();
    this.#capture.forget();
    if (this.place !== "off") this.#become("off");
  }

  /** The session is over: what it measured is not sent as somebody else's, nor said in their name. */
  forget() {
    this.#drop();
    this.#agreement.forget();
  }

  #halt() {
    this.#observer.stop();
    this.#observer.forget();
  }

  #drop() {
    this.#halt();
    this.#outbox.forget();
  }

  /** The page goes: nobody waits for an answer. What did not arrive is sent again by the next page of this tab. */
  leave() {
    this.#agreement.leave();
    this.#observer.stop();
    this.#collect();
    for (const batch of this.#outbox.handOver()) beacon(batch, this.#observer.now);
    this.#capture.pause();
    if (this.place !== "off") this.#become("off");
  }
}
