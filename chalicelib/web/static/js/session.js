import { call, Refused } from "./api.js";

/** Looking at a page makes no session: the first act that needs one does. */
export class Session {
  /** @param {boolean} presumed whether the page was asked for with a session cookie */
  constructor(presumed) {
    this.presumed = presumed;
  }

  async ensure() {
    if (this.presumed && (await this.#known())) return;
    await call("POST", "/v1/session", { json: {} });
    this.presumed = true;
  }

  async #known() {
    try {
      await call("GET", "/v1/session");
      return true;
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return false;
      throw error;
    }
  }
}
