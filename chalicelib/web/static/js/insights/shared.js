// A report that somebody shared: whoever has the link reads it. The secret is in the fragment, which stays in the browser.
import { call, Refused } from "../api.js";
import { find, write } from "../dom.js";
import { dayAndTime, t } from "../i18n.js";
import { keepFragment, keepLanguage } from "../language.js";
import { problemText } from "../problems.js";
import { timesOf, titleOf } from "./meeting-head.js";
import { ReportView } from "./report-view.js";

const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
const view = new ReportView(readPart);

/** @param {string} [after] @returns {Promise<SharedReport>} */
function readPart(after) {
  const path = `/v1/shared-reports/${encodeURIComponent(token)}`;
  return call("GET", `${path}${after ? `?after=${encodeURIComponent(after)}` : ""}`);
}

async function open() {
  if (!token) throw new Refused(404, {}, null);
  const shared = await readPart();
  write(find("#headline", HTMLElement), titleOf(shared));
  document.title = `${titleOf(shared)} · Earshot`;
  write(find(".report-when", HTMLElement), timesOf(shared));
  const until = dayAndTime(shared.expires_at_ms);
  write(find(".shared-until", HTMLElement), t("shared.until", { until }));
  view.show(shared);
}

/** @param {unknown} error */
function whyNot(error) {
  const status = error instanceof Refused ? error.status : 0;
  if (status === 404) return t("shared.missing");
  return status === 409 ? t("report.told-anew") : problemText(error);
}

keepFragment();
keepLanguage();
window.addEventListener("hashchange", () => location.reload());
open().catch(error => {
  write(find("#headline", HTMLElement), t("shared.title"));
  write(find(".report-said", HTMLElement), whyNot(error));
});
