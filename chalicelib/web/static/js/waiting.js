import { Away, Refused } from "./api.js";
import { kindOf } from "./problems.js";

export const KNOCK_MS = 60_000; // as long as those inside can answer, by this device's clock
const SOON_MS = 2_000; // where the server's minute is not over yet, or nobody answers
const POLL_MS = 3_000; // while the live channel is away

/** @typedef {import("./entering.js").Entry} Entry */

/**
 * Somebody at a door that asks: knocks again each minute, for as long as they wait. Events: "knocked" (each new time),
 * "in" (detail: room id), "refused", "over" when there is no such meeting any more, "failed" (detail: the error).
 */
export class Waiting extends EventTarget {
  /** @type {(() => Promise<Entry>) | null} */
  #ask = null;
  /** @type {Entry | null} */
  #entry = null;
  /** @type {number | undefined} */
  #timer;
  #asking = false;
  #answered = ""; // the room whose people answered, perhaps before it was known that this is the one
  /** instant of performance.now() of the latest knock */
  knockedAt = 0;
  count = 0;

  /** @param {import("./live.js").Live} live */
  constructor(live) {
    super();
    this.#live = live;
    live.addEventListener("open", () => this.#again());
    live.addEventListener("message", event => {
      const { type, room_id } = /** @type {CustomEvent<LiveMessage>} */ (event).detail;
      if (type === "knock.answered" && room_id) this.#heard(room_id);
    });
  }

  #live;

  get active() {
    return this.#ask !== null;
  }

  /** @param {Entry} entry what the first knock brought @param {() => Promise<Entry>} ask the same once more */
  start(entry, ask) {
    this.stop();
    this.#ask = ask;
    this.#take(entry);
  }

  stop() {
    window.clearTimeout(this.#timer);
    this.#ask = null;
    this.#entry = null;
    this.count = 0;
  }

  /** The answer may be quicker than the server's word that the question was put. @param {string} room */
  #heard(room) {
    this.#answered = room;
    if (room === this.#entry?.room_id) void this.#again();
  }

  /** @param {Entry} entry */
  #take(entry) {
    if (entry.status !== "knocking") return this.#end("in", entry.room_id);
    const fresh = entry.expires_at_ms !== this.#entry?.expires_at_ms;
    this.#entry = entry;
    if (fresh) this.#knocked();
    this.#later(this.#answered === entry.room_id ? 0 : this.#pause());
    return undefined;
  }

  #knocked() {
    this.knockedAt = performance.now();
    this.count += 1;
    this.dispatchEvent(new Event("knocked"));
  }

  #pause() {
    const left = this.knockedAt + KNOCK_MS - performance.now();
    return Math.max(SOON_MS, this.#live.state === "open" ? left : Math.min(left, POLL_MS));
  }

  /** @param {number} ms */
  #later(ms) {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#again(), ms);
  }

  async #again() {
    const ask = this.#ask;
    if (!ask || this.#asking) return;
    this.#asking = true;
    this.#answered = "";
    try {
      const entry = await ask();
      if (ask === this.#ask) this.#take(entry);
    } catch (error) {
      if (ask === this.#ask) this.#fail(error);
    } finally {
      this.#asking = false;
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    const status = error instanceof Refused ? error.status : 0;
    if (error instanceof Away) return this.#later(error.retryAfterMs ?? POLL_MS);
    if (error instanceof Refused && status === 429) return this.#later(error.retryAfterMs ?? KNOCK_MS);
    if (error instanceof Refused && kindOf(error) === "refused") return this.#end("refused");
    return this.#end(status === 404 || status === 410 ? "over" : "failed", error);
  }

  /** @param {"in" | "refused" | "over" | "failed"} how @param {unknown} [detail] */
  #end(how, detail) {
    this.stop();
    this.dispatchEvent(new CustomEvent(how, { detail }));
  }
}
