import { find, write } from "../dom.js";
import { t } from "../i18n.js";
import { say } from "../notices.js";

/** Says when links are staged again by themselves, and offers it where they are not. @param {import("./staged.js").Staged} staged */
export function offerAgain(staged) {
  const root = find(".ran-out", HTMLElement);
  const button = find("button", HTMLButtonElement, root);
  const show = () => {
    write(
      find(".ran-out-said", HTMLElement, root),
      staged.missing.length ? t("again.over", { count: staged.missing.length }) : "",
    );
    button.hidden = root.hidden = !staged.missing.length;
  };
  staged.addEventListener("interrupted", show);
  staged.addEventListener("change", () => staged.missing.length || show());
  staged.addEventListener("restaged", event => {
    show();
    say(t("again.done", { count: /** @type {CustomEvent} */ (event).detail }));
  });
  button.addEventListener("click", async () => {
    button.disabled = true;
    await staged.again();
    button.disabled = false;
  });
}
