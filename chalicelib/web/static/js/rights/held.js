// What is held, by kind, each with what it is for and how long it is kept.
import { dayAndTime, t } from "../i18n.js";

const INSTANT_MIN_MS = 1e12; // 2001: what is shorter is a length
const DAY_MS = 86_400_000;
/** @type {[string, number][]} the largest first */
const UNITS = [
  ["length.years", 365 * DAY_MS],
  ["length.days", DAY_MS],
  ["length.hours", 3_600_000],
  ["length.minutes", 60_000],
  ["length.seconds", 1_000],
];

/** In the largest unit that makes a whole number. @param {number} ms */
export function lengthOf(ms) {
  const [key, unit] = UNITS.find(([, one]) => ms >= one && ms % one === 0) ?? ["length.seconds", 1_000];
  return t(key, { count: ms / unit });
}

/** @param {string} tag @param {string} text @param {string} [kind] a class */
function element(tag, text, kind) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

/** @param {string} name @param {unknown} value @returns {string} */
export function inWords(name, value) {
  if (value === null || value === undefined || value === "") return t("export.nothing");
  if (typeof value === "boolean") return t(value ? "export.yes" : "export.no");
  if (typeof value === "number" && name.endsWith("_ms") && value > INSTANT_MIN_MS) return dayAndTime(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {HeldRecord} one */
function record(one) {
  const list = element("dl", "", "held-record");
  for (const [name, value] of Object.entries(one.content)) {
    list.append(element("dt", name), element("dd", inWords(name, value)));
  }
  list.append(element("dt", t("export.until")), element("dd", dayAndTime(one.expires_at_ms)));
  return list;
}

/** @param {KeptKind | undefined} kept @param {string} kind @param {HeldRecord[]} records */
function section(kept, kind, records) {
  const made = element("section", "", "promise");
  const long = kept
    ? `${lengthOf(kept.length_ms)} ${t("retention.from", { start: kept.counted_from })}.`
    : "";
  const purpose = kept ? t("retention.purpose", { purpose: kept.purpose }) : "";
  made.append(
    element("h2", `${kept?.name ?? kind} (${records.length})`, "promise-name"),
    element("p", kept ? `${purpose} ${long} ${kept.erased}` : "", "promise-said"),
    ...records.map(record),
  );
  return made;
}

/** @param {HeldRecord[]} held @param {KeptKind[]} kept @returns {HTMLElement[]} in the order in which they came */
export function sectionsOf(held, kept) {
  const kinds = [...new Set(held.map(one => one.kind))];
  return kinds.map(kind =>
    section(
      kept.find(one => one.kind === kind),
      kind,
      held.filter(one => one.kind === kind),
    ),
  );
}
