import { find, write } from "./dom.js";
import { t } from "./i18n.js";
import { recall, remember } from "./memory.js";

const KEPT = "analytics"; // one answer: for this meeting and this id
const ANSWERS = { yes: "yes", no: "no" };

/** Whether this browser asks not to be followed: then nobody is even asked. */
const objects = () =>
  /** @type {{globalPrivacyControl?: boolean}} */ (navigator).globalPrivacyControl === true ||
  navigator.doNotTrack === "1";

/** @param {string} id */
const product = id => (id.startsWith("AW-") ? "Google Ads" : "Google Analytics");

/** The organiser's own analytics: for who agrees, in this meeting, to this id; in a frame that sees nothing of ours. */
export class Analytics {
  #root = find(".analytics", HTMLElement);
  #asks = find(".analytics-asks", HTMLElement);
  #runs = find(".analytics-runs", HTMLElement);
  /** @type {HTMLIFrameElement | null} */
  #frame = null;

  /** @param {import("./room.js").Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    this.#onclick(".analytics-yes", () => this.#answer(ANSWERS.yes, ".analytics-stop"));
    this.#onclick(".analytics-no", () => this.#answer(ANSWERS.no, "#meeting-title"));
    this.#onclick(".analytics-stop", () => this.#answer(ANSWERS.no, "#meeting-title"));
  }

  #room;

  #key = "";
  #answered = recall(KEPT);

  /** Another meeting: nothing runs before it is known what was said there. */
  leave() {
    this.#root.hidden = true;
    this.#end();
  }

  /** Out of the meeting: what was agreed to ends with it. */
  forget() {
    this.leave();
    this.#keep(null);
  }

  /** @param {string | null} answer */
  #keep(answer) {
    this.#answered = answer;
    remember(KEPT, answer);
  }

  /** @param {string} button @param {() => void} act */
  #onclick(button, act) {
    find(button, HTMLButtonElement, this.#root).addEventListener("click", act);
  }

  /** @param {string} answer @param {string} next what has the focus then */
  #answer(answer, next) {
    this.#keep(`${answer} ${this.#key}`);
    this.#show();
    find(next, HTMLElement).focus();
  }

  #show() {
    const id = this.#room.state?.answer.settings.analytics_id ?? null;
    this.#key = `${this.#room.id} ${id}`;
    const agreed = this.#answered === `${ANSWERS.yes} ${this.#key}`;
    const refused = this.#answered === `${ANSWERS.no} ${this.#key}`;
    const wanted = id !== null && !objects();
    this.#root.hidden = !wanted || refused;
    this.#asks.hidden = agreed;
    this.#runs.hidden = !agreed;
    if (id && wanted && agreed) this.#run(id);
    else this.#end();
    if (!id) return;
    const named = { product: product(id), id };
    write(find(".analytics-question", HTMLElement), t("analytics.question", named));
    write(find(".analytics-running", HTMLElement), t("analytics.running", named));
  }

  /** @param {string} id */
  #run(id) {
    const address = `/analytics?id=${encodeURIComponent(id)}`;
    if (this.#frame?.getAttribute("src") === address) return;
    this.#end();
    const frame = document.createElement("iframe");
    frame.sandbox.add("allow-scripts");
    frame.referrerPolicy = "no-referrer";
    frame.title = t("analytics.frame");
    frame.className = "unseen";
    frame.tabIndex = -1;
    frame.src = address;
    this.#root.append(frame);
    this.#frame = frame;
  }

  #end() {
    this.#frame?.remove();
    this.#frame = null;
  }
}
