import { language } from "./i18n.js";
import { recall, remember } from "./memory.js";

/** A language once chosen is kept: it is written down on a click, and asked for on the next visit. */
export function keepLanguage() {
  for (const link of document.querySelectorAll(".languages a")) {
    link.addEventListener("click", () => remember("language", link.getAttribute("lang")));
  }
  const chosen = recall("language");
  const url = new URL(location.href);
  if (!chosen || chosen === language || url.searchParams.has("lang")) return;
  url.searchParams.set("lang", chosen);
  location.replace(url);
}
