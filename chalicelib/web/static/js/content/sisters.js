const CHANNEL = "earshot.links"; // between the tabs of this browser
const BEACON_MS = 300; // on its way from a tab that closes
const LONGEST_MS = 20_000;

/** The other tabs of this browser: what one does with its links, the others read. */
export class Sisters {
  #channel = new BroadcastChannel(CHANNEL);

  /**
   * @param {{read: () => Promise<void>, holds: (tab: string) => boolean}} list `holds`: whether something of that tab is on it
   */
  constructor(list) {
    this.#list = list;
    this.#channel.addEventListener("message", ({ data }) => this.#look(data.closed));
  }

  #list;

  /** @param {string | null} closed the tab, where it goes */
  tell(closed = null) {
    this.#channel.postMessage({ closed });
  }

  /** What a tab says as it closes may be slower than this: until the server has heard it, as long as that may take. @param {string | null} closed */
  #look(closed, pauseMs = BEACON_MS) {
    window.setTimeout(async () => {
      await this.#list.read().catch(() => {});
      if (closed && this.#list.holds(closed) && pauseMs < LONGEST_MS) this.#look(closed, 2 * pauseMs);
    }, pauseMs);
  }
}
