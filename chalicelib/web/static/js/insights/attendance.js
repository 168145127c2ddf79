import { find } from "../dom.js";
import { t } from "../i18n.js";
import { format, head, headings, make } from "./tables.js";
import { fromTo, timesWithin } from "./times.js";

/** @param {Attendee} one @param {(atMs: number) => string} time */
function row({ name, email, stays, presence_ms }, time) {
  const times = stays.map(stay => fromTo(stay, time)).join(", ");
  const named = head("row", name ?? t("report.unnamed"));
  if (email) named.append(make("span", email));
  return make("tr", named, make("td", times), make("td", format("length", presence_ms)));
}

/** Who came, from when to when; written once somebody wants to see it. @param {Attendance} attendance */
export function showAttendance({ meeting, participants: people }) {
  const root = find(".attendance", HTMLDetailsElement);
  const table = find("table", HTMLTableElement, root);
  root.hidden = people.length === 0;
  headings(table, [t("report.person"), t("report.stays"), t("person.presence")]);
  const time = timesWithin(meeting.opened_at_ms, meeting.ended_at_ms);
  const fill = () => table.tBodies.length || table.createTBody().append(...people.map(one => row(one, time)));
  root.addEventListener("toggle", fill);
  window.addEventListener("beforeprint", fill);
}
