import { Ledger } from "./ledger.js";
import { LevelMeter } from "./level-meter.js";
import { Skew } from "./skew.js";
import { VoiceActivity } from "./voice.js";

/**
 * Watches this page's person while their microphone is open. `onmeasured` hears for how long the oldest of it waits to
 * be cut, `onlost` that there is no microphone, or none any more.
 */
export class Observer {
  #ledger = new Ledger();
  #skew = new Skew();
  #voice = new VoiceActivity();
  /** @type {LevelMeter | null} */
  #meter = null;
  /** @type {(waitingMs: number) => void} */
  onmeasured = () => {};
  onlost = () => {};

  /** @param {{room: import("../room.js").Room, calls: import("../call/call.js").Call}} parts */
  constructor({ room, calls }) {
    this.#room = room;
    this.#calls = calls;
  }

  #room;
  #calls;

  get watching() {
    return this.#meter !== null;
  }

  /** By the server's clock; null while that is unknown. */
  get now() {
    return this.#skew.at(Date.now());
  }

  async start() {
    const meter = new LevelMeter();
    this.stop();
    this.#meter = meter;
    this.#voice = new VoiceActivity();
    this.#skew.keep();
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
    this.onlost();
  }

  stop() {
    this.#meter?.close();
    this.#meter = null;
  }

  /** Everything so far, by the server's clock. */
  cut() {
    return this.#ledger.cut();
  }

  /** @param {{atMs: number, levels: number[]}} heard */
  #hear({ atMs, levels }) {
    const talk = levels.map(level => this.#voice.hear(level)).some(Boolean);
    this.#skew.keep();
    const at = this.#skew.at(atMs);
    if (at === null) return; // missing: nobody knows when that was
    this.#ledger.tick(at, { talk, webcam: this.#filmed, attention: this.#attends });
    this.onmeasured(this.#ledger.waitingMs(at));
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
