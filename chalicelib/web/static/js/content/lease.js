import { call, Refused } from "../api.js";

const BEAT_MS = 120_000;
const LOOK_MS = 60_000; // as often as the live channel beats, and carries this along
const EARLY_MS = 10_000; // before it is due: the channel's next beat would be most of a minute late
const FRESH_MS = 60_000; // heard of more recently than that: a return to the page is no news
const ANSWER_MS = 10_000; // without an answer over the socket by then, it is asked by request

/**
 * The life of what this tab stages, and the sign that somebody is there: thirty minutes from its last heartbeat, kept up
 * by a heartbeat every two minutes, which the live channel's own carries: a message costs what it costs, whatever it says.
 * Timers of hidden pages are late and sleeping devices have none, so every return is one more occasion.
 * Events: "renewed" when `expiresAtMs` is another; "over" when the server knows the tab no longer.
 */
export class Lease extends EventTarget {
  /** By the server's clock; 0: nothing staged, or over. */
  expiresAtMs = 0;
  #beatenAt = 0;
  #openedAt = 0;
  #staging = false;
  /** @type {number | undefined} */
  #timer;
  /** @type {number | undefined} */
  #patience;

  /** @param {import("../tab.js").Tab} tab @param {import("../live.js").Live} live */
  constructor(tab, live) {
    super();
    this.#tab = tab;
    this.#live = live;
    live.addEventListener("heartbeat", event => this.#answered(/** @type {CustomEvent} */ (event).detail));
    live.addEventListener("open", () => this.#beatAgain());
    live.addEventListener("beat", event => this.#join(/** @type {CustomEvent} */ (event).detail));
    for (const occasion of ["online", "pageshow", "focus"])
      window.addEventListener(occasion, () => this.#beatAgain());
    document.addEventListener("visibilitychange", () => this.#beatAgain());
  }

  #tab;
  #live;

  /** This tab is heard of from now on, whatever it stages: it is in a meeting. */
  async open() {
    const { id } = this.#tab;
    if (this.expiresAtMs || Date.now() - this.#openedAt < BEAT_MS) return;
    this.#openedAt = Date.now();
    try {
      const { expires_at_ms } = await call("PUT", `/v1/tabs/${id}/lease`);
      if (id === this.#tab.id) this.hold(expires_at_ms);
    } catch {
      // away, or too many tabs: the next news of the meeting is one more occasion
    }
  }

  /** The first link is on its way, and opens the tab. */
  begin() {
    this.#staging = true;
  }

  /** Whether the server knows of the tab, or is about to: a page may go before it has answered. */
  get begun() {
    return this.expiresAtMs > 0 || this.#openedAt > 0 || this.#staging;
  }

  /** The server has opened the tab, or heard of it. @param {number} expiresAtMs */
  hold(expiresAtMs) {
    if (!this.expiresAtMs) {
      this.#beatenAt = Date.now();
      this.#timer = window.setInterval(() => this.#look(), LOOK_MS);
    }
    this.expiresAtMs = Math.max(expiresAtMs, this.expiresAtMs);
    this.dispatchEvent(new Event("renewed"));
  }

  /** Nothing of this tab is staged any more. */
  end() {
    this.expiresAtMs = 0;
    this.#openedAt = 0;
    this.#staging = false;
    window.clearInterval(this.#timer);
    window.clearTimeout(this.#patience);
  }

  #beatAgain() {
    if (Date.now() - this.#beatenAt > FRESH_MS) this.#beat();
  }

  /** Whoever is connected leaves it to the next beat of the channel. */
  #look() {
    const spare = this.#live.state === "open" ? LOOK_MS : -EARLY_MS;
    if (Date.now() - this.#beatenAt >= BEAT_MS + spare) this.#beat();
  }

  #beat() {
    if (!this.expiresAtMs) return;
    this.#beatenAt = Date.now();
    if (this.#live.state !== "open") return void this.#put();
    this.#live.send({ action: "heartbeat", lease: true });
    this.#await();
  }

  /** @param {{lease?: boolean}} message of the live channel */
  #join(message) {
    if (!this.expiresAtMs || Date.now() - this.#beatenAt < BEAT_MS - EARLY_MS) return;
    this.#beatenAt = Date.now();
    message.lease = true;
    this.#await();
  }

  #await() {
    window.clearTimeout(this.#patience);
    this.#patience = window.setTimeout(() => this.#unheard(), ANSWER_MS);
  }

  #unheard() {
    this.#live.giveUp(this.#beatenAt);
    void this.#put();
  }

  /** @param {LiveMessage} message */
  #answered({ expires_at_ms: until }) {
    if (until === undefined && this.#openedAt) void this.open(); // its answer was lost, and a quiet meeting has no news
    if (until === undefined || !this.expiresAtMs) return;
    window.clearTimeout(this.#patience);
    if (until) this.hold(until);
    else void this.#put(); // over, or a connection that the server does not know by its tab
  }

  /** No answer at all is no news: the next occasion is one to try again. */
  async #put() {
    const { id } = this.#tab;
    if (!this.expiresAtMs) return;
    try {
      const { expires_at_ms } = await call("PUT", `/v1/tabs/${id}/lease`);
      if (id === this.#tab.id && this.expiresAtMs) this.hold(expires_at_ms);
    } catch (error) {
      if (!(error instanceof Refused && error.status === 410)) this.#beatenAt = 0;
      else if (id === this.#tab.id && this.expiresAtMs) this.#lapse();
    }
  }

  #lapse() {
    this.end();
    this.dispatchEvent(new Event("over"));
  }
}
