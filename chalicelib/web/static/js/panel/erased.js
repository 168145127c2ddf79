import { call } from "../api.js";
import { find } from "../dom.js";
import { onSubmit } from "../forms.js";
import { t } from "../i18n.js";
import { say } from "../notices.js";
import { save } from "../saving.js";

const STEP = "erased";

/** What a guest's session left is erased when they say so; whoever was erased gets what leads to their receipt. */
export class Erasing {
  #root = find(`[data-step="${STEP}"]`, HTMLElement);
  #address = find(".receipt-address", HTMLAnchorElement, this.#root);
  /** @type {ErasedAnswer | null} */
  #handed = null;

  /** @param {import("./panel.js").Panel} panel @param {import("../session.js").Session} session */
  constructor(panel, session) {
    this.#panel = panel;
    this.#session = session;
    onSubmit(find('[data-form="erase-left"]', HTMLFormElement), () => this.#eraseLeft());
    find(".keep-receipt", HTMLButtonElement, this.#root).addEventListener("click", () => this.#keep());
  }

  #panel;
  #session;

  async #eraseLeft() {
    this.show(await call("DELETE", "/v1/session?erase=all", { renews: true }), t("erase-left.done"));
  }

  /** Nobody is here any more. @param {ErasedAnswer} answer @param {string} done */
  show(answer, done) {
    this.#handed = answer;
    this.#address.href = `/v1/receipts/${answer.receipt.receipt_id}`;
    say(done);
    this.#session.end();
    this.#panel.show(STEP);
  }

  #keep() {
    if (!this.#handed) return;
    const { receipt, erased_at_ms } = this.#handed;
    const kept = { ...receipt, erased_at_ms, receipt: this.#address.href };
    save(
      "earshot-erasure.json",
      new Blob([`${JSON.stringify(kept, null, 2)}\n`], { type: "application/json" }),
    );
  }
}
