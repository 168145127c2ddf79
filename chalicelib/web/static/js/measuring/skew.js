import { ServerClock } from "../clock.js";

const ROUNDS = 3;
const STALE_MS = 600_000; // two cheap clocks drift apart by some 60 ms in that time
const JUMP_MS = 500; // no clock drifts so far between two looks: it was set, or the device slept
const PAUSE_MS = 5_000; // before a server that was away is asked again

/** How far apart the device's clock, which people set, and the page's steady one are. */
const apart = () => Date.now() - performance.now();

/** What this device's clock is wrong by, so that what is measured lies on the server's. */
export class Skew {
  /** @type {ServerClock | null} the best that is known */
  #clock = null;
  #apart = 0;
  #lookAt = 0;
  #looking = false;
  #ms = 0;

  /** Looked at anew now and then, and where the device's clock was set meanwhile: until then nothing is known. */
  keep() {
    if (this.#clock && Math.abs(apart() - this.#apart) > JUMP_MS) {
      this.#clock = null;
      this.#lookAt = 0;
    }
    if (!this.#looking && performance.now() >= this.#lookAt) void this.#look();
  }

  /** @param {number} deviceMs @returns {number | null} that instant on the server's clock; null while that is unknown */
  at(deviceMs) {
    return this.#clock && Math.round(deviceMs + this.#ms);
  }

  async #look() {
    const clock = new ServerClock();
    this.#looking = true;
    try {
      await clock.sync(ROUNDS);
      this.#take(clock);
      this.#lookAt = performance.now() + STALE_MS;
    } catch {
      this.#lookAt = performance.now() + PAUSE_MS;
    } finally {
      this.#looking = false;
    }
  }

  /** On a bad line an older look may still be the better one. @param {ServerClock} clock */
  #take(clock) {
    if (!this.#clock || clock.errorMs <= this.#clock.errorMs) this.#clock = clock;
    this.#ms = this.#clock.now() - Date.now();
    this.#apart = apart();
  }
}
