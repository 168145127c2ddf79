import { find } from "../dom.js";
import { busy } from "../forms.js";
import { save } from "../saving.js";
import { csvOf } from "./spreadsheet.js";
import { readWhole, TOLD_ANEW } from "./whole.js";

/** @typedef {{type: string, of: (report: WholeReport) => string}} Format */

/** @type {Record<string, Format>} */
const FORMATS = {
  csv: { type: "text/csv;charset=utf-8", of: csvOf },
  json: { type: "application/json", of: report => `${JSON.stringify(report, null, 2)}\n` },
};

/** What is saved; throws Refused where there is no such report for now. @param {HeldMeeting} meeting @param {(after?: string) => Promise<ReportPage>} read @returns {Promise<WholeReport>} */
async function whole({ meeting_id, title, opened_at_ms, ended_at_ms, planned_start_ms }, read) {
  const meeting = { meeting_id, title, opened_at_ms, ended_at_ms, planned_start_ms };
  return { meeting, ...(await readWhole(read)) };
}

/** The report as a file, put together on the device. @param {HeldMeeting} meeting @param {(after?: string) => Promise<ReportPage>} read */
export function letKeep(meeting, read) {
  const root = find(".keep", HTMLElement);
  const day = new Date(meeting.opened_at_ms).toISOString().slice(0, 10);
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll(".save"))) {
    const kind = button.dataset.form ?? "";
    const format = FORMATS[kind];
    if (!format) continue;
    const keep = async () => {
      const text = format.of(await whole(meeting, read));
      save(`earshot-report-${day}.${kind}`, new Blob([text], { type: format.type }));
    };
    button.addEventListener("click", () => busy(root, keep, TOLD_ANEW));
  }
}
