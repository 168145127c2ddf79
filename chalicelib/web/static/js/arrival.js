import { Away, call, Refused } from "./api.js";
import { find, write } from "./dom.js";
import { enterByLink } from "./entering.js";
import { onSubmit } from "./forms.js";
import { dayAndTime, t } from "./i18n.js";
import { pauseMs } from "./live.js";
import { problemText } from "./problems.js";
import { KNOCK_MS, Waiting } from "./waiting.js";

const TICK_MS = 1_000;
const CROSSING_MS = 5_000; // in which a yes may be on its way while the knock is taken back

/** @typedef {{title: string, planned_start_ms: number | null, knock: boolean}} Invitation */
/** @typedef {import("./entering.js").Entry} Entry */

/**
 * In front of a meeting: invited by its link, or waiting until somebody inside says yes. Events: "arrived" (detail:
 * room id), "over" when there is no such meeting any more, "rename" when another name is wanted first.
 */
export class Arrival extends EventTarget {
  #root = find(".arrive", HTMLElement);
  #title = find("#arrive-title", HTMLElement);
  #form = find('[data-form="arrive"]', HTMLFormElement);
  #act = find(".arrive-act", HTMLButtonElement);
  #waitingPart = find(".waiting", HTMLElement, this.#root);
  #said = find(".waiting-said", HTMLElement);
  /** @type {() => Promise<Entry>} */
  #ask = () => Promise.reject(new Error("nowhere to go"));
  /** @type {string | null} */
  #id = null;
  /** @type {number | undefined} */
  #ticking;
  #barredUntil = 0;
  /** @type {string | null} a meeting at whose door nobody waits any more */
  #givenUp = null;

