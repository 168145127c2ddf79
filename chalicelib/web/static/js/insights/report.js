// A meeting that I ran: who was there, and its report as soon as there is one.
import { call, Refused } from "../api.js";
import { find, write } from "../dom.js";
import { busy } from "../forms.js";
import { t } from "../i18n.js";
import { keepLanguage } from "../language.js";
import { meetingHere } from "./addresses.js";
import { showAttendance } from "./attendance.js";
import { timesOf, titleOf } from "./meeting-head.js";
import { ReportView } from "./report-view.js";
import { mayBeSomebody, obstacle } from "./visitor.js";

const LOOK_AGAIN_MS = 5_000;
const path = `/v1/meetings/${encodeURIComponent(meetingHere())}`;
const root = find(".report", HTMLElement);
const headline = find("#headline", HTMLElement);
const said = find(".report-said", HTMLElement);
const again = find(".report-again", HTMLButtonElement);
const view = new ReportView(readPart);

/** @type {Record<ReportStatus, string | null>} */
const WORDS = {
  none: "report.none",
  assembling: "report.assembling",
  ready: null,
  failed: "report.failed",
};

/** @param {string} [after] @returns {Promise<ReportPage>} */
function readPart(after) {
  return call("GET", `${path}/report${after ? `?after=${encodeURIComponent(after)}` : ""}`);
}

/** @param {ReportPage} page */
function show(page) {
  const words = WORDS[page.status];
  write(said, words ? t(words) : "");
  again.hidden = page.status !== "failed";
  view.show(page);
  if (page.status === "assembling") window.setTimeout(() => void look(), LOOK_AGAIN_MS);
}

/** A server that is away is asked again: the page is being waited at. */
async function look() {
  try {
    show(await readPart());
  } catch (error) {
    if (error instanceof Refused) refuse(error);
    else window.setTimeout(() => void look(), LOOK_AGAIN_MS);
  }
}

async function assembleAgain() {
  await busy(root, async () => show(await call("POST", `${path}/report`, { json: {} })), {
    gone: "report.too-late",
  });
}

/** @param {unknown} error */
function refuse(error) {
  const why = obstacle(error, t("report.missing"));
  write(said, why === "log-in" ? t("meetings.log-in") : why);
  find(".report-log-in", HTMLElement).hidden = why !== "log-in";
}

async function open() {
  if (!mayBeSomebody()) throw new Refused(401, {}, null);
  const { meeting, participants } = /** @type {Attendance} */ (await call("GET", path));
  write(headline, titleOf(meeting));
  document.title = `${titleOf(meeting)} · Earshot`;
  write(find(".report-when", HTMLElement), timesOf(meeting));
  showAttendance(participants);
  find(".report-acts", HTMLElement).hidden = false;
  await look();
}

keepLanguage();
again.addEventListener("click", () => void assembleAgain());
open().catch(error => {
  write(headline, t("meetings.title"));
  refuse(error);
});
