import { LevelMeter } from "./level-meter.js";
import { Notes } from "./notes.js";
import { FRAME_MS, VoiceActivity } from "./voice.js";

const LOOK_MS = 100; // as often as levels come
const SILENCE_DB = Number.NEGATIVE_INFINITY;

/** @typedef {"measuring" | "muted" | "elsewhere" | "no-microphone"} Hearing "muted": by the call's switch */
/** @typedef {{atMs: number, hearing: Hearing, webcam: boolean, attention: boolean}} Look `atMs` by the device's clock */

/**
 * Watches this page's person: ten times a second, by the microphone's clock as long as there is one; without, all but
 * their talk. Where they may talk it is noted a little later, once that is known. `onmeasured` hears of each look.
 */
export class Observer {
  #notes = new Notes();
  #voice = new VoiceActivity();
  /** @type {Look[]} of which it is not known yet whether somebody talked */
  #looks = [];
  /** @type {LevelMeter | null} */
  #meter = null;
  /** @type {number | undefined} of a page without a microphone */
  #timer;
  onmeasured = () => {};

  /** @param {{room: import("../room.js").Room, calls: import("../call/call.js").Call}} parts */
  constructor({ room, calls }) {
    this.#room = room;
    this.#calls = calls;
  }

  #room;
  #calls;

  get watching() {
    return this.#meter !== null || this.#timer !== undefined;
  }

  /** Whose talk it can tell: whoever is muted in the call says nothing to those in it, with a microphone or without. @returns {Hearing} */
  get hearing() {
    if (this.#calls.muted) return "muted";
    if (this.#calls.elsewhere) return "elsewhere";
    return this.#meter && !this.#meter.muted ? "measuring" : "no-microphone";
  }

  /** By the server's clock; null while that is unknown. */
  get now() {
    return this.#notes.now;
  }

  /** For how long the oldest of what `cut` gives has been waiting. */
  get waitingMs() {
    return this.#notes.waitingMs;
  }

  async start() {
    const meter = new LevelMeter();
    this.stop();
    this.#meter = meter;
    this.#voice = new VoiceActivity();
    this.#notes.begin();
    meter.onlevels = heard => this.#hear(heard);
    meter.onlost = () => this.#lose(meter);
    try {
      await meter.listen();
    } catch {
      this.#lose(meter);
    }
  }

  /** @param {LevelMeter} meter */
  #lose(meter) {
    if (this.#meter !== meter) return;
    this.stop();
    this.#timer = window.setInterval(() => this.#look(), LOOK_MS);
  }

  /** What it heard last ends here. */
  stop() {
    while (this.#looks.length) this.#learn(this.#voice.hear(SILENCE_DB));
    window.clearInterval(this.#timer);
    this.#timer = undefined;
    this.#meter?.close();
    this.#meter = null;
  }

  /** Everything so far, by the server's clock. */
  cut() {
    return this.#notes.cut();
  }

  /** What was not cut by now never is. */
  forget() {
    this.#notes.forget();
  }

  /** Each level is of a frame, the last of which has just ended. @param {{atMs: number, levels: number[]}} heard */
  #hear({ atMs, levels }) {
    const seen = { hearing: this.hearing, webcam: this.#filmed, attention: this.#attends };
    levels.forEach((level, at) => {
      this.#looks.push({ ...seen, atMs: atMs - (levels.length - 1 - at) * FRAME_MS });
      this.#learn(this.#voice.hear(level));
    });
    this.onmeasured();
  }

  /** Of the oldest look. @param {boolean | null} talk null: not yet known */
  #learn(talk) {
    const look = talk === null ? undefined : this.#looks.shift();
    if (look) this.#notes.take(look.atMs, { ...look, talk: talkOf(look.hearing, talk) });
  }

  /** By somebody who hears nothing. */
  #look() {
    const talk = talkOf(this.hearing, null);
    this.#notes.take(Date.now(), { talk, webcam: this.#filmed, attention: this.#attends });
    this.onmeasured();
  }

  get #filmed() {
    const camera = this.#calls.devices.track("camera");
    return camera !== null && camera.readyState === "live" && camera.enabled && !camera.muted;
  }

  /** Something is shown, and this page is what the person has before them, or a frame in it. */
  get #attends() {
    const shown = this.#room.state?.content.length ?? 0;
    return shown > 0 && document.visibilityState === "visible" && document.hasFocus();
  }
}

/** Null where nobody can tell. @param {Hearing} hearing @param {boolean | null} heard */
function talkOf(hearing, heard) {
  if (hearing === "muted") return false;
  return hearing === "measuring" ? heard : null;
}
