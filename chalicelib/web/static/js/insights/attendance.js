import { find } from "../dom.js";
import { clockTime, t } from "../i18n.js";
import { format, head, headings, make } from "./tables.js";

/** @param {Attendee} one */
function row({ name, email, stays, presence_ms }) {
  const times = stays.map(stay => `${clockTime(stay.from_ms)}–${clockTime(stay.to_ms)}`).join(", ");
  const named = head("row", name ?? t("report.unnamed"));
  if (email) named.append(make("span", email));
  return make("tr", named, make("td", times), make("td", format("length", presence_ms)));
}

/** Who came, from when to when; written once somebody wants to see it. @param {Attendee[]} people */
export function showAttendance(people) {
  const root = find(".attendance", HTMLDetailsElement);
  const table = find("table", HTMLTableElement, root);
  root.hidden = people.length === 0;
  headings(table, [t("report.person"), t("report.stays"), t("person.presence")]);
  const fill = () => table.tBodies.length || table.createTBody().append(...people.map(row));
  root.addEventListener("toggle", fill);
  window.addEventListener("beforeprint", fill);
}
