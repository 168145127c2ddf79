/** @typedef {import("./peer.js").Link} Link */

/** What is worth saying of the way to each other person: where it fails or breaks off, and when it is there again. */
export class Ways {
  /** @type {Map<string, Link>} */
  #known = new Map();

  /** @param {string} id @param {Link} link @returns {"call.link-failed" | "call.said-shaky" | "call.said-again" | null} a text */
  news(id, link) {
    const before = this.#known.get(id);
    if (link === before || (link === "connecting" && before)) return null; // tried once more: not there yet
    this.#known.set(id, link);
    if (link === "failed") return "call.link-failed";
    if (link === "shaky") return "call.said-shaky";
    return link === "connected" && before && before !== "connecting" ? "call.said-again" : null;
  }

  /** Of who is not in the call any more nothing is known. @param {string[]} people */
  keep(people) {
    for (const id of this.#known.keys()) if (!people.includes(id)) this.#known.delete(id);
  }
}
