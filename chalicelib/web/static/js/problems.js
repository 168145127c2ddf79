import { Away, Refused } from "./api.js";
import { NeedsCookies } from "./cookieless.js";
import { t } from "./i18n.js";

/** @type {Record<string, string>} what to do, by the last part of the problem's type */
const TEXTS = {
  "session-required": "problem.session-required",
  "sign-in-required": "problem.sign-in-required",
  "wrong-credentials": "problem.wrong-password",
  "second-factor-required": "code.wrong",
  refused: "problem.refused",
  "age-required": "problem.age-required",
  "cross-site": "problem.cross-site",
  "not-found": "problem.not-found",
  conflict: "problem.conflict",
  gone: "problem.gone",
  invalid: "problem.invalid",
  "too-large": "problem.invalid",
};
const MINUTE_S = 60;

/** @param {Refused} refused @returns {string} the last part of the problem's type */
export const kindOf = refused => refused.problem.type?.split("/").pop() ?? "";

/** Whether the session it was asked under is no more. @param {unknown} error */
export const saysOver = error => error instanceof Refused && kindOf(error) === "session-required";

/** @param {number | null} pauseMs */
function pause(pauseMs) {
  const seconds = Math.ceil((pauseMs ?? MINUTE_S * 1000) / 1000);
  if (seconds <= MINUTE_S) return t("problem.too-many-seconds", { count: seconds });
  return t("problem.too-many-minutes", { count: Math.ceil(seconds / MINUTE_S) });
}

/**
 * What went wrong and what to do, in one or two sentences.
 * @param {unknown} error @param {Record<string, string>} [own] texts by kind where a form says it better
 */
export function problemText(error, own = {}) {
  if (error instanceof Away) return t("problem.away");
  if (error instanceof NeedsCookies) return t("problem.needs-cookies");
  if (!(error instanceof Refused)) return t("problem.unexpected");
  if (error.status === 429) return pause(error.retryAfterMs);
  const key = own[kindOf(error)] ?? TEXTS[kindOf(error)];
  return t(key ?? "problem.unexpected");
}
