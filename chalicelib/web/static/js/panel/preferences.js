import { language } from "../i18n.js";
import { speak } from "../language.js";
import { recall, remember } from "../memory.js";

/** @typedef {"light" | "dark" | null} Theme */

/** @type {("language" | "theme" | "panel")[]} */
const KEPT = ["language", "theme", "panel"];

/** @param {string | null | undefined} value @returns {Theme} */
const asTheme = value => (value === "light" || value === "dark" ? value : null);

const boxes = () => /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('[name="theme"]'));

/** @param {Theme} theme */
function apply(theme) {
  remember("theme", theme);
  window.earshotTheme(theme);
  for (const box of boxes()) box.checked = box.value === (theme ?? "");
}

/** What was chosen before there was a session to tell, or as the page before went. @param {import("../session.js").Session} session */
function tellWhatWasChosen(session) {
  const known = session.who?.preferences;
  if (!known) return;
  const untold = KEPT.filter(name => recall(name) && recall(name) !== known[name]);
  const chosen = Object.fromEntries(untold.map(name => [name, recall(name)]));
  if (untold.length) void session.prefer(chosen);
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
  let told = false;
  session.addEventListener("change", () => {
    if (session.who && !told) tellWhatWasChosen(session);
    told = session.who !== null;
    const known = session.who?.preferences ?? {};
    if (known.theme && recall("theme") === null) apply(known.theme);
    if (known.language && known.language !== language && recall("language") === null) {
      remember("language", known.language);
      if (navigator.userActivation?.hasBeenActive === false) speak(known.language); // else from the next page on
    }
  });
}
