// A report as one CSV table (RFC 4180): the meeting, the tips and the people are rows, each figure a column.

/** @typedef {string | number | boolean | null | undefined} Cell */

// what Excel, Calc and others may take for a formula, full-width signs included; and the sign that says it is none
const FORMULA = /^(?=['=+\-@\t\r\n＝＋－＠])/;
// in half of the world a cell ends at a semicolon, and quotes that do not begin a cell there hold nothing together
const WITHIN = /([;\t\r\n])(?=["'=+\-@\t\r\n＝＋－＠])/g;
const SPECIAL = /[",;\t\r\n]/;
const BYTE_ORDER_MARK = "\uFEFF"; // without it Excel reads UTF-8 as something else

/** What somebody typed stays text: an apostrophe stands before it. @param {Cell} cell */
function written(cell) {
  if (cell === null || cell === undefined) return "";
  const text = String(cell);
  const harmless = typeof cell === "string" ? text.replace(WITHIN, "$1'").replace(FORMULA, "'") : text;
  return SPECIAL.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/**
 * The columns of a value: those of its parts under dotted names; a list is one cell, as JSON.
 * @param {unknown} value @param {string} name @returns {[string, Cell][]}
 */
function columnsOf(value, name = "") {
  if (Array.isArray(value)) return [[name, JSON.stringify(value)]];
  if (value === null || typeof value !== "object") return [[name, /** @type {Cell} */ (value)]];
  return Object.entries(value).flatMap(([key, part]) => columnsOf(part, name ? `${name}.${key}` : key));
}

/** @param {WholeReport} report @returns {[string, Cell][][]} */
function rowsOf({ meeting, summary, tips, people }) {
  return [
    [["row", "meeting"], ...columnsOf(meeting), ...columnsOf(summary)],
    ...tips.map(tip => /** @type {[string, Cell][]} */ ([["row", "tip"], ...columnsOf(tip)])),
    ...people.map(
      ({ name, figures }) =>
        /** @type {[string, Cell][]} */ ([["row", "person"], ["name", name], ...columnsOf(figures)]),
    ),
  ];
}

/** @param {WholeReport} report */
export function csvOf(report) {
  const rows = rowsOf(report).map(row => new Map(row));
  const columns = [...new Set(rows.flatMap(row => [...row.keys()]))];
  const lines = [columns, ...rows.map(row => columns.map(column => row.get(column)))];
  return BYTE_ORDER_MARK + lines.map(line => `${line.map(written).join(",")}\r\n`).join("");
}
