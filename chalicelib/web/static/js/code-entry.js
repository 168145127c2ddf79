import { codeHere, enterByCode, makeCode, OWN } from "./codes.js";
import { heldBearer, isNobody } from "./cookieless.js";
import { find, write } from "./dom.js";
import { busy, onSubmit } from "./forms.js";
import { t } from "./i18n.js";
import { takeOver } from "./memory.js";
import { obstacle } from "./microphone.js";

const DOUBTS = 2; // clips without a verdict after which another way is offered

/** @type {Set<Trouble | null>} with which nothing can be heard here */
const DEAF = new Set(["no-cookies", "refused", "no-microphone", "insecure", "unsupported"]);

/** @typedef {(roomId: string, shown?: import("./codes.js").ShownCode) => void} Arrive */
/** @typedef {import("./entering.js").Entry} Entry */
/** @typedef {(entry: Entry, ask: () => Promise<Entry>) => void} Wait at a door that asks */

/** The other way in, on the start page: quiet, until sound does not do. */
export class CodeEntry {
  #root = find(".codes", HTMLDetailsElement);
  #form = find('[data-form="code"]', HTMLFormElement);
  /** @type {Set<string>} clips left in doubt */
  #doubts = new Set();

  /**
   * @param {import("./session.js").Session} session @param {import("./listening.js").Listening} listening
   * @param {Arrive} arrive @param {Wait} wait
   */
  constructor(session, listening, arrive, wait) {
    this.#session = session;
    this.#arrive = arrive;
    this.#wait = wait;
    onSubmit(this.#form, values => this.#enter(values), OWN);
    find(".show-code", HTMLButtonElement).addEventListener("click", () => void this.#make());
    listening.addEventListener("answered", event => this.#heard(/** @type {CustomEvent} */ (event).detail));
    listening.addEventListener("change", () => {
      if (DEAF.has(listening.state.trouble)) this.#offer();
    });
    if (obstacle()) this.#offer();
    this.#goOn();
  }

  #session;
  #arrive;
  #wait;

  /** From the page of the QR picture: where the click has been made there, it is enough. */
  #goOn() {
    const clicked = takeOver("code");
    const code = clicked ?? codeHere();
    if (!code) return;
    this.#root.open = true;
    const field = find("#code", HTMLInputElement);
    field.value = code;
    if (clicked) this.#form.requestSubmit();
    else field.focus();
  }

  /** @param {import("./forms.js").Values} values */
  async #enter({ code = "" }) {
    if (!isNobody()) await this.#session.open();
    const entry = await enterByCode(code);
    if (heldBearer()) this.#session.refresh();
    this.#form.reset();
    if (entry.status === "knocking") this.#wait(entry, () => enterByCode(code));
    else this.#arrive(entry.room_id);
  }

  async #make() {
    await busy(this.#form, async () => {
      await this.#session.open();
      const made = await makeCode(null);
      this.#arrive(made.room_id, made);
    });
  }

  /** @param {JoinAnswer} answer */
  #heard({ join_id, status, hint }) {
    if (status === "inconclusive") this.#doubts.add(join_id);
    if (hint === "crowded" || this.#doubts.size >= DOUBTS) this.#offer();
  }

  #offer() {
    if (this.#root.open) return;
    this.#root.open = true;
    write(find(".codes-why", HTMLElement), t("codes.why"));
  }
}
