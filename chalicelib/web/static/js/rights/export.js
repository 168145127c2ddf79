// Everything that is held about me: asked for, waited for, read and saved.
import { call } from "../api.js";
import { find, write } from "../dom.js";
import { language, t } from "../i18n.js";
import { mayBeSomebody, obstacle } from "../insights/visitor.js";
import { keepLanguage } from "../language.js";
import { save } from "../saving.js";
import { showGiven } from "./given.js";
import { sectionsOf } from "./held.js";

const LOOK_AGAIN_MS = 1500;
const ask = find(".export-ask", HTMLButtonElement);
const keep = find(".export-save", HTMLButtonElement);
const print = find(".export-print", HTMLButtonElement);
const said = find(".export-said", HTMLElement);
const shown = find(".export-held", HTMLElement);
/** @type {HeldRecord[]} */
let held = [];

const later = () => new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS));

/** @param {string} id @returns {Promise<ExportAnswer>} once it is ready, or has failed */
async function ready(id) {
  const found = await call("GET", `/v1/export/${id}`);
  if (found.status !== "assembling") return found;
  await later();
  return ready(id);
}

/** @param {ExportAnswer} first @returns {Promise<HeldRecord[]>} */
async function allOf(first) {
  const found = [...(first.held ?? [])];
  for (let page = first; page.next; ) {
    page = await call("GET", `/v1/export/${first.export_id}?after=${page.next}`);
    found.push(...(page.held ?? []));
  }
  return found;
}

async function fetchAll() {
  const { export_id: id } = await call("POST", "/v1/export", { json: {} });
  const first = await ready(id);
  if (first.status === "failed") return write(said, t("export.failed"));
  held = await allOf(first);
  const { kept } = await call("GET", `/v1/retention?language=${language}`);
  shown.replaceChildren(...sectionsOf(held, kept));
  await showGiven();
  for (const button of [keep, print]) button.hidden = false;
  write(said, t("export.ready", { count: held.length }));
}

async function fetchHeld() {
  ask.setAttribute("aria-busy", "true");
  write(said, t("export.assembling"));
  try {
    if (mayBeSomebody()) await fetchAll();
    else write(said, t("export.nobody"));
  } catch (error) {
    const why = obstacle(error, t("export.failed"));
    write(said, why === "log-in" ? t("export.nobody") : why);
  }
  ask.removeAttribute("aria-busy");
}

keepLanguage();
ask.addEventListener("click", () => void fetchHeld());
keep.addEventListener("click", () =>
  save("earshot-export.json", new Blob([JSON.stringify(held, null, 2)], { type: "application/json" })),
);
print.addEventListener("click", () => window.print());
