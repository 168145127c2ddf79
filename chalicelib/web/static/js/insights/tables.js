import { language, t } from "../i18n.js";
import { PERSON, WHOLE } from "./figures.js";
import { formats } from "./format.js";

const MINUTE_MS = 60_000;

export const format = formats(language);

/** @param {string} tag @param {(string | Node)[]} inside */
export function make(tag, ...inside) {
  const element = document.createElement(tag);
  element.append(...inside);
  return element;
}

/** A header cell of a row or a column. @param {"row" | "col"} scope @param {(string | Node)[]} inside */
export function head(scope, ...inside) {
  const cell = document.createElement("th");
  cell.scope = scope;
  cell.append(...inside);
  return cell;
}

/** @param {HTMLTableElement} table @param {string[]} columns */
export function headings(table, columns) {
  table.tHead?.remove();
  table.createTHead().append(make("tr", ...columns.map(one => head("col", one))));
}

/**
 * Figures step by step, each row under the minute that it begins at.
 * @param {HTMLTableElement} table @param {string[]} columns @param {string[][]} steps @param {number} stepMs
 */
export function showSteps(table, columns, steps, stepMs) {
  const from = (/** @type {number} */ at) => head("row", format("count", (at * stepMs) / MINUTE_MS));
  headings(table, [t("report.minute"), ...columns]);
  table.tBodies[0]?.remove();
  const rows = steps.map((step, at) => make("tr", from(at), ...step.map(one => make("td", one))));
  table.createTBody().append(...rows);
}

/**
 * Each figure with what it means, as terms of a list.
 * @template T
 * @param {string} family @param {import("./figures.js").Figure<T>[]} figures @param {T} from
 */
function terms(family, figures, from) {
  return figures.map(([name, kind, of]) => {
    const meaning = make("dd", t(`${family}.${name}.what`));
    meaning.className = "field-hint";
    return make("div", make("dt", t(`${family}.${name}`)), make("dd", format(kind, of(from))), meaning);
  });
}

/** @param {PersonFigures} person */
export const personTerms = person => terms("person", PERSON, person);

/** @param {MeetingFigures} meeting */
export const meetingTerms = meeting => terms("whole", WHOLE, meeting);

/** What a person's figures mean, without the figures. */
export const meanings = () =>
  PERSON.map(([name]) => make("div", make("dt", t(`person.${name}`)), make("dd", t(`person.${name}.what`))));
