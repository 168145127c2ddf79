import { dayAndTime, t } from "../i18n.js";
import { format } from "./tables.js";
import { timesWithin } from "./times.js";

/** @param {{title: string}} meeting */
export const titleOf = meeting => meeting.title || t("meetings.untitled");

/** @param {{opened_at_ms: number, ended_at_ms: number}} meeting */
export function timesOf({ opened_at_ms: opened, ended_at_ms: ended }) {
  const to = timesWithin(opened, ended)(ended);
  return t("meetings.when", { from: dayAndTime(opened), to, length: format("length", ended - opened) });
}
