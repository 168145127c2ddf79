import { call } from "../api.js";
import { find, write } from "../dom.js";
import { busy, onSubmit } from "../forms.js";
import { t } from "../i18n.js";
import { say } from "../notices.js";
import { bare } from "./log-in.js";

const STEP = "second-factor";
const GROUP = /.{4}(?=.)/g; // long codes are easier to type in fours

/** @param {string} name */
const form = name => find(`[data-form="totp-${name}"]`, HTMLFormElement);

/** Codes of an app on top of the password: on by password and a first code, off by password and a code. */
export class SecondFactor {
  #root = find(`[data-step="${STEP}"]`, HTMLElement);
  #codes = find(".recovery-codes", HTMLElement);

  /** @param {import("./panel.js").Panel} panel */
  constructor(panel) {
    this.#panel = panel;
    panel.onstep(STEP, () => this.#look());
    panel.addEventListener("step", event => {
      const recovering = /** @type {CustomEvent} */ (event).detail === "recovery";
      document.body.toggleAttribute("data-print-panel", recovering);
      if (!recovering) this.#codes.replaceChildren(); // shown once
    });
    onSubmit(form("offer"), ({ password }) => this.#offer(password ?? ""));
    onSubmit(form("on"), ({ totp }) => this.#switchOn(totp));
    onSubmit(form("off"), values => this.#switchOff(values));
    find(".print-codes", HTMLButtonElement).addEventListener("click", () => window.print());
    find(".copy-codes", HTMLButtonElement).addEventListener("click", () => void this.#copy());
    find(".kept-codes", HTMLButtonElement).addEventListener("click", () => panel.show("account"));
  }

  #panel;

  async #look() {
    this.#show("offer");
    await busy(this.#root, async () => {
      const { totp } = await call("GET", "/v1/account");
      if (totp) this.#show("off");
    });
  }

  /** @param {"offer" | "on" | "off"} shown */
  #show(shown) {
    for (const one of this.#root.querySelectorAll("form")) one.hidden = one !== form(shown);
  }

  /** @param {string} password */
  async #offer(password) {
    const { qr, secret } = await call("POST", "/v1/account/totp", { json: { password } });
    form("offer").reset();
    find(".qr", HTMLImageElement, this.#root).src = qr;
    write(find(".secret", HTMLElement, this.#root), secret.replace(GROUP, "$& "));
    this.#show("on");
    find("#totp-code", HTMLInputElement).focus();
  }

  /** @param {string | undefined} totp */
  async #switchOn(totp) {
    const json = { totp: bare(totp) };
    const { recovery_codes } = await call("PUT", "/v1/account/totp", { json, renews: true });
    form("on").reset();
    find(".qr", HTMLImageElement, this.#root).removeAttribute("src");
    write(find(".secret", HTMLElement, this.#root), "");
    this.#panel.show("recovery");
    this.#codes.replaceChildren(...recovery_codes.map(item));
  }

  /** @param {import("../forms.js").Values} values */
  async #switchOff({ password, totp }) {
    const json = { password, totp: bare(totp) };
    await call("DELETE", "/v1/account/totp", { json, renews: true });
    form("off").reset();
    this.#panel.show("account");
    say(t("second-factor.now-off"));
  }

  async #copy() {
    const lines = [...this.#codes.children].map(one => one.textContent).join("\n");
    await navigator.clipboard.writeText(lines).then(
      () => say(t("recovery.copied")),
      () => say(t("recovery.not-copied")),
    );
  }
}

/** @param {string} code */
function item(code) {
  const line = document.createElement("li");
  write(line, code);
  return line;
}
