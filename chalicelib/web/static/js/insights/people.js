import { t } from "../i18n.js";
import { stretches } from "./chart.js";
import { PERSON } from "./figures.js";
import { bar, strip } from "./svg.js";
import { format, head, headings, make } from "./tables.js";

const TALK_SHARE = "talk-share";
const MINUTE_MS = 60_000;

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
  const over = make("td", stripOf(figures.timeline, stepMs));
  over.className = "over-time";
  return make("tr", head("row", name ?? t("report.unnamed")), over, ...cells);
}
