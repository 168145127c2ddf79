import { call, Refused } from "./api.js";
import { cookiesRefused, heldBearer, isNobody, NeedsCookies } from "./cookieless.js";
import { recall, remember } from "./memory.js";

const CHANNEL = "earshot.session"; // between the tabs of this browser

/**
 * Who this browser is to the server. Looking makes no session, an act does. Events: "change" when `who` is
 * another, or was changed; "over" when it was ended by the person, in this tab or in another.
 */
export class Session extends EventTarget {
  /** @type {SessionAnswer | null} null: nobody yet, or not read yet */
  who = null;
  #tabs = new BroadcastChannel(CHANNEL);

  /** @param {import("./live.js").Live} live */
  constructor(live) {
    super();
    this.#live = live;
    this.#tabs.addEventListener("message", ({ data }) => (data === "over" ? this.#over() : this.#reread()));
  }

  #live;

  /** Opens a session or finds the one there is, and its live channel. Throws Refused, Away or NeedsCookies. */
  async open() {
    if (isNobody()) throw new NeedsCookies();
    if (heldBearer()) return this.#live.open();
    const before = this.who;
    this.take(await call("POST", "/v1/session", { json: {} }));
    const another = before !== null && before.participant_name !== this.who?.participant_name;
    if (another) this.#live.reopen(); // the old channel belongs to the session that is over
    return this.#live.open();
  }

  /**
   * Reads the session where there may be one: this page knows of it, or the browser came with its cookie, which no
   * script sees but the server did. Asks nothing of a browser that never had any. Throws Refused or Away.
   */
  async read() {
    if (!this.mayBe) return;
    const before = this.who;
    try {
      this.#learn(await call("GET", "/v1/session"));
    } catch (error) {
      if (!(error instanceof Refused && error.status === 401)) throw error;
      if (this.who === before) this.forget(); // otherwise an act has brought another one meanwhile
      if (before && !this.who) this.#tabs.postMessage("changed");
    }
  }

  /** Whether this browser may have a session. */
  get mayBe() {
    const kept = recall("session") !== null || "known" in document.body.dataset;
    return this.who !== null || heldBearer() !== null || (kept && !cookiesRefused());
  }

  /** As `read`, where nobody waits for it. */
  refresh = () => void this.read().catch(() => {});

  /** @param {{participant_name?: string | null, preferences?: Preferences}} changes throws Refused or Away */
  async change(changes) {
    this.take(await call("PATCH", "/v1/session", { json: changes }));
  }

  /** Preferences hold in this browser anyway; the session is told where there is one. @param {Preferences} preferences */
  prefer(preferences) {
    if (!this.mayBe) return Promise.resolve();
    return call("PATCH", "/v1/session", { json: { preferences }, keepalive: true }).then(
      answer => this.take(answer),
      () => {},
    );
  }

  /** What an act answered; the other tabs are told. @param {SessionAnswer} answer */
  take(answer) {
    const before = this.who;
    this.#learn(answer);
    if (!before || !same(before, answer)) this.#tabs.postMessage("changed");
  }

  /** @param {SessionAnswer} answer */
  #learn(answer) {
    this.who = answer;
    document.body.dataset.known = "";
    remember("session", "yes"); // that there is one, not which
    this.dispatchEvent(new Event("change"));
  }

  /** Another tab has another session, or changed it. */
  #reread() {
    document.body.dataset.known = "";
    this.refresh();
  }

  /** Ended by an answer of the server's just now. */
  end() {
    this.#tabs.postMessage("over");
    this.#over();
  }

  #over() {
    this.forget();
    this.dispatchEvent(new Event("over"));
  }

  forget() {
    this.who = null;
    delete document.body.dataset.known;
    remember("session", null);
    this.dispatchEvent(new Event("change"));
  }
}

/** Whether two answers show the same person with the same wishes. @param {SessionAnswer} one @param {SessionAnswer} other */
const same = (one, other) =>
  JSON.stringify({ ...one, expires_at_ms: 0 }) === JSON.stringify({ ...other, expires_at_ms: 0 });
