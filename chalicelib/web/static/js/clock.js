import { call } from "./api.js";

const ROUNDS = 5;
const DRIFT = 100e-6; // of a quartz in a cheap device
const FRESH_MS = 45_000; // far more than a listening takes; keys change every minute

/** The server's clock, read through this page's own steady one (performance.now). */
export class ServerClock {
  #offset = 0;
  #syncedAt = Number.NEGATIVE_INFINITY;
  /** Half the best round trip: the instant the server read its clock lies within ± this. */
  boundMs = Number.POSITIVE_INFINITY;
  /** @type {ClockKey[]} */
  keys = [];

  /** How far off `now()` may be. */
  get errorMs() {
    return this.boundMs + (performance.now() - this.#syncedAt) * DRIFT;
  }

  get fresh() {
    return this.freshFor(0);
  }

  /** @param {number} ms from now on */
  freshFor(ms) {
    return performance.now() + ms - this.#syncedAt < FRESH_MS;
  }

  now() {
    return this.at(performance.now());
  }

  /** @param {number} performanceMs */
  at(performanceMs) {
    return performanceMs + this.#offset;
  }

  /**
   * Takes the quickest of several round trips: it has the least room for error. Wanted at every click: a device may
   * have slept since the last, and this page's clock with it.
   */
  async sync(rounds = ROUNDS) {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round++) {
      const sent = performance.now();
      const answer = /** @type {TimeAnswer} */ (await call("GET", "/v1/time"));
      const trip = performance.now() - sent;
      this.keys = answer.keys;
      if (trip >= best) continue;
      best = trip;
      this.#offset = answer.now_ms - (sent + trip / 2);
    }
    this.boundMs = best / 2;
    this.#syncedAt = performance.now();
  }
}
