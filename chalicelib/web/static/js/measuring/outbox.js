// What was measured and not taken yet: kept through a reload, sent again under the same tab and number, so that it
// counts once however often it goes.
import { pauseMs } from "../live.js";
import { joined } from "./pieces.js";

/** @typedef {import("./pieces.js").Piece} Piece */
/**
 * `sent`: once at least, so the server may have it as it is; what goes under its number then counts no more.
 * @typedef {{room: string, tab: string, sequence: number, piece: Piece, sent?: boolean, faults?: number}} Batch
 */
/**
 * The last: later, after so long at least; `fault`: of this batch, as far as one can tell, the others may go.
 * @typedef {"taken" | "never" | {afterMs: number, fault?: boolean}} Fate
 */

const MOST = 400; // batches: hours without a network
const FAULTS_MOST = 30; // of one batch, minutes of them: no longer is it taken after the meeting, either
const FAULTS_IN_A_ROW = 2; // then it is the server that is broken, not a batch

/** @param {string | null} kept @returns {Batch[]} */
function parsed(kept) {
  try {
    const found = JSON.parse(kept ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

const faultsOf = (/** @type {Batch} */ batch) => batch.faults ?? 0;

/** The oldest of those at which the server failed least: one that fails each time holds up no other. @param {Batch[]} batches @returns {Batch | undefined} */
const soonest = batches => [...batches].sort((one, other) => faultsOf(one) - faultsOf(other))[0];

export class Outbox {
  /** @type {Batch[]} */
  #batches;
  #sequence = 0;
  #failed = 0; // sendings in a row
  #wantedAt = 0; // by the server, before which nothing goes; as performance.now tells it
  #goesAt = 0; // the same after a pause of our own, unless something says that the server is back
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

  /** What goes on where a batch ends that was never sent becomes part of it. @param {string} room @param {string} tab @param {Piece[]} pieces */
  add(room, tab, pieces) {
    const batches = [...this.#batches];
    for (const piece of pieces) {
      const last = batches.at(-1);
      const waits = last && !last.sent && last.room === room && last.tab === tab;
      const whole = waits ? joined(last.piece, piece) : null;
      if (last && whole) batches[batches.length - 1] = { ...last, piece: whole };
      else batches.push({ room, tab, sequence: this.#sequence++, piece });
    }
    this.#write(batches.slice(-MOST));
  }

  /** What somebody else shall send: from now on as it is, under its number. @returns {Batch[]} */
  handOver() {
    for (const batch of this.#batches) batch.sent = true;
    this.#write(this.#batches);
    return this.#batches;
  }

  /**
   * One after the other, each once, and what is added meanwhile; what the server did not take, and where it is away
   * all, later.
   * @returns {Promise<void>} settles once nothing is left to send, or it has to wait
   */
  flush() {
    window.clearTimeout(this.#timer);
    this.#flushing ??= this.#sendAll().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  /** As `flush`, by somebody who has heard of the server: only what it wanted itself is waited for. */
  catchUp() {
    this.#goesAt = this.#wantedAt;
    return this.flush();
  }

  /** Looks at the list anew each time: it may have been forgotten meanwhile. */
  async #sendAll() {
    const tried = new Set();
    const next = () =>
      performance.now() < this.#goesAt ? undefined : soonest(this.#batches.filter(one => !tried.has(one)));
    for (let batch = next(); batch; batch = next()) {
      tried.add(batch);
      batch.sent = true;
      this.#write(this.#batches); // before a page can end that has sent it
      this.#settle(batch, await this.#send(batch));
    }
    if (this.#batches.length) this.#repeat();
  }

  /** @param {Batch} batch @param {Fate} fate */
  #settle(batch, fate) {
    const stays = typeof fate === "object" && !this.#isHopeless(batch, fate);
    this.#write(this.#batches.filter(one => one !== batch || stays));
    if (typeof fate === "object") this.#fail(fate);
    else this.#failed = 0;
  }

  /** @param {Batch} batch @param {{fault?: boolean}} fate */
  #isHopeless(batch, { fault }) {
    if (fault) batch.faults = faultsOf(batch) + 1;
    return faultsOf(batch) >= FAULTS_MOST;
  }

  /** @param {{afterMs: number, fault?: boolean}} fate */
  #fail({ afterMs, fault }) {
    this.#failed += 1;
    this.#wantedAt = Math.max(this.#wantedAt, performance.now() + afterMs);
    if (!fault || afterMs || this.#failed >= FAULTS_IN_A_ROW) this.#pause();
  }

  #pause() {
    this.#goesAt = Math.max(this.#wantedAt, performance.now() + pauseMs(this.#failed));
  }

  #repeat() {
    if (this.#goesAt <= performance.now()) this.#pause();
    this.#timer = window.setTimeout(() => void this.flush(), this.#goesAt - performance.now());
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
