import { copy, find, write } from "../dom.js";

/** A purpose with its text in force, not ticked. @param {Consent} consent @param {string} id */
export function consentBox({ purpose, text }, id) {
  const label = copy("#consent-box");
  const input = find("input", HTMLInputElement, label);
  input.name = purpose;
  input.id = id;
  write(find("span", HTMLElement, label), text);
  return { label, input };
}
