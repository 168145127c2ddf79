// What was measured and not taken yet: kept through a reload, sent again under the same tab and number, so that it
// counts once however often it goes.

/** @typedef {{room: string, tab: string, sequence: number, piece: import("./ledger.js").Piece}} Batch */
/** @typedef {"taken" | "later" | "never"} Fate */

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
  #sending = false;

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

  /** One after the other, the oldest first; where the server is away, the rest waits. */
  async flush() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (const batch of [...this.#batches]) {
        if ((await this.#send(batch)) === "later") return;
        this.#write(this.#batches.filter(one => one !== batch));
      }
    } finally {
      this.#sending = false;
    }
  }

  /** What is not sent any more is not wanted: the person has withdrawn. */
  forget() {
    this.#write([]);
  }

  /** @param {Batch[]} batches */
  #write(batches) {
    this.#batches = batches;
    this.#keep(batches.length ? JSON.stringify(batches) : null);
  }
}
