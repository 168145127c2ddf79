import { find, write } from "../dom.js";
import { busy } from "../forms.js";
import { clockTime, t } from "../i18n.js";
import { kindOfMetric } from "./figures.js";
import { nameColumns, personRow } from "./people.js";
import { overview } from "./svg.js";
import { format, head, headings, make, meanings, meetingTerms } from "./tables.js";

const MINUTE_MS = 60_000;

/** @param {Tip} tip */
function advice({ rule, metric, value, threshold }) {
  const kind = kindOfMetric(metric);
  const rests = { value: format(kind, value), threshold: format(kind, threshold) };
  return make("li", make("h3", t(`tip.${rule}.title`)), make("p", t(`tip.${rule}.body`, rests)));
}

/** @param {MeetingTimeline} timeline */
function minuteRows({ step_ms, present, observed_ms, talk_ms, silence_ms, attention }) {
  return present.map((people, at) => {
    const talk = observed_ms[at] ? talk_ms[at] : null;
    const from = format("count", (at * step_ms) / MINUTE_MS);
    const figures = [
      format("count", people),
      format("length", talk),
      format("length", silence_ms[at]),
      format("share", attention[at]),
    ];
    return make("tr", head("row", from), ...figures.map(figure => make("td", figure)));
  });
}

/** The report on the page; what is long comes part after part. */
export class ReportView {
  #root = find(".report-body", HTMLElement);
  #people = find(".people-table", HTMLTableElement);
  #more = find(".more-people", HTMLButtonElement);
  #stepMs = MINUTE_MS;
  /** @type {string | null} */
  #next = null;

  /** @param {(after: string) => Promise<ReportPage>} read */
  constructor(read) {
    this.#more.addEventListener("click", () =>
      busy(this.#root, async () => this.#add(await read(this.#next ?? ""))),
    );
    find(".print", HTMLButtonElement).addEventListener("click", () => window.print());
    window.addEventListener("beforeprint", () => {
      for (const one of document.querySelectorAll(".report details")) one.setAttribute("open", "");
    });
  }

  /** @param {ReportPage} page the first part, or that there is none */
  show(page) {
    const summary = page.report?.summary;
    this.#root.hidden = !summary;
    if (!page.report || !summary) return;
    this.#stepMs = summary.timeline.step_ms;
    this.#showTips(page.report.tips);
    find(".whole", HTMLElement).replaceChildren(...meetingTerms(summary));
    this.#showTimeline(summary);
    this.#showOthers(summary.others);
    this.#people.tBodies[0]?.remove();
    this.#people.createTBody();
    nameColumns(this.#people);
    find(".meanings dl", HTMLElement).replaceChildren(...meanings());
    this.#add(page);
  }

  /** @param {ReportPage} page */
  #add({ report, next }) {
    const rows = (report?.people ?? []).map(one => personRow(one, this.#stepMs));
    this.#people.tBodies[0]?.append(...rows);
    this.#next = next ?? null;
    this.#more.hidden = this.#next === null;
    const nobody = !this.#people.tBodies[0]?.rows.length;
    find(".people-scroll", HTMLElement).hidden = nobody;
    find(".meanings", HTMLElement).hidden = nobody;
    write(find(".nobody", HTMLElement), nobody ? t("report.nobody") : "");
  }

  /** @param {Tip[]} tips */
  #showTips(tips) {
    const found = tips.length ? tips.map(advice) : [make("li", t("report.no-tips"))];
    find(".tips", HTMLElement).replaceChildren(...found);
  }

  /** @param {MeetingFigures} summary */
  #showTimeline({ span, timeline }) {
    const picture = overview(timeline, t("report.timeline.picture"));
    find(".timeline-picture", HTMLElement).replaceChildren(picture);
    write(find(".axis-from", HTMLElement), clockTime(span[0]));
    write(find(".axis-to", HTMLElement), clockTime(span[1]));
    const table = find(".timeline-table", HTMLTableElement);
    const columns = ["report.present", "whole.talk", "whole.silence", "whole.attention"].map(key => t(key));
    headings(table, [t("report.minute"), ...columns]);
    table.tBodies[0]?.remove();
    table.createTBody().append(...minuteRows(timeline));
  }

  /** @param {{people: number, presence_ms: number} | null} others */
  #showOthers(others) {
    const presence = format("length", others?.presence_ms);
    write(find(".others", HTMLElement), others ? t("report.others", { count: others.people, presence }) : "");
  }
}
