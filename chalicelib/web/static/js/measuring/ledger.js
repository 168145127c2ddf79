// What was so from when to when, as closed intervals; a stretch in which nobody looked is in no piece.

const GAP_MS = 1_500; // the device slept, or the page stood still; timers of a hidden one come once a second

/** @typedef {import("./pieces.js").Behaviour} Behaviour */
/** @typedef {import("./pieces.js").Piece} Piece */
/** @typedef {Record<"webcam" | "attention", boolean> & {talk: boolean | null}} Behaviours `talk` null: nobody can tell */

/** @type {Behaviour[]} */
const KINDS = ["talk", "webcam", "attention"];

export class Ledger {
  /** @type {Piece[]} */
  #pieces = [];
  /** @type {Piece | null} */
  #piece = null;
  /** @type {Map<Behaviour, number>} since when */
  #open = new Map();

  /** What holds since the tick before. @param {number} atMs @param {Behaviours} behaviours */
  tick(atMs, behaviours) {
    if (this.#piece && (atMs < this.#piece.to_ms || atMs > this.#piece.to_ms + GAP_MS)) this.#close();
    const heard = behaviours.talk !== null;
    if (this.#piece && this.#piece.heard !== heard) this.#goOn(heard);
    this.#piece ??= { from_ms: atMs, to_ms: atMs, heard, events: [] };
    for (const kind of KINDS) {
      if (!behaviours[kind]) this.#end(kind, this.#piece);
      else if (!this.#open.has(kind)) this.#open.set(kind, this.#piece.to_ms);
    }
    this.#piece.to_ms = atMs;
  }

  /** How long the oldest of it waits. @param {number} atMs */
  waitingMs(atMs) {
    return atMs - (this.#pieces[0] ?? this.#piece ?? { from_ms: atMs }).from_ms;
  }

  /** Everything so far, closed; what comes goes on with nothing of it. @returns {Piece[]} */
  end() {
    this.#close();
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /** The same; what goes on begins anew where this ends. @returns {Piece[]} */
  cut() {
    if (this.#piece) this.#goOn(this.#piece.heard);
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /** Another piece begins where this ends. @param {boolean} heard */
  #goOn(heard) {
    const end = this.#piece?.to_ms ?? 0;
    this.#close();
    this.#piece = { from_ms: end, to_ms: end, heard, events: [] };
  }

  #close() {
    const piece = this.#piece;
    if (!piece) return;
    for (const kind of KINDS) this.#end(kind, piece);
    if (piece.to_ms > piece.from_ms) this.#pieces.push(piece);
    this.#piece = null;
  }

  /** @param {Behaviour} kind @param {Piece} piece */
  #end(kind, piece) {
    const since = this.#open.get(kind);
    if (since !== undefined && since < piece.to_ms)
      piece.events.push({ kind, from_ms: since, to_ms: piece.to_ms });
    this.#open.delete(kind);
  }
}
