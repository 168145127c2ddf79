// A meeting that I ran: who was there, and its report as soon as there is one.
import { call, Refused } from "../api.js";
import { find, write } from "../dom.js";
import { busy } from "../forms.js";
import { t } from "../i18n.js";
import { keepLanguage } from "../language.js";
import { meetingHere } from "./addresses.js";
import { showAttendance } from "./attendance.js";
import { letKeep } from "./keeping.js";
import { timesOf, titleOf } from "./meeting-head.js";
import { awaitReady } from "./ready.js";
import { ReportView } from "./report-view.js";
import { Shares } from "./shares.js";
import { showTrend } from "./trend.js";
import { mayBeSomebody, obstacle } from "./visitor.js";

const LOOK_AGAIN_MS = 5_000;
const path = `/v1/meetings/${encodeURIComponent(meetingHere())}`;
const root = find(".report", HTMLElement);
const headline = find("#headline", HTMLElement);
const said = find(".report-said", HTMLElement);
const again = find(".report-again", HTMLButtonElement);
/** @type {(() => void) | null} ends the waiting */
let awaited = null;
/** @type {number | undefined} */
let timer;
const view = new ReportView(readPart);
const shares = new Shares(`${path}/report/shares`);

/** @type {Record<ReportStatus, string | null>} */
const WORDS = {
  none: "report.none",
  assembling: "report.assembling",
  ready: null,
  failed: "report.failed",
};

/** @param {string} [after] @returns {Promise<ReportPage>} */
function readPart(after) {
  return call("GET", `${path}/report${asked(after)}`);
}

/** @param {string | null} [after] */
const asked = after => (after ? `?after=${encodeURIComponent(after)}` : "");

/** All pages as one. @returns {Promise<Attendance>} */
async function readMeeting() {
  const whole = /** @type {Attendance} */ (await call("GET", path));
  let next = whole.next;
  while (next) {
    const page = /** @type {Attendance} */ (await call("GET", `${path}${asked(next)}`));
    whole.participants.push(...page.participants);
    next = page.next;
  }
  return whole;
}

/** @param {ReportPage} page */
function show(page) {
  const words = page.status === "ready" && awaited ? "report.ready" : WORDS[page.status];
  write(said, words ? t(words) : "");
  again.hidden = page.status !== "failed";
  view.show(page);
  if (page.status === "assembling") waitForIt();
  else awaited?.();
  if (page.status !== "ready") return;
  void shares.open();
  void showTrend(`${path}/trend`);
}

/** Told over the live channel; asked for, too, where that does not get through. */
function waitForIt() {
  awaited ??= awaitReady(() => void look());
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void look(), LOOK_AGAIN_MS);
}

/** A server that is away is asked again: the page is being waited at. */
async function look() {
  try {
    show(await readPart());
  } catch (error) {
    if (error instanceof Refused) refuse(error);
    else waitForIt();
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
  const attendance = await readMeeting();
  const { meeting } = attendance;
  write(headline, titleOf(meeting));
  document.title = `${titleOf(meeting)} · Earshot`;
  write(find(".report-when", HTMLElement), timesOf(meeting));
  showAttendance(attendance);
  letKeep(meeting, readPart);
  await look();
}

keepLanguage();
again.addEventListener("click", () => void assembleAgain());
open().catch(error => {
  write(headline, t("meetings.title"));
  refuse(error);
});
