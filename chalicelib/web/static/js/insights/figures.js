// Which figures are shown, in which order, and how each is read. Their names are those of their texts.

/**
 * @template T
 * @typedef {[name: string, kind: import("./format.js").Kind, of: (from: T) => number | null | undefined]} Figure
 */

/** Part of a whole; null where there is no whole. @param {number | null} part @param {number | null} whole */
const part = (part, whole) => (part === null || !whole ? null : part / whole);

/** @type {Figure<PersonFigures>[]} */
export const PERSON = [
  ["presence", "length", one => one.presence_ms],
  ["coverage", "share", one => one.coverage],
  ["talk", "length", one => one.talk_ms],
  ["talk-share", "share", one => one.talk_share],
  ["fair-share", "share", one => one.fair_share],
  ["turns", "count", one => one.turns],
  ["longest-monologue", "length", one => one.longest_monologue_ms],
  ["response-gap", "length", one => one.response_gap_ms],
  ["interruptions", "count", one => one.interruptions],
  ["interrupted", "count", one => one.interrupted],
  ["webcam", "length", one => one.webcam_ms],
  ["attention", "share", one => part(one.attention_ms, one.attention_of_ms)],
];

/** @type {Figure<MeetingFigures>[]} */
export const WHOLE = [
  ["presence", "length", all => all.presence_ms],
  ["coverage", "share", all => all.coverage],
  ["talk", "length", all => all.talk_ms],
  ["talked", "length", all => all.talked_ms],
  ["silence", "length", all => all.silence_ms],
  ["overlap", "length", all => all.overlap_ms],
  ["interruptions", "count", all => all.interruptions],
  ["response-gap", "length", all => all.response_gap_ms],
  ["gini", "index", all => all.gini],
  ["entropy", "index", all => all.entropy],
  ["shown", "length", all => all.shown_ms],
  ["attention", "share", all => all.attention],
];

/** @type {Figure<TrendPoint>[]} */
export const TREND = [
  ["length", "length", one => one.length_ms],
  ["gini", "index", one => one.gini],
  ["silence", "share", one => one.silence_share],
  ["overlap", "share", one => one.overlap_share],
  ["interruptions", "count", one => one.interruptions_per_hour],
  ["attention", "share", one => one.attention],
  ["coverage", "share", one => one.coverage],
];

const SHARES = new Set(["coverage", "attention"]);

/** How the figure that a tip rests on is read. @param {string} metric @returns {import("./format.js").Kind} */
export function kindOfMetric(metric) {
  if (metric.endsWith("_ms")) return "length";
  if (metric.endsWith("_drop")) return "points";
  return metric.endsWith("_share") || SHARES.has(metric) ? "share" : "index";
}
