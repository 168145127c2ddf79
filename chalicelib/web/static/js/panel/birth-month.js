import { find } from "../dom.js";
import { language } from "../i18n.js";

const FIRST_YEAR = 1900;
const MONTHS = 12;

/** @param {HTMLSelectElement} select @param {string} text @param {number} value */
function add(select, text, value) {
  select.append(new Option(text, String(value)));
}

/** Fills the page's two lists: every month by its name, every year that somebody may be born in, the latest first. */
export function offerBirthMonths() {
  const months = find("#birth-month", HTMLSelectElement);
  const names = new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" });
  for (let month = 1; month <= MONTHS; month++)
    add(months, names.format(Date.UTC(FIRST_YEAR, month - 1)), month);
  const years = find("#birth-year", HTMLSelectElement);
  for (let year = new Date().getFullYear(); year >= FIRST_YEAR; year--) add(years, String(year), year);
}
