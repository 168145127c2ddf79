import { call, patienceMs, Refused } from "../api.js";
import { pauseMs } from "../live.js";
import { close, closeFormer } from "./closed.js";
import { Reading } from "./reading.js";
import { Sisters } from "./sisters.js";

/** @typedef {import("./kept.js").Link} Link */
/**
 * @typedef {{tab: import("../tab.js").Tab, live: import("../live.js").Live, session: import("../session.js").Session,
 *   lease: import("./lease.js").Lease, kept: import("./kept.js").Kept,
 *   time: import("./server-time.js").ServerTime}} Parts
 */

const FAULT = 500;
const LOOK_MS = 60_000; // before something of another tab would be over: its heartbeats are not heard here

/**
 * What I have staged, exactly as the cloud holds it. Events: "change"; "restaged" (detail: how many) after a reload;
 * "interrupted" when links of this tab are not staged any more, or not yet: `again` stages them.
 */
export class Staged extends EventTarget {
  /** @type {StagedItem[]} the oldest first */
  items = [];
  /** @type {Link[]} of this tab, wanted and not staged */
  missing = [];

  /** @param {Parts} parts */
  constructor(parts) {
    super();
    this.#parts = parts;
    parts.lease.addEventListener("renewed", () => this.#prolong());
    parts.lease.addEventListener("over", () => this.#lapse());
    parts.session.addEventListener("change", () => parts.session.who || this.forget());
    const again = () => this.#later && void this.#look();
    parts.live.addEventListener("open", again);
    window.addEventListener("online", again);
  }

  #sisters = new Sisters({
    read: () => this.#look(),
    holds: tab => this.items.some(one => one.tab_id === tab),
  });
  #lookedAt = 0;
  /** @type {number | undefined} */
  #later;
  #dropped = false; // something by this page's own clock: perhaps the cloud still holds it

  #parts;
  /** @type {Reading<StagedItem[]>} */
  #reading = new Reading(
    () => this.#ask(),
    items => {
      this.#dropped = false;
      const own = items.find(this.isHere);
      if (own && !this.#parts.lease.expiresAtMs) this.#parts.lease.hold(own.expires_at_ms); // its answer was lost
      this.#take(items);
    },
  );

  /** @param {StagedItem} item */
  isHere = item => item.tab_id === this.#parts.tab.id;

  /** Of what this tab has staged. */
  get ids() {
    return this.items.filter(this.isHere).map(item => item.content_id);
  }

  /** Reads the list. Throws Refused or Away. */
  read = () => this.#reading.read();

  async #ask() {
    const { session, time } = this.#parts;
    if (!session.mayBe) return [];
    await (this.#dropped ? time.sync() : time.settle());
    return (await call("GET", "/v1/content")).content;
  }

  /** As `read`, where nobody waits for it. */
  refresh = () => void this.#look();

