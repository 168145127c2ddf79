import { call } from "../api.js";
import { find, write } from "../dom.js";
import { dayAndTime, t } from "../i18n.js";
import { report } from "./addresses.js";
import { TREND } from "./figures.js";
import { course, topOfCourse } from "./svg.js";
import { format, head, headings, make } from "./tables.js";

/** From the first to the last of those that have the figure, in words. @param {string[]} written */
function told(written) {
  const known = written.filter(one => one !== format("index", null));
  if (known.length < 2) return t("trend.unknown");
  return t("trend.from-to", { from: known[0] ?? "", to: known.at(-1) ?? "" });
}

/** @param {TrendPoint[]} points */
function cards(points) {
  return TREND.map(([name, kind, of]) => {
    const figures = points.map(one => of(one) ?? null);
    const words = told(figures.map(one => format(kind, one)));
    const picture = make("div", course(figures, words));
    return make("li", make("h3", t(`trend.${name}`)), make("p", words), scale(kind, figures), picture);
  });
}

/** For eyes alone: the table has the figures. @param {import("./format.js").Kind} kind @param {(number | null)[]} figures */
function scale(kind, figures) {
  const top = topOfCourse(figures);
  if (!top) return "";
  const axis = make("p", t("trend.scale", { top: format(kind, top) }));
  axis.className = "axis";
  axis.setAttribute("aria-hidden", "true");
  return axis;
}

/** @param {TrendPoint} point */
function row(point) {
  const link = document.createElement("a");
  link.href = report(point.meeting_id);
  link.append(dayAndTime(point.opened_at_ms));
  const cells = TREND.map(([, kind, of]) => make("td", format(kind, of(point))));
  return make("tr", head("row", link), ...cells);
}

/** @param {TrendAnswer} answer */
function show({ meetings, least, points }) {
  const root = find(".trend", HTMLElement);
  root.hidden = false;
  const words = points.length
    ? t("trend.what", { count: meetings })
    : t("trend.too-few", { count: meetings, least });
  write(find(".trend-said", HTMLElement, root), words);
  find(".trend-cards", HTMLElement, root).replaceChildren(...(points.length ? cards(points) : []));
  find("details", HTMLDetailsElement, root).hidden = points.length === 0;
  const table = find("table", HTMLTableElement, root);
  headings(table, [t("trend.meeting"), ...TREND.map(([name]) => t(`trend.${name}`))]);
  table.tBodies[0]?.remove();
  table.createTBody().append(...points.map(row));
}

/** How this meeting and those of its title before it went. Without it the report is whole, too. @param {string} path */
export async function showTrend(path) {
  try {
    show(await call("GET", path));
  } catch {
    find(".trend", HTMLElement).hidden = true;
  }
}
