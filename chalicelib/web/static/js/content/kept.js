// What this tab stages, for its own next load: reloaded, opened again or come back to, it stages its list anew. A tab
// that was duplicated has a copy of the list while the first still lives; the lock that goes with the list tells.
import { recallHere, rememberHere } from "../memory.js";

const KEY = "links";
const HANDOVER_MS = 1_000; // a page that is being left lets go of its lock within that

/** @typedef {{url: string, title: string | null}} Link */
/** @typedef {{holder: string, tab: string, links: Link[]}} List */

/** @param {string} name @returns {Promise<(() => void) | null>} lets go again; null: somebody else holds it */
function hold(name) {
  return new Promise(resolve => {
    const options = { signal: AbortSignal.timeout(HANDOVER_MS) };
    navigator.locks
      .request(`earshot.links.${name}`, options, () => new Promise(release => resolve(() => release(null))))
      .catch(() => resolve(null));
  });
}

/** @returns {List | null} */
function read() {
  try {
    const { holder, tab, links } = JSON.parse(recallHere(KEY) ?? "");
    return typeof holder === "string" && Array.isArray(links) ? { holder, tab, links } : null;
  } catch {
    return null;
  }
}

/** The list of links as this tab keeps it, and only this one. */
export class Kept {
  /** @type {List} */
  #list = { holder: "", tab: "", links: [] };
  #letGo = () => {};

  /** @param {import("../tab.js").Tab} tab */
  constructor(tab) {
    this.#tab = tab;
  }

  #tab;

  get links() {
    return this.#list.links;
  }

  /**
   * Takes over what the load before has left. Without locks nothing tells a duplicate, which must start empty.
   * @returns {Promise<List | null>} null where there is nothing, or it is another tab's
   */
  async claim() {
    const found = read();
    const mine = found && navigator.locks ? await hold(found.holder) : null;
    const holder = mine && found ? found.holder : this.#tab.id;
    this.#letGo = mine ?? ((navigator.locks && (await hold(holder))) || (() => {}));
    this.#list = { ...this.#list, holder };
    if (!mine || this.links.length) this.write(this.links); // perhaps some were staged while it waited
    return mine ? found : null;
  }

  /** @param {Link[]} links */
  write(links) {
    this.#list = { ...this.#list, tab: this.#tab.id, links: links.map(({ url, title }) => ({ url, title })) };
    rememberHere(KEY, links.length || this.#list.holder ? JSON.stringify(this.#list) : null);
  }

  /** The page is being left: the next load may have it. */
  leave() {
    this.#list = { ...this.#list, links: [] };
    this.#letGo();
  }
}
