// Three clocks: the device's, by which the audio thread stamps what it heard, and which people set; the page's steady
// one, which nobody sets, but which may stand still while the device sleeps; the server's, by which all of it is told.
import { ServerClock } from "../clock.js";

const ROUNDS = 3;
const STALE_MS = 600_000; // two cheap clocks drift apart by some 60 ms in that time
const JUMP_MS = 500; // no clock drifts so far between two looks: it was set, or the device slept
const PAUSE_MS = 5_000; // before a server that was away is asked again
const EARLY_MS = 20; // two threads that read one clock are no more apart than that
const LATE_MS = 10_000; // no page is too busy to be told of a stamp for so long

/** How far apart the device's clock and the page's steady one are. */
const apart = () => Date.now() - performance.now();

/**
 * A time in which the steady clock did not stand still, as far as one can tell. `clock`: the server's beside it, null
 * while unknown.
 * @typedef {{clock: ServerClock | null, apartMs: number}} Stretch
 * @typedef {{stretch: Stretch, atMs: number}} Instant by the steady clock
 */

export class Skew {
  /** @type {Stretch} */
  #stretch = { clock: null, apartMs: apart() };
  /** @type {Stretch | null} the one before, while stamps of it may be on their way */
  #before = null;
  #latestMs = Number.NEGATIVE_INFINITY; // of the instants
  #lookAt = 0;
  #looking = false;

  /** The server's clock is looked at anew now and then, and in each stretch. */
  keep() {
    this.#notice();
    if (!this.#looking && performance.now() >= this.#lookAt) void this.#look();
  }

  /** The server's; null while unknown. */
  get now() {
    this.#notice();
    const { clock } = this.#stretch;
    return clock && Math.round(clock.now());
  }

  /**
   * Stamps come in their order, a little late. Of two stretches that one may be of it is of the one in which it follows
   * the stamp before more closely: a clock that is set moves it far away.
   * @param {number} deviceMs a stamp @returns {Instant | null} null: of no stretch that is known
   */
  place(deviceMs) {
    this.keep();
    const now = performance.now();
    const [found] = [this.#stretch, this.#before]
      .flatMap(stretch => (stretch ? [{ stretch, atMs: deviceMs - stretch.apartMs }] : []))
      .filter(({ atMs }) => atMs > this.#latestMs - JUMP_MS && atMs < now + EARLY_MS)
      .sort((one, other) => Math.abs(one.atMs - this.#latestMs) - Math.abs(other.atMs - this.#latestMs));
    if (!found) return null;
    if (found.stretch === this.#stretch) this.#before = null;
    this.#latestMs = Math.max(this.#latestMs, found.atMs);
    return { stretch: found.stretch, atMs: this.#latestMs };
  }

  /** Where the device's clock was set, or has gone on without the steady one, another stretch begins. */
  #notice() {
    const apartMs = apart();
    if (Math.abs(apartMs - this.#stretch.apartMs) <= JUMP_MS) {
      this.#stretch.apartMs = apartMs;
      return;
    }
    this.#before = performance.now() - this.#latestMs < LATE_MS ? this.#stretch : null;
    this.#stretch = { clock: null, apartMs };
    this.#lookAt = 0;
  }

  async #look() {
    const stretch = this.#stretch;
    const clock = new ServerClock();
    this.#looking = true;
    try {
      await clock.sync(ROUNDS);
      this.#take(clock, stretch);
    } catch {
      this.#lookAt = performance.now() + PAUSE_MS;
    } finally {
      this.#looking = false;
    }
  }

  /** On a bad line an older look may still be the better one. @param {ServerClock} clock @param {Stretch} stretch in which the look began */
  #take(clock, stretch) {
    this.#notice();
    if (stretch !== this.#stretch) return; // the steady clock may have stood still meanwhile
    if (!stretch.clock || clock.errorMs <= stretch.clock.errorMs) stretch.clock = clock;
    this.#lookAt = performance.now() + STALE_MS;
  }
}
