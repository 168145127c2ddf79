// Texts of the page's language, which came with the page.

/** @returns {Catalogue} */
function catalogue() {
  return JSON.parse(document.getElementById("messages")?.textContent ?? "{}");
}

export const language = document.documentElement.lang || "en";
const texts = catalogue();
const plurals = new Intl.PluralRules(language);
// the reader's own region, which writes instants its own way; only where it speaks the language of the page
const region =
  navigator.languages.find(one => one.toLowerCase().split("-")[0] === language.split("-")[0]) ?? language;
const times = new Intl.DateTimeFormat(region, { timeStyle: "short" });
const days = new Intl.DateTimeFormat(region, { dateStyle: "medium", timeStyle: "short" });

/** @param {number} atMs */
export const clockTime = atMs => times.format(atMs);

/** @param {number} atMs */
export const dayAndTime = atMs => days.format(atMs);

/** @param {Message | undefined} message @param {Record<string, string | number>} values */
function form(message, values) {
  if (message === undefined || typeof message === "string") return message;
  return message[plurals.select(Number(values.count))] ?? message.other;
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] put in for {name}; `count` chooses the plural
 */
export function t(key, values = {}) {
  const text = form(texts[key], values) ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
