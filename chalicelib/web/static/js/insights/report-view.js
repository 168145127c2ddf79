import { find, write } from "../dom.js";
import { busy } from "../forms.js";
import { t } from "../i18n.js";
import { kindOfMetric } from "./figures.js";
import { nameColumns, personRow } from "./people.js";
import { overview, topOf } from "./svg.js";
import { format, make, meanings, meetingTerms, showSteps } from "./tables.js";
import { timesWithin } from "./times.js";
import { present, TOLD_ANEW } from "./whole.js";

const MINUTE_MS = 60_000;

/** @param {Tip} tip */
function advice({ rule, metric, value, threshold }) {
  const kind = kindOfMetric(metric);
  const rests = { value: format(kind, value), threshold: format(kind, threshold) };
  return make("li", make("h3", t(`tip.${rule}.title`)), make("p", t(`tip.${rule}.body`, rests)));
}

/** @param {MeetingTimeline} timeline */
function stepsOf({ present, talk_ms, silence_ms, attention }) {
  return present.map((people, at) => [
    format("count", people),
    format("length", talk_ms[at]),
    format("length", silence_ms[at]),
    format("share", attention[at]),
  ]);
}

/** The report on the page; what is long comes part after part. */
export class ReportView {
  #root = find(".report-body", HTMLElement);
  #people = find(".people-table", HTMLTableElement);
  #keep = find(".keep", HTMLElement);
  #more = find(".more-people", HTMLButtonElement);
  #stepMs = MINUTE_MS;
  /** @type {string | null} */
  #next = null;

  /** @param {(after: string) => Promise<ReportPart>} read */
  constructor(read) {
    this.#read = read;
    this.#more.addEventListener("click", () => void busy(this.#root, () => this.#addMore(), TOLD_ANEW));
    find(".print", HTMLButtonElement).addEventListener("click", () => void this.#print());
    window.addEventListener("beforeprint", () => {
      const folded = document.querySelectorAll(".report details:not(.steps)"); // nor every minute of everybody
      for (const one of folded) one.setAttribute("open", "");
    });
  }

  #read;

  async #addMore() {
    const part = await this.#read(this.#next ?? "");
    present(part);
    this.#add(part);
  }

  /** On paper is everybody. */
  async #print() {
    let all = false;
    const addAll = async () => {
      while (this.#next !== null) await this.#addMore();
      all = true;
    };
    await busy(this.#keep, addAll, TOLD_ANEW);
    if (all) window.print();
  }

  /** @param {ReportPart} page the first part, or that there is none */
  show(page) {
    const summary = page.report?.summary;
    this.#root.hidden = this.#keep.hidden = !summary;
    if (!page.report || !summary) return;
    this.#stepMs = summary.timeline.step_ms;
    this.#showTips(page.report.tips);
    find(".whole", HTMLElement).replaceChildren(...meetingTerms(summary));
    this.#showTimeline(summary);
    find(".reduced", HTMLElement).hidden = !summary.reduced;
    this.#showOthers(summary.others);
    this.#people.tBodies[0]?.remove();
    this.#people.createTBody();
    nameColumns(this.#people);
    find(".meanings dl", HTMLElement).replaceChildren(...meanings());
    this.#add(page);
  }

  /** @param {ReportPart} page */
  #add({ report, next }) {
    const rows = (report?.people ?? []).map(one => personRow(one, this.#stepMs));
    this.#people.tBodies[0]?.append(...rows);
    this.#next = next ?? null;
    this.#more.hidden = this.#next === null;
    write(find(".on-paper", HTMLElement), this.#next === null ? "" : t("report.on-paper"));
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
    find(".over-time", HTMLElement).hidden = !timeline.present.length;
    const picture = overview(timeline, t("report.timeline.picture"));
    find(".timeline-picture", HTMLElement).replaceChildren(picture);
    const top = format("length", topOf(timeline));
    write(find(".axis-top", HTMLElement), t("report.timeline.scale", { top }));
    const time = timesWithin(...span);
    write(find(".axis-from", HTMLElement), time(span[0]));
    write(find(".axis-to", HTMLElement), time(span[1]));
    const columns = ["report.present", "whole.talk", "whole.silence", "whole.attention"].map(key => t(key));
    showSteps(find(".timeline-table", HTMLTableElement), columns, stepsOf(timeline), timeline.step_ms);
  }

  /** @param {{people: number, presence_ms: number} | null} others */
  #showOthers(others) {
    const presence = format("length", others?.presence_ms);
    write(find(".others", HTMLElement), others ? t("report.others", { count: others.people, presence }) : "");
  }
}
