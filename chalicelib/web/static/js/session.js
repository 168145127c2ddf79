import { call } from "./api.js";

/** Looking makes no session, the click does. */
export class Session {
  /** @type {string | null} */
  #who = null;

  /** @param {import("./live.js").Live} live */
  constructor(live) {
    this.#live = live;
  }

  #live;

  /** Opens a session or finds the one there is, and its live channel. Throws Refused or Away. */
  async open() {
    const { participant_name } = await call("POST", "/v1/session", { json: {} });
    const another = this.#who !== null && this.#who !== participant_name;
    this.#who = participant_name;
    if (another) this.#live.reopen(); // the old channel belongs to the session that is over
    this.#live.open();
  }
}
