import { Away, call, Refused } from "../api.js";
import { language } from "../i18n.js";
import { recallHere, rememberHere } from "../memory.js";
import { kindOf } from "../problems.js";
import { beacon, path, post } from "./batches.js";
import { Ledger } from "./ledger.js";
import { LevelMeter } from "./level-meter.js";
import { Outbox } from "./outbox.js";
import { VoiceActivity } from "./voice.js";

const BATCH_MS = 30_000;
const PURPOSE = "insights";
const OUTBOX = "insights";
const DECLINED = "unmeasured"; // the meeting in which this tab's person said no

/** @typedef {"off" | "asking" | "declined" | "starting" | "measuring" | "no-microphone"} Place */
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
  #ledger = new Ledger();
  #voice = new VoiceActivity();
  /** @type {LevelMeter | null} */
  #meter = null;
  #outbox = new Outbox({
    send: batch => this.#send(batch),
    keep: kept => rememberHere(OUTBOX, kept),
    kept: recallHere(OUTBOX),
  });

  /** @param {Parts} parts */
  constructor(parts) {
    super();
    this.#parts = parts;
    parts.room.addEventListener("change", () => this.#follow());
    parts.live.addEventListener("open", () => this.#outbox.flush());
    void this.#outbox.flush(); // of the page before
  }

  #parts;

  /** @param {Place} place */
  #become(place) {
    this.place = place;
    this.dispatchEvent(new Event("change"));
  }

  /** Asks once what holds in a meeting that somebody runs. */
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
    if (key !== this.#key || !captured) return;
    const { consents } = await call("GET", `/v1/consents?language=${language}`);
    const consent = /** @type {Consent[]} */ (consents).find(one => one.purpose === PURPOSE);
    if (key !== this.#key || !consent) return;
    this.text = consent.text;
    if (recallHere(DECLINED) === this.#room) this.#become("declined");
    else if (consent.given) await this.start();
    else this.#become("asking");
  }

  /** Throws Refused or Away: then nothing is measured. */
  async agree() {
    await call("PUT", `/v1/consents?language=${language}`, { json: { [PURPOSE]: true } });
    rememberHere(DECLINED, null);
    await this.start();
  }

  /** Nothing is sent, not even that. */
  decline() {
    rememberHere(DECLINED, this.#room);
    this.#become("declined");
  }

  /** Takes the consent back: nothing more is measured, and what was is not used. Throws Refused or Away. */
  async withdraw() {
    this.#halt();
    this.#ledger.cut();
    this.#outbox.forget();
    this.decline();
    await call("PUT", `/v1/consents?language=${language}`, { json: { [PURPOSE]: false } });
  }

  async start() {
    const meter = new LevelMeter();
    this.#halt();
    this.#meter = meter;
    this.#voice = new VoiceActivity();
    meter.onlevels = heard => this.#hear(heard);
    meter.onlost = () => this.#meter === meter && this.#lose();
    this.#become("starting");
    try {
      await meter.open();
    } catch {
      if (this.#meter === meter) this.#lose();
    }
  }

  #lose() {
    this.#halt();
    this.#become("no-microphone");
  }

  #halt() {
    this.#meter?.close();
    this.#meter = null;
  }

  /** @param {{atMs: number, levels: number[]}} heard */
  #hear({ atMs, levels }) {
    const talk = levels.map(level => this.#voice.hear(level)).some(Boolean);
    this.#ledger.tick(atMs, { talk, webcam: this.#filmed, attention: this.#attends });
    if (this.place !== "measuring") this.#become("measuring");
    if (this.#ledger.waitingMs(atMs) >= BATCH_MS) void this.#post();
  }

  get #filmed() {
    const camera = this.#parts.calls.devices.track("camera");
    return camera !== null && camera.readyState === "live" && camera.enabled && !camera.muted;
  }

  /** Something is shown, and this page is what the person has before them, or a frame in it. */
  get #attends() {
    const shown = this.#parts.room.state?.content.length ?? 0;
    return shown > 0 && document.visibilityState === "visible" && document.hasFocus();
  }

  #collect() {
    if (this.#room) this.#outbox.add(this.#room, this.#parts.tab.id, this.#ledger.cut());
  }

  #post() {
    this.#collect();
    return this.#outbox.flush();
  }

  /** @param {import("./outbox.js").Batch} batch @returns {Promise<import("./outbox.js").Fate>} */
  async #send(batch) {
    try {
      await post(batch);
      return "taken";
    } catch (error) {
      if (error instanceof Away || (error instanceof Refused && error.status === 429)) return "later";
      if (error instanceof Refused && batch.room === this.#room) this.#refused(error);
      return "never";
    }
  }

  /** The organiser has switched it off, or the consent was withdrawn elsewhere. @param {Refused} error */
  #refused(error) {
    if (!["capture-off", "consent-required"].includes(kindOf(error))) return;
    this.#halt();
    this.#ledger.cut();
    this.#become(kindOf(error) === "capture-off" ? "off" : "asking");
  }

  /** Out of the meeting, or about to be: the last of it is sent while it still counts. @returns {Promise<void>} */
  clear() {
    this.#halt();
    const sent = this.#room ? this.#post() : Promise.resolve();
    this.#room = "";
    this.#key = "";
    this.#ledger = new Ledger();
    if (this.place !== "off") this.#become("off");
    return sent;
  }

  /** The session is over: what it measured is not sent as somebody else's. */
  forget() {
    this.#halt();
    this.#ledger.cut();
    this.#outbox.forget();
  }

  /** The page goes: nobody waits for an answer. What did not arrive is sent again by the next page of this tab. */
  leave() {
    this.#collect();
    for (const batch of this.#outbox.batches) beacon(batch);
    this.#halt();
    this.#key = ""; // a page that comes back asks anew
    if (this.place !== "off") this.#become("off");
  }
}
