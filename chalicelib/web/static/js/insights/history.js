// The meetings that I ran, page by page, and the switch for what is measured in the next ones.
import { call } from "../api.js";
import { copy, find, write } from "../dom.js";
import { busy } from "../forms.js";
import { dayAndTime, t } from "../i18n.js";
import { keepLanguage } from "../language.js";
import { report } from "./addresses.js";
import { timesOf, titleOf } from "./meeting-head.js";
import { awaitReady } from "./ready.js";
import { mayBeSomebody, obstacle } from "./visitor.js";

const root = find(".history", HTMLElement);
const list = find(".meetings", HTMLElement);
const more = find(".meetings-more", HTMLButtonElement);
const said = find(".history-said", HTMLElement);
const capture = find("#capture-insights", HTMLInputElement);
/** @type {string | null} */
let next = null;
let waits = false;

/** @type {Record<ReportStatus, string>} */
const STATUS = {
  none: "report.status.none",
  assembling: "report.status.assembling",
  ready: "report.status.ready",
  failed: "report.status.failed",
};

/** @param {HeldMeeting} meeting */
function entry(meeting) {
  const item = copy("#held-meeting");
  const link = find("a", HTMLAnchorElement, item);
  link.href = report(meeting.meeting_id);
  write(link, titleOf(meeting));
  write(find(".held-when", HTMLElement, item), timesOf(meeting));
  const planned = meeting.planned_start_ms;
  write(
    find(".held-planned", HTMLElement, item),
    planned ? t("meetings.planned", { when: dayAndTime(planned) }) : "",
  );
  item.dataset.meeting = meeting.meeting_id;
  showStatus(item, meeting.status);
  if (meeting.status === "assembling" && !waits) awaitReady(tellReady);
  waits ||= meeting.status === "assembling";
  return item;
}

/** @param {HTMLElement} item @param {ReportStatus} of */
function showStatus(item, of) {
  const status = find(".held-status", HTMLElement, item);
  status.dataset.status = of;
  write(status, t(STATUS[of]));
}

/** @param {string} id of a meeting whose report has come meanwhile */
function tellReady(id) {
  const item = list.querySelector(`[data-meeting="${CSS.escape(id)}"]`);
  if (!(item instanceof HTMLElement)) return;
  showStatus(item, "ready");
  write(said, t("report.ready-of", { title: find("a", HTMLAnchorElement, item).textContent ?? "" }));
}

async function readMore() {
  const answer = await call("GET", `/v1/meetings${next ? `?after=${encodeURIComponent(next)}` : ""}`);
  const added = /** @type {HeldMeeting[]} */ (answer.meetings).map(entry);
  const first = next === null;
  list.append(...added);
  next = answer.next;
  more.hidden = next === null;
  write(said, list.childElementCount ? "" : t("meetings.none"));
  if (!first) added[0]?.querySelector("a")?.focus();
}

/** @param {AccountAnswer} account */
function showSwitch({ capture_insights: on }) {
  capture.checked = on;
  find(".capture", HTMLElement).hidden = false;
}

/** Ends where the server has it, whatever was clicked. */
async function turn() {
  const wanted = capture.checked;
  let saved = !wanted;
  await busy(root, async () => {
    saved = (await call("PATCH", "/v1/account", { json: { capture_insights: wanted } })).capture_insights;
    write(said, t("settings.saved"));
  });
  capture.checked = saved;
}

function askToLogIn() {
  write(said, t("meetings.log-in"));
  find(".history-log-in", HTMLElement).hidden = false;
}

async function open() {
  if (!mayBeSomebody()) return askToLogIn();
  try {
    showSwitch(await call("GET", "/v1/account"));
    await readMore();
  } catch (error) {
    const why = obstacle(error, t("report.missing"));
    if (why === "log-in") askToLogIn();
    else write(said, why);
  }
}

keepLanguage();
more.addEventListener("click", () => void busy(root, readMore));
capture.addEventListener("change", () => void turn());
void open();
