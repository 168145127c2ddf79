// What was seen from moment to moment: noted by the page's steady clock, which nobody sets, told by the server's.
import { Ledger } from "./ledger.js";
import { Skew } from "./skew.js";

const PIECE_MS = 30_000; // while the server's time is unknown, too
const MOST = 400; // pieces: hours of that

/** @typedef {import("./pieces.js").Piece} Piece */
/** @typedef {{stretch: import("./skew.js").Stretch, piece: Piece}} Noted by the steady clock */

/** @param {Noted} noted @returns {Piece} by the server's clock */
function told({ stretch, piece }) {
  const at = (/** @type {number} */ ms) => Math.round(stretch.clock?.at(ms) ?? 0);
  const ends = (/** @type {{from_ms: number, to_ms: number}} */ { from_ms, to_ms }) => ({
    from_ms: at(from_ms),
    to_ms: at(to_ms),
  });
  return { ...piece, ...ends(piece), events: piece.events.map(one => ({ ...one, ...ends(one) })) };
}

export class Notes {
  #ledger = new Ledger();
  #skew = new Skew();
  /** @type {import("./skew.js").Stretch | null} of what the ledger holds */
  #stretch = null;
  /** @type {Noted[]} */
  #closed = [];

  begin() {
    this.#skew.keep();
  }

  /** By the server's clock; null while that is unknown. */
  get now() {
    return this.#skew.now;
  }

  /** What holds since the moment before. @param {number} deviceMs by the device's clock @param {import("./ledger.js").Behaviours} behaviours */
  take(deviceMs, behaviours) {
    const instant = this.#skew.place(deviceMs);
    if (!instant) return; // missing: nobody knows when that was
    if (instant.stretch !== this.#stretch) this.#close(this.#ledger.end());
    this.#stretch = instant.stretch;
    this.#ledger.tick(instant.atMs, behaviours);
    if (this.#ledger.waitingMs(instant.atMs) >= PIECE_MS) this.#close(this.#ledger.cut());
  }

  /** For how long the oldest of what `cut` gives has been waiting. */
  get waitingMs() {
    const now = performance.now();
    const oldest = this.#closed.find(({ stretch }) => stretch.clock);
    if (oldest) return now - oldest.piece.from_ms;
    return this.#stretch?.clock ? this.#ledger.waitingMs(now) : 0;
  }

  /** Everything so far, by the server's clock; as long as that is unknown it waits. */
  cut() {
    this.#close(this.#ledger.cut());
    const known = this.#closed.filter(({ stretch }) => stretch.clock);
    this.#closed = this.#closed.filter(({ stretch }) => !stretch.clock && stretch === this.#stretch);
    return known.map(told);
  }

  forget() {
    this.#ledger.end();
    this.#closed = [];
  }

  /** @param {Piece[]} pieces */
  #close(pieces) {
    const stretch = this.#stretch;
    if (stretch) this.#closed = [...this.#closed, ...pieces.map(piece => ({ stretch, piece }))].slice(-MOST);
  }
}
