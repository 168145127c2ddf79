import { call } from "../api.js";
import { find, write } from "../dom.js";
import { busy, onSubmit } from "../forms.js";
import { t } from "../i18n.js";
import { say } from "../notices.js";

const STEP = "account";

/** The account's settings, saved as they are changed; another password; the end of it. */
export class AccountSettings {
  #root = find(`[data-step="${STEP}"]`, HTMLElement);
  #insights = find('[name="capture_insights"]', HTMLInputElement, this.#root);
  #language = find('[name="language"]', HTMLSelectElement, this.#root);

  /**
   * @param {import("./panel.js").Panel} panel @param {import("../session.js").Session} session
   * @param {import("./erased.js").Erasing} erasing
   */
  constructor(panel, session, erasing) {
    this.#panel = panel;
    this.#session = session;
    this.#erasing = erasing;
    panel.onstep(STEP, () => this.#do(() => call("GET", "/v1/account")));
    this.#saves(this.#insights, () => ({ capture_insights: this.#insights.checked }));
    this.#saves(this.#language, () => ({ language: this.#language.value }));
    this.#form("password", values => this.#changePassword(values));
    this.#form("erase", values => this.#erase(values));
  }

  #panel;
  #session;
  #erasing;
  /** @type {AccountAnswer | null} */
  #known = null;

  /** @param {string} name @param {(values: import("../forms.js").Values) => Promise<void>} send */
  #form(name, send) {
    onSubmit(find(`[data-form="${name}"]`, HTMLFormElement), send);
  }

  /** @param {HTMLElement} box @param {() => object} change */
  #saves(box, change) {
    box.addEventListener("change", () =>
      this.#do(async () => {
        const answer = await call("PATCH", "/v1/account", { json: change() });
        say(t("settings.saved"));
        return answer;
      }),
    );
  }

  /** Shows what the server answered; where it did not, what was there before. @param {() => Promise<AccountAnswer>} ask */
  async #do(ask) {
    await busy(this.#root, async () => {
      this.#known = await ask();
    });
    if (this.#known) this.#show(this.#known);
  }

  /** @param {AccountAnswer} account */
  #show({ capture_insights, language, totp }) {
    find(".settings", HTMLElement, this.#root).hidden = false;
    this.#insights.checked = capture_insights;
    this.#language.value = language;
    const state = totp ? "second-factor.is-on" : "second-factor.is-off";
    write(find(".second-factor-state", HTMLElement, this.#root), t(state));
  }

  /** @param {import("../forms.js").Values} values */
  async #changePassword({ password, new_password }) {
    const json = { password, new_password };
    this.#session.take(await call("PUT", "/v1/account/password", { json, renews: true }));
    find('[data-form="password"]', HTMLFormElement).reset();
    this.#panel.show(STEP);
    say(t("password.changed"));
  }

  /** @param {import("../forms.js").Values} values */
  async #erase({ password }) {
    const answer = await call("DELETE", "/v1/account", { json: { password }, renews: true });
    find('[data-form="erase"]', HTMLFormElement).reset();
    this.#known = null;
    this.#erasing.show(answer, t("erase.done"));
  }
}
