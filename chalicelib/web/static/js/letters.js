// Pages that mails lead to. The secret is in the fragment, which no server sees; it is sent by a click and nothing else,
// because programs that look at mail open every link in it.
import { call } from "./api.js";
import { find, write } from "./dom.js";
import { onSubmit } from "./forms.js";
import { t } from "./i18n.js";
import { keepFragment, keepLanguage } from "./language.js";

const root = find(".letter", HTMLElement);
const form = find("form", HTMLFormElement, root);
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
let approve = true;

/** @typedef {{send: (values: import("./forms.js").Values) => Promise<unknown>, own?: Record<string, string>, done: () => string, lost: string, incomplete?: string}} Letter */

/** @type {Record<string, Letter>} */
const LETTERS = {
  verify: {
    send: () => call("POST", "/v1/accounts/verify", { json: { token } }),
    done: () => t("letter.verify.done"),
    lost: "letter.lost",
  },
  reset: {
    send: ({ password }) => call("POST", "/v1/accounts/password", { json: { token, password } }),
    done: () => t("letter.reset.done"),
    lost: "letter.lost",
  },
  guardian: {
    send: () => call("POST", "/v1/session/age/approval", { json: { token, approve } }),
    done: () => t(approve ? "letter.guardian.done" : "letter.guardian.refused"),
    lost: "letter.guardian.lost",
    incomplete: "letter.guardian.incomplete",
  },
  unsubscribe: {
    send: () => call("POST", `/v1/unsubscribe/${encodeURIComponent(token)}`),
    done: () => t("letter.unsubscribe.done"),
    lost: "letter.unsubscribe.lost",
    incomplete: "letter.unsubscribe.incomplete",
  },
};

/** @param {Letter} letter @param {import("./forms.js").Values} values */
async function answer(letter, values) {
  await letter.send(values);
  history.replaceState(null, "", location.pathname + location.search); // the secret is used up
  find(".letter-ask", HTMLElement, root).hidden = true;
  find(".letter-next", HTMLElement, root).hidden = false;
  write(find(".letter-done", HTMLElement, root), letter.done());
  find("#headline", HTMLElement).focus();
}

keepFragment();
keepLanguage();
const letter = LETTERS[root.dataset.letter ?? ""];
form.addEventListener("submit", event => {
  approve = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value !== "no";
});
if (letter && token) {
  const { lost } = letter;
  onSubmit(form, values => answer(letter, values), { gone: lost, "not-found": lost, invalid: lost });
} else {
  form.hidden = true;
  write(find(".lead", HTMLElement, root), t(letter?.incomplete ?? "letter.incomplete"));
  const next = find(".letter-next", HTMLAnchorElement, root);
  next.hidden = false;
  if (root.dataset.letter === "unsubscribe") {
    next.pathname = "/login";
    write(next, t("log-in.open"));
  }
  if (root.dataset.letter === "reset") {
    next.hash = "forgot";
    write(next, t("forgot.act"));
  }
}
