// What people write to whoever runs this installation, and what they agree to: sent by a click, after their age.
import { call, Refused } from "./api.js";
import { cookiesRefused } from "./cookieless.js";
import { find, write } from "./dom.js";
import { onSubmit } from "./forms.js";
import { t } from "./i18n.js";
import { keepLanguage } from "./language.js";
import { remember } from "./memory.js";
import { offerBirthMonths } from "./panel/birth-month.js";
import { Consents } from "./panel/consents.js";

const question = find('[data-form="age"]', HTMLFormElement);
const forms = find(".contact-forms", HTMLElement);
const said = find(".contact-said", HTMLElement);
const consents = document.querySelector('[data-step="consents"]') && new Consents();

/** @returns {Promise<Age | null>} of whoever is known here; nothing is asked of a browser that came with no cookie */
async function knownAge() {
  if (!("known" in document.body.dataset)) return null;
  try {
    return (await call("GET", "/v1/session")).age;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** @param {Age | "guardian_needed" | null} age */
function show(age) {
  const grown = age === "adult" || age === "minor";
  question.hidden = age !== null;
  forms.hidden = !grown;
  if (age !== null && !grown) write(said, t("contact.young"));
  if (grown) void consents?.read();
}

/** @param {HTMLFormElement} form @param {import("./forms.js").Values} values */
async function send(form, values) {
  const json = "answers" in form.dataset ? { answers: values } : values;
  await call("POST", form.dataset.send ?? "", { json });
  form.reset();
  form.hidden = true;
  const done = find(".contact-done", HTMLElement, form.parentElement ?? document);
  write(done, t(form.dataset.form === "enquiry" ? "contact.asked" : "contact.thanks"));
  done.focus();
}

/** Another company's page, loaded now and not before, and with no part in ours. @param {HTMLElement} place */
function openElsewhere(place) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts allow-forms allow-popups");
  frame.referrerPolicy = "no-referrer";
  frame.title = t("contact.elsewhere");
  frame.src = place.dataset.address ?? "";
  place.replaceChildren(frame);
}

async function start() {
  keepLanguage();
  offerBirthMonths();
  onSubmit(question, async ({ birth_month, birth_year }) => {
    const json = { birth_month: Number(birth_month), birth_year: Number(birth_year) };
    const { outcome } = await call("POST", "/v1/session/age", { json });
    remember("session", "yes");
    show(outcome);
    if (!forms.hidden) find("h2", HTMLElement, forms).focus();
  });
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (
    document.querySelectorAll("form[data-send]")
  ))
    onSubmit(form, values => send(form, values));
  const elsewhere = document.querySelector(".elsewhere");
  if (elsewhere instanceof HTMLElement)
    find("button", HTMLButtonElement, elsewhere).addEventListener("click", () => openElsewhere(elsewhere));
  if (cookiesRefused()) write(said, t("contact.no-cookies"));
  else show(await knownAge().catch(() => null));
}

void start();
