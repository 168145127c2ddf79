// What was measured and not taken yet: kept through a reload, sent again under the same tab and number, so that it
// counts once however often it goes.
import { pauseMs } from "../live.js";

/** @typedef {{room: string, tab: string, sequence: number, piece: import("./ledger.js").Piece}} Batch */
/** @typedef {"taken" | "never" | {afterMs: number}} Fate the last: later, after so long at least */

const MOST = 400; // batches: hours without a network

/** @param {string | null} kept @returns {Batch[]} */
function parsed(kept) {
  try {
    const found = JSON.parse(kept ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

export class Outbox {
  /** @type {Batch[]} */
  #batches;
  #sequence = 0;
  #failed = 0; // sendings in a row
  /** @type {Promise<void> | null} */
  #flushing = null;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {{send: (batch: Batch) => Promise<Fate>, keep: (kept: string | null) => void, kept: string | null}} parts
   * `send` says what became of a batch; `keep` and `kept`: where it outlives the page
   */
  constructor({ send, keep, kept }) {
    this.#send = send;
    this.#keep = keep;
    this.#batches = parsed(kept);
  }

  #send;
  #keep;

  get batches() {
    return this.#batches;
  }

  /** @param {string} room @param {string} tab @param {import("./ledger.js").Piece[]} pieces */
  add(room, tab, pieces) {
    for (const piece of pieces) this.#batches.push({ room, tab, sequence: this.#sequence++, piece });
    this.#write(this.#batches.slice(-MOST));
  }

  /**
   * One after the other, the oldest first, and what is added meanwhile; where the server is away, all of it later.
   * @returns {Promise<void>} settles once nothing is left to send, or it has to wait
   */
  flush() {
    window.clearTimeout(this.#timer);
    this.#flushing ??= this.#sendAll().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  /** Looks at the list anew each time: it may have been forgotten meanwhile. */
  async #sendAll() {
    for (let batch = this.#batches[0]; batch; batch = this.#batches[0]) {
      const fate = await this.#send(batch);
      if (typeof fate === "object") return this.#repeat(fate.afterMs);
      this.#failed = 0;
      const done = batch;
      this.#write(this.#batches.filter(one => one !== done));
    }
    return undefined;
  }

  /** @param {number} leastMs */
  #repeat(leastMs) {
    this.#timer = window.setTimeout(() => void this.flush(), Math.max(leastMs, pauseMs(this.#failed)));
    this.#failed += 1;
  }

  /** What is not sent any more is not wanted: the person has withdrawn. */
  forget() {
    window.clearTimeout(this.#timer);
    this.#write([]);
  }

  /** @param {Batch[]} batches */
  #write(batches) {
    this.#batches = batches;
    this.#keep(batches.length ? JSON.stringify(batches) : null);
  }
}
