import { call } from "../api.js";

/**
 * The server's time by this device's own clock, which goes on while the device sleeps; set right by whatever the
 * server says. Behind by the way of a message, never ahead: nothing is dropped too early.
 */
export class ServerTime {
  #offset = 0;
  #known = false;

  /** @param {import("../live.js").Live} live */
  constructor(live) {
    live.addEventListener("heartbeat", event => this.#set(/** @type {CustomEvent} */ (event).detail.at_ms));
    live.addEventListener("message", event =>
      this.#heard(/** @type {CustomEvent<LiveMessage>} */ (event).detail),
    );
  }

  now() {
    return Date.now() + this.#offset;
  }

  /** Throws Refused or Away. */
  async sync() {
    this.#set((await call("GET", "/v1/time")).now_ms);
  }

  /** Asks if nothing has told yet. Throws Refused or Away. */
  async settle() {
    if (!this.#known) await this.sync();
  }

  /**
   * A message may have waited in a queue, and who left did so when they were last heard of: only the answer to a question
   * of this page's own sets the time back.
   * @param {LiveMessage} message
   */
  #heard({ type, at_ms }) {
    if (!at_ms || type === "participant.left") return;
    if (!this.#known || at_ms > this.now()) this.#set(at_ms);
  }

  /** @param {number} nowMs */
  #set(nowMs) {
    this.#offset = nowMs - Date.now();
    this.#known = true;
  }
}
