// Who was given what about me, and the statement on last year.
import { call } from "../api.js";
import { find, write } from "../dom.js";
import { dayAndTime, language, t } from "../i18n.js";

const section = find(".export-given", HTMLElement);
const list = find(".given-list", HTMLElement);
const more = find(".given-more", HTMLButtonElement);
let next = "";

/** @param {GivenAway} one */
function entry(one) {
  const item = document.createElement("li");
  const to = one.name ?? t(`given.to.${one.to}`);
  item.textContent = t("given.entry", {
    when: dayAndTime(one.at_ms),
    what: t(`given.what.${one.what}`),
    to,
    ground: t(`given.ground.${one.ground}`),
  });
  return item;
}

async function readMore() {
  const page = await call("GET", `/v1/disclosures${next ? `?after=${encodeURIComponent(next)}` : ""}`);
  list.append(...page.disclosures.map(entry));
  next = page.next ?? "";
  more.hidden = !next;
  if (!list.childElementCount)
    list.append(Object.assign(document.createElement("li"), { textContent: t("given.none") }));
}

/** Throws Refused or Away. */
export async function showGiven() {
  list.replaceChildren();
  next = "";
  await readMore();
  const said = await call("GET", `/v1/disclosures/statement?language=${language}`);
  write(find(".given-statement", HTMLElement), said.text);
  section.hidden = false;
}

more.addEventListener("click", () => void readMore());