  /** @param {string} url @param {string | null} title throws Refused or Away */
  async stage(url, title) {
    const { session, tab, lease, time } = this.#parts;
    if (!session.who) await session.open();
    await time.settle();
    lease.begin();
    const json = { url, title: title || null };
    const asking = call("POST", "/v1/content", { json, headers: { "Earshot-Tab": tab.id } });
    const item = await asking.catch(error => this.#failed(error));
    lease.hold(item.expires_at_ms);
    const others = this.items.filter(one => one.content_id !== item.content_id); // perhaps it was read already
    this.#take([...others, item]);
    this.#sisters.tell();
    return /** @type {StagedItem} */ (item);
  }

  /** @param {StagedItem} item @param {string} roomId @param {"card" | "frame"} as throws Refused or Away */
  show = ({ content_id: id }, roomId, as) =>
    this.#act(call("PUT", `/v1/content/${id}/shown`, { json: { room_id: roomId, as } }));

  /** It leaves the meeting and stays staged. @param {{content_id: string}} item throws Refused or Away */
  takeBack = ({ content_id: id }) => this.#act(call("DELETE", `/v1/content/${id}/shown`));

  /** Gone for everybody. @param {{content_id: string}} item throws Refused or Away */
  remove = ({ content_id: id }) => this.#act(call("DELETE", `/v1/content/${id}`), id);

  /** After a load: what the one before had staged. A crash has not deleted it; a closed tab has. */
  async restore() {
    const found = await this.#parts.kept.claim();
    if (!found?.links.length || !this.#parts.session.mayBe) return;
    this.missing = found.links;
    await closeFormer(found.tab).catch(() => {});
    await this.again();
  }

  /** Stages what is missing, from a tab that the server knows nothing bad of. */
  async again() {
    const { length } = this.missing;
    try {
      for (const link of [...this.missing]) {
        await this.stage(link.url, link.title);
        this.missing = this.missing.filter(one => one !== link);
      }
    } catch {
      this.dispatchEvent(new Event("interrupted"));
    }
    const done = length - this.missing.length;
    if (done) this.dispatchEvent(new CustomEvent("restaged", { detail: done }));
    this.#keep();
  }

  /** The tab is closed, reloaded or put aside: what it staged goes at once. */
  leave() {
    const { tab, lease, kept } = this.#parts;
    if (lease.begun) close(tab.id);
    if (this.ids.length) this.#sisters.tell(tab.id);
    this.items = [];
    this.#reading.overtake();
    lease.end();
    kept.leave();
  }

  /** The session is over, and with it what it staged. */
  forget() {
    this.missing = [];
    this.#parts.lease.end();
    this.#parts.kept.write([]);
    this.#take([]);
  }

  /** @param {Promise<unknown>} acting @param {string} [gone] the item that it deletes */
  async #act(acting, gone) {
    try {
      await acting;
    } catch (error) {
      if (!(error instanceof Refused && error.status === 404)) this.#failed(error); // gone meanwhile: the list will show
    }
    if (gone) this.#take(this.items.filter(one => one.content_id !== gone));
    this.#sisters.tell();
    await this.#look();
  }

  /** An answer that was lost may have been a yes. @param {unknown} error @returns {never} */
  #failed(error) {
    if (!(error instanceof Refused) || error.status >= FAULT) {
      this.#sisters.tell();
      void this.#look();
    }
    throw error;
  }

  /** What the cloud holds: asked until it answers, the later times behind the back. */
  async #look(attempt = 0) {
    this.#wait(undefined);
    try {
      await this.read();
    } catch (error) {
      const passing = patienceMs(error) !== null && this.#parts.session.mayBe;
      const next = () => void this.#look(attempt + 1);
      this.#wait(passing ? window.setTimeout(next, pauseMs(attempt)) : undefined);
    }
  }

  /** @param {number | undefined} timer of the next look */
  #wait(timer) {
    window.clearTimeout(this.#later);
    this.#later = timer;
  }

  /**
   * Nothing is listed past its end; what other tabs keep up is read before it would be, and once more after, because the
   * last heartbeat may have been heard, or this clock be wrong.
   * @param {number} nowMs
   */
  expire(nowMs) {
    const there = this.items.filter(item => item.expires_at_ms > nowMs);
    if (there.length < this.items.length) {
      this.#dropped = true;
      this.#take(there);
      return this.refresh();
    }
    const soon = there.some(item => !this.isHere(item) && item.expires_at_ms - nowMs < LOOK_MS);
    if (!soon || nowMs - this.#lookedAt < LOOK_MS / 2) return undefined;
    this.#lookedAt = nowMs;
    return this.refresh();
  }

  /** Out of the meeting: a tab that stages nothing need not be heard of. */
  rest() {
    if (!this.ids.length && !this.missing.length) this.#parts.lease.end();
  }

  /** @param {StagedItem[]} items */
  #take(items) {
    this.#reading.overtake();
    this.items = items;
    const here = items.filter(this.isHere);
    this.missing = this.missing.filter(
      one => !here.some(item => item.url === one.url && item.title === one.title),
    );
    this.#keep();
    this.dispatchEvent(new Event("change"));
  }

  /** A list that the lapsed tab is missing from is no wish to delete it. */
  #keep() {
    const { lease, kept, time } = this.#parts;
    if (lease.expiresAtMs > time.now()) kept.write([...this.items.filter(this.isHere), ...this.missing]);
  }

  #prolong() {
    const { expiresAtMs } = this.#parts.lease;
    this.items = this.items.map(item => (this.isHere(item) ? { ...item, expires_at_ms: expiresAtMs } : item));
    this.dispatchEvent(new Event("change"));
    if (this.#dropped) this.refresh();
  }

  #lapse() {
    const { tab, live, kept } = this.#parts;
    this.missing = kept.links;
    tab.renew(); // the old name is never taken again
    if (live.state !== "closed") live.reopen();
    this.refresh();
    if (this.missing.length) this.dispatchEvent(new Event("interrupted"));
  }
}
