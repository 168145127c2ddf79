import { language } from "../i18n.js";
import { recall, remember } from "../memory.js";

/** @typedef {"light" | "dark" | null} Theme */

/** @param {string | null | undefined} value @returns {Theme} */
const asTheme = value => (value === "light" || value === "dark" ? value : null);

const boxes = () => /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('[name="theme"]'));

/** @param {Theme} theme */
function apply(theme) {
  remember("theme", theme);
  window.earshotTheme(theme);
  for (const box of boxes()) box.checked = box.value === (theme ?? "");
}

/**
 * Light, dark, or as the device has it: applied at once, remembered here and with the session. Some browsers forget
 * what a page keeps sooner than the session ends: then the session knows.
 * @param {import("../session.js").Session} session
 */
export function keepTheme(session) {
  apply(asTheme(recall("theme")));
  for (const box of boxes()) {
    box.addEventListener("change", () => {
      apply(asTheme(box.value));
      void session.prefer({ theme: asTheme(box.value) });
    });
  }
  session.addEventListener("change", () => {
    const known = session.who?.preferences ?? {};
    if (known.theme && recall("theme") === null) apply(known.theme);
    if (known.language && known.language !== language && recall("language") === null)
      remember("language", known.language); // from the next page on: this one may be listening
  });
}
