import { call } from "./api.js";
import { find } from "./dom.js";
import { t } from "./i18n.js";
import { report } from "./insights/addresses.js";
import { awaitReady } from "./insights/ready.js";

const WAIT_MS = 10 * 60_000; // a report takes about three minutes, or does not come at all

/** To eyes and screen readers alike. @param {string} id of a meeting of mine */
function tell(id) {
  const link = document.createElement("a");
  link.href = report(id);
  link.append(t("notice.report-open"));
  find(".report-ready", HTMLElement).replaceChildren(t("notice.report-ready"), " ", link);
}

/** Whoever ran a meeting that has ended hears of its report on this page, which is in no meeting any more. @param {string} id */
function waitForIt(id) {
  const found = (/** @type {string} */ meeting) => {
    stop();
    tell(meeting);
  };
  const look = async () => {
    const { meeting } = await call("GET", `/v1/meetings/${encodeURIComponent(id)}`);
    if (meeting.status === "ready") found(id);
  };
  const stop = awaitReady(found, () => void look().catch(() => {}));
  window.setTimeout(stop, WAIT_MS);
}

/** @param {import("./room.js").Room} room */
export function tellOfReports(room) {
  let mine = "";
  room.addEventListener("change", () => {
    mine = room.state?.answer.organiser ? (room.id ?? "") : "";
  });
  room.addEventListener("ended", () => mine && waitForIt(mine));
}