  /**
   * @param {import("./session.js").Session} session @param {import("./live.js").Live} live
   * @param {import("./leaving.js").Leaving} leaving
   */
  constructor(session, live, leaving) {
    super();
    this.#session = session;
    this.#leaving = leaving;
    this.#waiting = new Waiting(live);
    live.addEventListener("message", event =>
      this.#answered(/** @type {CustomEvent<LiveMessage>} */ (event).detail),
    );
    this.#hear();
    onSubmit(this.#form, () => this.#join());
    find(".waiting-stop", HTMLButtonElement).addEventListener("click", () => this.#giveUp());
    find(".arrive-rename", HTMLButtonElement).addEventListener("click", () =>
      this.dispatchEvent(new Event("rename")),
    );
    session.addEventListener("change", () => this.#showName());
    this.#showName();
  }

  #session;
  #leaving;
  #waiting;

  focus() {
    this.#title.focus();
  }

  /** Elsewhere now: nobody waits here any more. */
  clear() {
    this.#id = null;
    this.#waiting.stop();
    window.clearInterval(this.#ticking);
  }

  /** Whether the address is an invitation; if so it is shown. A server that is away is asked again. @param {string} id */
  async invited(id) {
    this.clear();
    this.#givenUp = null;
    this.#id = id;
    const invitation = await this.#read(id);
    if (id !== this.#id || !invitation) return false;
    this.#ask = () => enterByLink(id);
    this.#showInvitation(invitation);
    return true;
  }

  /** Somebody who has knocked by other means than the link. @param {Entry} entry @param {() => Promise<Entry>} ask */
  wait(entry, ask) {
    this.clear();
    this.#givenUp = null;
    this.#id = entry.room_id;
    this.#ask = ask;
    this.#showInvitation({ title: "", planned_start_ms: null, knock: true });
    this.#waiting.start(entry, ask);
  }

  /** @param {string} id @returns {Promise<Invitation | null>} */
  async #read(id) {
    for (let attempt = 0; id === this.#id; attempt++) {
      try {
        return await call("GET", `/v1/rooms/${encodeURIComponent(id)}/invitation`);
      } catch (error) {
        if (!(error instanceof Away)) return null;
        await new Promise(done => window.setTimeout(done, error.retryAfterMs ?? pauseMs(attempt)));
      }
    }
    return null;
  }

  /** @param {Invitation} invitation */
  #showInvitation({ title, planned_start_ms: start, knock }) {
    write(this.#title, title ? t("arrive.title", { title }) : t("arrive.untitled"));
    write(find(".arrive-when", HTMLElement), start ? t("meeting.planned", { when: dayAndTime(start) }) : "");
    find(".arrive-asks", HTMLElement).hidden = !knock;
    write(this.#act, t(knock ? "arrive.knock" : "arrive.join"));
    this.#turn(false);
  }

  async #join() {
    const left = Math.ceil((this.#barredUntil - performance.now()) / 1000);
    if (left > 0) return this.#complain(t("arrive.barred", { count: left }));
    const id = this.#id;
    this.#givenUp = null;
    if (id) this.#leaving.revoke(id);
    await this.#session.open();
    const entry = await this.#ask().catch(error => this.#refusal(error));
    if (!entry || id !== this.#id) return undefined;
    if (entry.status === "knocking") return this.#waiting.start(entry, this.#ask);
    return this.#in(entry.room_id);
  }

  /** The meeting may be over by now. @param {unknown} error */
  #refusal(error) {
    if (!(error instanceof Refused) || (error.status !== 404 && error.status !== 410)) throw error;
    this.#over();
    return null;
  }

  #hear() {
    const waiting = this.#waiting;
    waiting.addEventListener("knocked", () => this.#knocked());
    waiting.addEventListener("in", event => this.#in(/** @type {CustomEvent} */ (event).detail));
    waiting.addEventListener("over", () => this.#over());
    waiting.addEventListener("refused", () => {
      this.#barredUntil = performance.now() + KNOCK_MS;
      this.#back(t("problem.refused"));
    });
    waiting.addEventListener("failed", event =>
      this.#back(problemText(/** @type {CustomEvent} */ (event).detail)),
    );
  }

  #knocked() {
    write(this.#said, t(this.#waiting.count > 1 ? "arrive.knocked-again" : "arrive.knocked"));
    if (this.#waitingPart.hidden) {
      this.#turn(true);
      find(".waiting-stop", HTMLButtonElement).focus();
    }
    window.clearInterval(this.#ticking);
    this.#ticking = window.setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  #tick() {
    const gone = performance.now() - this.#waiting.knockedAt;
    find(".waiting-left", HTMLProgressElement).value = Math.min(KNOCK_MS, gone) / 1000;
  }

  #giveUp() {
    this.#waiting.stop();
    const id = this.#id;
    if (id) this.#leaving.undo(id);
    this.#givenUp = id;
    window.setTimeout(() => {
      if (this.#givenUp === id) this.#givenUp = null; // a later yes is to another tab of theirs
    }, CROSSING_MS);
    this.#back(t("arrive.stopped"));
  }

  /** The yes may have been on its way when the knock was taken back. @param {LiveMessage} message */
  #answered({ type, room_id, admitted }) {
    if (type === "knock.answered" && admitted && room_id && room_id === this.#givenUp)
      this.#leaving.undo(room_id);
  }

  /** @param {string} why */
  #back(why) {
    window.clearInterval(this.#ticking);
    this.#turn(false);
    this.#complain(why);
    this.#act.focus();
  }

  /** @param {string} why */
  #complain(why) {
    write(find(".form-problem", HTMLElement, this.#form), why);
  }

  /** @param {string} id */
  #in(id) {
    this.clear();
    this.dispatchEvent(new CustomEvent("arrived", { detail: id }));
  }

  #over() {
    this.clear();
    this.dispatchEvent(new Event("over"));
  }

  /** @param {boolean} waiting */
  #turn(waiting) {
    this.#waitingPart.hidden = !waiting;
    this.#form.hidden = waiting;
    this.#complain("");
  }

  #showName() {
    const name = this.#session.who?.participant_name;
    write(find(".arrive-name", HTMLElement), name ? t("arrive.as", { name }) : t("arrive.as-somebody"));
  }
}
