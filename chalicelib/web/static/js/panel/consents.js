import { call } from "../api.js";
import { find, write } from "../dom.js";
import { busy } from "../forms.js";
import { dayAndTime, language, t } from "../i18n.js";
import { say } from "../notices.js";
import { consentBox } from "./consent-box.js";

const STEP = "consents";
const ADDRESS = `/v1/consents?language=${language}`;

/** What I agreed to: one box each, taken back by the same click that gave it. */
export class Consents {
  #root = find(`[data-step="${STEP}"]`, HTMLElement);
  #list = find(".consents", HTMLElement, this.#root);
  /** @type {Consent[]} */
  #known = [];

  /** Shows them as they stand. */
  read() {
    return this.#do(() => call("GET", ADDRESS));
  }

  /** @param {() => Promise<{consents: Consent[]}>} ask */
  async #do(ask) {
    const held = document.activeElement?.id;
    await busy(this.#root, async () => {
      this.#known = (await ask()).consents;
    });
    this.#list.replaceChildren(...this.#known.map(one => this.#row(one)));
    if (held) document.getElementById(held)?.focus();
  }

  /** @param {Consent} consent */
  #row(consent) {
    const row = document.createElement("div");
    const { label, input } = consentBox(consent, `consent-${consent.purpose}`);
    input.checked = consent.given;
    input.addEventListener("change", () => this.#decide(consent.purpose, input.checked));
    const since = document.createElement("p");
    since.className = "field-hint";
    write(since, lastDecision(consent));
    row.append(label, since);
    return row;
  }

  /** @param {string} purpose @param {boolean} given */
  #decide(purpose, given) {
    return this.#do(async () => {
      const answer = await call("PUT", ADDRESS, { json: { [purpose]: given } });
      say(t("settings.saved"));
      return answer;
    });
  }
}

/** @param {Consent} consent */
function lastDecision({ history }) {
  const last = history.at(-1);
  if (!last) return "";
  return t(last.given ? "consents.given" : "consents.withdrawn", {
    when: dayAndTime(last.at_ms),
    version: last.version,
  });
}
