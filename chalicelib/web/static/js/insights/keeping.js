import { find } from "../dom.js";
import { busy } from "../forms.js";
import { save } from "../saving.js";
import { csvOf } from "./spreadsheet.js";

/** @typedef {{type: string, of: (report: WholeReport) => string}} Format */

/** @type {Record<string, Format>} */
const FORMATS = {
  csv: { type: "text/csv;charset=utf-8", of: csvOf },
  json: { type: "application/json", of: report => `${JSON.stringify(report, null, 2)}\n` },
};

/** All parts as one. @param {HeldMeeting} meeting @param {(after?: string) => Promise<ReportPage>} read */
async function whole({ meeting_id, title, opened_at_ms, ended_at_ms, planned_start_ms }, read) {
  const meeting = { meeting_id, title, opened_at_ms, ended_at_ms, planned_start_ms };
  /** @type {WholeReport} */
  const report = { meeting, summary: null, tips: [], people: [] };
  /** @type {string | null | undefined} */
  let next;
  do {
    const page = await read(next ?? undefined);
    report.summary ??= page.report?.summary ?? null;
    report.tips.push(...(page.report?.tips ?? []));
    report.people.push(...(page.report?.people ?? []));
    next = page.next;
  } while (next);
  return report;
}

/** The report as a file, put together on the device. @param {HeldMeeting} meeting @param {(after?: string) => Promise<ReportPage>} read */
export function letKeep(meeting, read) {
  const root = find(".keep", HTMLElement);
  const day = new Date(meeting.opened_at_ms).toISOString().slice(0, 10);
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll(".save"))) {
    const kind = button.dataset.form ?? "";
    const format = FORMATS[kind];
    if (!format) continue;
    button.addEventListener("click", () =>
      busy(root, async () => {
        const text = format.of(await whole(meeting, read));
        save(`earshot-report-${day}.${kind}`, new Blob([text], { type: format.type }));
      }),
    );
  }
}
