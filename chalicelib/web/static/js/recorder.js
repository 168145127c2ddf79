import { firstClip, nextClip } from "./grid.js";
import { Tape } from "./tape.js";

const CAPTURE_MS = 40; // how late a microphone hands its samples over, by which they are dated too late
const SETTLE_MS = 100; // a device's first instants are switching noise, or nothing

/** Cuts the microphone's samples into clips on the server's clock grid. */
export class Recorder {
  /** @type {{from: number, to: number} | null} */
  #next = null;
  /** @type {(clip: Clip) => void} */
  onclip = () => {};

  /** @param {number} rate samples a second @param {import("./clock.js").ServerClock} clock */
  constructor(rate, clock) {
    this.#tape = new Tape(rate);
    this.#clock = clock;
  }

  #tape;
  #clock;

  /** @param {{frame: number, samples: Float32Array}} batch */
  add({ frame, samples }) {
    const now = performance.now();
    this.#tape.add(frame, samples, now);
    if (this.#tape.slipped) this.#beginAnew(frame, samples, now);
    if (this.#clock.fresh) this.#cutWhatIsComplete();
  }

  /** @param {number} frame @param {Float32Array} samples @param {number} now */
  #beginAnew(frame, samples, now) {
    this.#tape = new Tape(this.#tape.rate);
    this.#tape.add(frame, samples, now);
    this.#next = null;
  }

  #cutWhatIsComplete() {
    const tape = this.#tape;
    this.#next ??= firstClip(this.#clock.at(tape.timeOf(tape.firstFrame ?? 0)) + SETTLE_MS);
    const from = this.#frame(this.#next.from);
    const to = this.#frame(this.#next.to);
    if (to > tape.endFrame) return;
    const recordedAtMs = Math.round(this.#next.from);
    this.#next = nextClip(this.#next.to);
    const clockErrorMs = Math.ceil(this.#clock.errorMs + CAPTURE_MS);
    this.onclip({ samples: tape.cut(from, to), rate: tape.rate, recordedAtMs, clockErrorMs });
    tape.forget(this.#frame(this.#next.from));
  }

  /** @param {number} serverMs */
  #frame(serverMs) {
    return this.#tape.frameAt(serverMs - this.#clock.at(0));
  }
}
