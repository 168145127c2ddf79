import { LevelMeter } from "./level-meter.js";
import { Notes } from "./notes.js";
import { VoiceActivity } from "./voice.js";

const LOOK_MS = 100; // as often as levels come

/**
 * Watches this page's person: ten times a second, by the microphone's clock as long as there is one; without, all but
 * their talk. `onmeasured` hears of each look.
 */
export class Observer {
  #notes = new Notes();
  #voice = new VoiceActivity();
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

  /** Whether there is a microphone that gives sound. */
  get hears() {
    return this.#meter !== null && !this.#meter.muted;
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
    this.#timer = window.setInterval(() => this.#note(Date.now(), null), LOOK_MS);
  }

  stop() {
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

  /** @param {{atMs: number, levels: number[]}} heard */
  #hear({ atMs, levels }) {
    const talk = levels.map(level => this.#voice.hear(level)).some(Boolean);
    this.#note(atMs, this.hears ? talk : null);
  }

  /** @param {number} atMs by the device's clock @param {boolean | null} talk */
  #note(atMs, talk) {
    this.#notes.take(atMs, { talk, webcam: this.#filmed, attention: this.#attends });
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
