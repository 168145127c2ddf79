const MINUTE_MS = 60_000;
const FIRST_MS = 10 * MINUTE_MS;
const SPREAD_MS = 9 * MINUTE_MS; // so that a thousand screens do not ask in the same second
const LAST_MS = 40_000;
const AFTER_MS = 5_000;
const TICK_MS = 1_000; // a hidden page may tick once a minute: it is looked at when it comes to front

/**
 * When to read the room again because something ends at `deadlineMs`: no message tells that it has been put off. Minutes
 * before, then shortly before, then once more after, because the last heartbeat may have been late. Pure.
 * @param {number} deadlineMs @param {number} nowMs @param {number} random from 0 to 1
 */
export function nextReading(deadlineMs, nowMs, random) {
  const left = deadlineMs - nowMs;
  if (left > FIRST_MS) return deadlineMs - FIRST_MS + random * SPREAD_MS;
  if (left > LAST_MS) return deadlineMs - LAST_MS + (random * LAST_MS) / 2;
  return Math.max(deadlineMs, nowMs) + 500 + random * AFTER_MS;
}

/** Drops what is over from this screen at its deadline, by the server's clock, whoever is away. */
export class Deadlines {
  /** the end that was planned for @type {number | null} */
  #next = null;
  #readAt = Number.POSITIVE_INFINITY;

  /** @param {import("../room.js").Room} room @param {import("./server-time.js").ServerTime} time */
  constructor(room, time) {
    this.#room = room;
    this.#time = time;
    room.addEventListener("change", () => this.#plan());
    for (const occasion of ["pageshow", "focus"]) window.addEventListener(occasion, this.#tick);
    document.addEventListener("visibilitychange", this.#tick);
    window.setInterval(this.#tick, TICK_MS);
  }

  #room;
  #time;

  #plan() {
    const ends = (this.#room.state?.content ?? []).map(one => one.expires_at_ms);
    const next = ends.length ? Math.min(...ends) : null;
    if (next === this.#next && Number.isFinite(this.#readAt)) return;
    this.#next = next;
    if (next !== null) this.#readAt = nextReading(next, this.#time.now(), Math.random());
  }

  #tick = () => {
    const now = this.#time.now();
    if (this.#room.expire(now)) this.#readAt = now + Math.random() * AFTER_MS;
    if (now < this.#readAt) return;
    this.#readAt = Number.POSITIVE_INFINITY;
    void this.#time.sync().then(this.#room.refresh, () => {}); // away: the live channel's return reads again
  };
}
