import { call, Refused } from "./api.js";
import { find, write } from "./dom.js";
import { t } from "./i18n.js";
import { say } from "./notices.js";

const ASKED_MS = 60_000; // as long as the server keeps a knock
const PAUSE_MS = 500; // between two questions: a second click must not answer the next one

/** @typedef {{id: string, name: string, roomId: string, required: boolean}} Knock `required`: everybody is asked about */

/** Asks the people inside, one question after another, whether somebody is with them. Takes nobody's focus. */
export class Door {
  /** @type {Knock[]} */
  #waiting = [];
  #root = find(".door", HTMLElement);
  #question = find(".door-question", HTMLElement);
  #more = find(".door-more", HTMLElement);
  #resting = false;

  /** @param {import("./room.js").Room} room @param {() => void} giveFocus where it goes when the last question has gone */
  constructor(room, giveFocus) {
    this.#giveFocus = giveFocus;
    find(".door-yes", HTMLButtonElement).addEventListener("click", () => void this.#answer(true));
    find(".door-no", HTMLButtonElement).addEventListener("click", () => void this.#answer(false));
    room.addEventListener("knock", event => this.#knocked(/** @type {CustomEvent} */ (event).detail));
    room.addEventListener("change", () => {
      for (const person of room.state?.people ?? []) this.#drop(person.participant_id); // answered by someone else
    });
  }

  #giveFocus;

  /** Nobody is asked about another meeting's door. */
  clear() {
    this.#waiting = [];
    this.#show();
  }

  /** @param {LiveMessage} message */
  #knocked({ participant_id: id, name, room_id: roomId, required = false }) {
    if (!id || !name || !roomId || this.#waiting.some(one => one.id === id)) return;
    this.#waiting.push({ id, name, roomId, required });
    window.setTimeout(() => this.#drop(id), ASKED_MS);
    this.#show();
  }

  /** @param {boolean} admit */
  async #answer(admit) {
    const knock = this.#waiting[0];
    if (!knock || this.#resting) return;
    this.#drop(knock.id);
    this.#rest();
    try {
      await call("POST", `/v1/rooms/${knock.roomId}/admissions/${knock.id}`, { json: { admit } });
      if (!admit) say(t("door.refused", { name: knock.name }));
    } catch (error) {
      const gone = error instanceof Refused && error.status === 404;
      say(t(gone ? "door.gone" : "door.failed", { name: knock.name }));
    }
  }

  /** @param {string} id */
  #drop(id) {
    if (!this.#waiting.some(one => one.id === id)) return;
    this.#waiting = this.#waiting.filter(one => one.id !== id);
    this.#show();
  }

  #rest() {
    this.#resting = true;
    this.#show();
    window.setTimeout(() => {
      this.#resting = false;
      this.#show();
    }, PAUSE_MS);
  }

  #show() {
    const next = this.#waiting[0];
    const hadFocus = this.#root.contains(document.activeElement);
    this.#root.toggleAttribute("data-open", Boolean(next));
    for (const button of this.#root.querySelectorAll("button")) button.disabled = !next || this.#resting;
    const question = next?.required ? "door.knocks" : "door.question";
    write(this.#question, next ? t(question, { name: next.name }) : "");
    const more = this.#waiting.length - 1;
    write(this.#more, next && more > 0 ? t("door.more", { count: more }) : "");
    if (!hadFocus) return;
    if (next) this.#root.focus();
    else this.#giveFocus();
  }
}
