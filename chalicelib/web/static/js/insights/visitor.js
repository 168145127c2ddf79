import { Refused } from "../api.js";
import { problemText } from "../problems.js";

/** Whether the browser came with a session: of all others nothing is asked. */
export const mayBeSomebody = () => "known" in document.body.dataset;

/**
 * What keeps somebody from seeing the page.
 * @param {unknown} error @param {string} missing the text where there is nothing for them @returns {"log-in" | string}
 */
export function obstacle(error, missing) {
  if (error instanceof Refused && error.status === 401) return "log-in";
  return error instanceof Refused && error.status === 404 ? missing : problemText(error);
}
