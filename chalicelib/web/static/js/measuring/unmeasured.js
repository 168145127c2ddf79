import { recallHere, rememberHere } from "../memory.js";

const KEY = "unmeasured";
const MOST = 50; // meetings, the latest

/** The meetings in which this tab's person said no, or stopped: through reloads, and in what a meeting becomes. */
export class Unmeasured {
  #here = ""; // where the browser keeps nothing

  /** @param {string} meeting */
  has(meeting) {
    return this.#meetings.includes(meeting);
  }

  /** @param {string} meeting */
  add(meeting) {
    this.#keep([...this.#without(meeting), meeting]);
  }

  /** They have agreed since. @param {string} meeting */
  remove(meeting) {
    this.#keep(this.#without(meeting));
  }

  /** What was said in one meeting is said in what it has become. @param {import("../room.js").Move} move */
  follow({ from, to }) {
    if (this.has(from)) this.add(to);
  }

  get #meetings() {
    return (recallHere(KEY) ?? this.#here).split(" ").filter(Boolean);
  }

  /** @param {string} meeting */
  #without(meeting) {
    return this.#meetings.filter(one => one !== meeting);
  }

  /** @param {string[]} meetings */
  #keep(meetings) {
    this.#here = meetings.slice(-MOST).join(" ");
    rememberHere(KEY, this.#here);
  }
}
