import { Refused } from "./api.js";
import { find, write } from "./dom.js";
import { t } from "./i18n.js";
import { problemText, saysOver } from "./problems.js";

export const OVER = "earshot.over"; // event of the document: the server knows no session of this browser

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */
/** @typedef {Record<string, string>} Values */

/** @param {HTMLFormElement} form */
const fieldsOf = form =>
  [...form.elements].filter(
    one =>
      one instanceof HTMLInputElement ||
      one instanceof HTMLSelectElement ||
      one instanceof HTMLTextAreaElement,
  );

/** @param {Field} field @param {boolean} wrong @param {string} [why] better than what the field says by itself */
function mark(field, wrong, why) {
  const place = document.getElementById(`${field.id}-problem`);
  if (!place) return;
  write(place, wrong ? (why ?? field.dataset.problem ?? "") : "");
  if (wrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

/**
 * Marks what is wrong and goes to the first of it.
 * @param {HTMLFormElement} form @param {(field: Field) => boolean} isWrong @param {(field: Field) => string | undefined} [why]
 */
function markAll(form, isWrong, why = () => undefined) {
  const wrong = fieldsOf(form).filter(isWrong);
  for (const field of fieldsOf(form)) mark(field, wrong.includes(field), why(field));
  wrong[0]?.focus();
  return wrong.length > 0;
}

/** "$.password" names the field "password"; what is wrong with it. @param {unknown} error @returns {Map<string, string>} */
function fieldsAtFault(error) {
  const errors = error instanceof Refused && error.status === 422 ? (error.problem.errors ?? []) : [];
  return new Map(errors.map(({ at, reason }) => [at.split(".").pop() ?? "", reason]));
}

/** What was typed, by name; without the boxes, which are asked one by one. @param {HTMLFormElement} form @returns {Values} */
function valuesOf(form) {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(entries);
}

/**
 * One at a time, with its problems beside the fields; what was typed stays until it was taken.
 * @param {HTMLFormElement} form @param {(values: Values) => Promise<void>} send
 * @param {Record<string, string>} [own] problem texts by kind, and by the reason given for a field
 */
export function onSubmit(form, send, own = {}) {
  form.addEventListener("submit", event => {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    write(find(".form-problem", HTMLElement, form), ""); // of the time before
    if (markAll(form, field => !field.validity.valid)) return;
    void busy(form, () => send(valuesOf(form)), own);
  });
  for (const button of form.querySelectorAll(".reveal")) letReveal(/** @type {HTMLButtonElement} */ (button));
}

/** Does it, and says beside it what went wrong. @param {HTMLElement} root @param {() => Promise<void>} act @param {Record<string, string>} [own] */
export async function busy(root, act, own = {}) {
  const problem = find(".form-problem", HTMLElement, root);
  write(problem, "");
  root.setAttribute("aria-busy", "true");
  try {
    await act();
  } catch (error) {
    if (saysOver(error)) document.dispatchEvent(new Event(OVER));
    const named = fieldsAtFault(error);
    const why = (/** @type {Field} */ { name }) => {
      const key = own[named.get(name) ?? ""];
      return key && t(key);
    };
    const shown = root instanceof HTMLFormElement && markAll(root, field => named.has(field.name), why);
    if (!shown) write(problem, problemText(error, own));
  } finally {
    root.removeAttribute("aria-busy");
  }
}

/** To the clipboard; where the browser refuses, selected for a copy by hand. @param {HTMLInputElement} field @returns {Promise<string>} what to say of it */
export async function copyField(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return t("organise.copied");
  } catch {
    field.select();
    return t("organise.not-copied");
  }
}

/** @param {HTMLButtonElement} button shows or hides the password beside it */
function letReveal(button) {
  const input = find("input", HTMLInputElement, button.parentElement ?? document);
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
}
