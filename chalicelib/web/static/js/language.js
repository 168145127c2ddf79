import { language } from "./i18n.js";
import { recall, remember } from "./memory.js";

/** @typedef {NonNullable<Preferences["language"]>} Language */

/** Another language is no reason to lose what the address brought. */
export function keepFragment() {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".languages a")))
    link.hash = location.hash;
}

/**
 * A language once chosen is kept: it is written down on a click, and asked for on the next visit.
 * @param {(language: Language) => unknown} [tell]
 */
export function keepLanguage(tell = () => {}) {
  for (const link of document.querySelectorAll(".languages a")) {
    link.addEventListener("click", () => {
      const chosen = /** @type {Language} */ (link.getAttribute("lang"));
      remember("language", chosen);
      tell(chosen);
    });
  }
  speak(recall("language"));
}

/** Goes on in the language once chosen, unless the address names one. @param {string | null} chosen */
export function speak(chosen) {
  const url = new URL(location.href);
  if (!chosen || chosen === language || url.searchParams.has("lang")) return;
  url.searchParams.set("lang", chosen);
  location.replace(url);
}
