import { t } from "../i18n.js";
import { stretches } from "./chart.js";
import { PERSON } from "./figures.js";
import { bar, strip } from "./svg.js";
import { format, head, headings, make, showSteps } from "./tables.js";

const TALK_SHARE = "talk-share";
const MINUTE_MS = 60_000;
const MEASURED = ["person.talk", "person.webcam", "person.attention"];

/** The times of somebody's talk, in words; and where nobody knows. @param {Timeline} timeline @param {number} stepMs */
export function told({ talk_ms }, stepMs) {
  if (talk_ms.every(one => one === null)) return t("report.strip.unheard");
  const step = stepMs / MINUTE_MS;
  const minutes = stretches(talk_ms, step);
  const said = minutes ? t("report.strip.talked", { minutes }) : t("report.strip.quiet");
  const missing = stretches(
    talk_ms.map(one => Number(one === null)),
    step,
  );
  return missing ? t("report.strip.missing", { said, minutes: missing }) : said;
}

/** @param {Timeline | null} timeline @param {number} stepMs */
export const stripOf = (timeline, stepMs) =>
  timeline ? strip(timeline, stepMs, told(timeline, stepMs)) : "";

/** Somebody's figures step by step. @param {HTMLTableElement} table @param {Timeline} timeline @param {number} stepMs */
export function showTimeline(table, { talk_ms, webcam_ms, attention_ms }, stepMs) {
  const steps = talk_ms.map((talk, at) => [talk, webcam_ms[at], attention_ms[at]]);
  const written = steps.map(step => step.map(one => format("length", one)));
  showSteps(
    table,
    MEASURED.map(key => t(key)),
    written,
    stepMs,
  );
}

/** The same as a table, made when it is first opened: of many people few are. @param {string} who @param {Timeline} timeline @param {number} stepMs */
function tableOf(who, timeline, stepMs) {
  const details = make("details", make("summary", t("report.strip.as-table")));
  details.className = "steps";
  const fill = () => {
    const table = document.createElement("table");
    showTimeline(table, timeline, stepMs);
    table.setAttribute("aria-label", t("report.strip.of", { who }));
    details.append(table);
  };
  details.addEventListener("toggle", fill, { once: true });
  return details;
}

/** @param {HTMLTableElement} table */
export function nameColumns(table) {
  const names = PERSON.map(([name]) => t(`person.${name}`));
  headings(table, [t("report.person"), t("report.strip"), ...names]);
}

/** @param {ReportPerson} person @param {number} stepMs */
export function personRow({ name, figures }, stepMs) {
  const cells = PERSON.map(([figure, kind, of]) => {
    const cell = make("td", format(kind, of(figures)));
    const { talk_share: share, fair_share: fair } = figures;
    if (figure === TALK_SHARE && share !== null && fair !== null) cell.append(bar(share, fair));
    return cell;
  });
  const who = name ?? t("report.unnamed");
  const { timeline } = figures;
  const over = make("td", stripOf(timeline, stepMs), timeline ? tableOf(who, timeline, stepMs) : "");
  over.className = "over-time";
  return make("tr", head("row", who), over, ...cells);
}
