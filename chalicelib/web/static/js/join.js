// Where a QR picture leads. The code is in the fragment, which no server sees; it is used by a click and nothing else,
// because cameras and messengers open what they find.
import { home, meeting } from "./addresses.js";
import { call } from "./api.js";
import { codeHere, enterByCode, OWN } from "./codes.js";
import { cookiesRefused } from "./cookieless.js";
import { find } from "./dom.js";
import { onSubmit } from "./forms.js";
import { keepFragment, keepLanguage } from "./language.js";
import { remember, rememberHere } from "./memory.js";

const field = find("#code", HTMLInputElement);

function fill() {
  if (cookiesRefused()) location.replace(home() + location.hash); // the next page could not know who this one was
  field.value = codeHere() ?? field.value;
  keepFragment();
}

/** @param {import("./forms.js").Values} values */
async function enter({ code = "" }) {
  await call("POST", "/v1/session", { json: {} });
  remember("session", "yes");
  const { room_id, status } = await enterByCode(code);
  if (status === "knocking") rememberHere("code", code); // the start page waits at the door
  location.replace(status === "knocking" ? home() : meeting(room_id)); // a code used up is nothing to come back to
}

fill();
window.addEventListener("hashchange", fill);
keepLanguage();
onSubmit(find('[data-form="code"]', HTMLFormElement), enter, OWN);
