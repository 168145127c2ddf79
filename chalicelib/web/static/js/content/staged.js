import { call, Refused } from "../api.js";
import { heldBearer } from "../cookieless.js";

/** @typedef {import("./kept.js").Link} Link */
/**
 * @typedef {{tab: import("../tab.js").Tab, live: import("../live.js").Live, session: import("../session.js").Session,
 *   lease: import("./lease.js").Lease, kept: import("./kept.js").Kept,
 *   time: import("./server-time.js").ServerTime}} Parts
 */

const CHANNEL = "earshot.links"; // between the tabs of this browser
const BEACON_MS = 300; // on its way from a tab that closes
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
    this.#sisters.addEventListener("message", () => window.setTimeout(this.refresh, BEACON_MS));
  }

  #sisters = new BroadcastChannel(CHANNEL);
  #lookedAt = 0;

  #parts;

  /** @param {StagedItem} item */
  isHere = item => item.tab_id === this.#parts.tab.id;

  /** Of what this tab has staged. */
  get ids() {
    return this.items.filter(this.isHere).map(item => item.content_id);
  }

  /** Reads the list. Throws Refused or Away. */
  async read() {
    if (!this.#parts.session.mayBe) return this.#take([]);
    await this.#parts.time.settle();
    const { content } = await call("GET", "/v1/content");
    return this.#take(content);
  }

  /** As `read`, where nobody waits for it. */
  refresh = () => void this.read().catch(() => {});

  /** @param {string} url @param {string | null} title throws Refused or Away */
  async stage(url, title) {
    const { session, tab, lease, time } = this.#parts;
    if (!session.who) await session.open();
    await time.settle();
    const json = { url, title: title || null };
    const item = await call("POST", "/v1/content", { json, headers: { "Earshot-Tab": tab.id } });
    lease.hold(item.expires_at_ms);
    this.#take([...this.items, item]);
    this.#tellSisters();
    return /** @type {StagedItem} */ (item);
  }

  /** @param {StagedItem} item @param {string} roomId @param {"card" | "frame"} as throws Refused or Away */
  show = ({ content_id: id }, roomId, as) =>
    this.#act(call("PUT", `/v1/content/${id}/shown`, { json: { room_id: roomId, as } }));

  /** It leaves the meeting and stays staged. @param {{content_id: string}} item throws Refused or Away */
  takeBack = ({ content_id: id }) => this.#act(call("DELETE", `/v1/content/${id}/shown`));

  /** Gone for everybody. @param {{content_id: string}} item throws Refused or Away */
  remove = ({ content_id: id }) => this.#act(call("DELETE", `/v1/content/${id}`));

  /** After a load: what the one before had staged. A crash has not deleted it; a closed tab has. */
  async restore() {
    const found = await this.#parts.kept.claim();
    if (!found?.links.length || !this.#parts.session.mayBe) return;
    this.missing = found.links;
    await call("POST", closedAddress(found.tab), { json: {} }).catch(() => {});
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
    if (this.ids.length) this.#tellSisters();
    this.items = [];
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

  /** @param {Promise<unknown>} acting */
  async #act(acting) {
    try {
      await acting;
    } catch (error) {
      if (!(error instanceof Refused && error.status === 404)) throw error; // gone meanwhile: the list will show
    }
    await this.read();
    this.#tellSisters();
  }

  /** Nothing is listed past its end; what other tabs keep up is read before it would be. @param {number} nowMs */
  expire(nowMs) {
    const there = this.items.filter(item => item.expires_at_ms > nowMs);
    if (there.length < this.items.length) this.#take(there);
    const soon = there.some(item => !this.isHere(item) && item.expires_at_ms - nowMs < LOOK_MS);
    if (!soon || nowMs - this.#lookedAt < LOOK_MS / 2) return;
    this.#lookedAt = nowMs;
    this.refresh();
  }

  /** Out of the meeting: a tab that stages nothing need not be heard of. */
  rest() {
    if (!this.ids.length && !this.missing.length) this.#parts.lease.end();
  }

  #tellSisters() {
    this.#sisters.postMessage("changed");
  }

  /** @param {StagedItem[]} items */
  #take(items) {
    this.items = items;
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

/** @param {string} tab */
const closedAddress = tab => `/v1/tabs/${tab}/closed?tab=${tab}`;

/** What a page that goes has to say; beacons carry no bearer. @param {string} tab */
function close(tab) {
  if (heldBearer()) void call("POST", closedAddress(tab), { json: {}, keepalive: true }).catch(() => {});
  else navigator.sendBeacon(closedAddress(tab), new Blob(["{}"], { type: "application/json" }));
}
