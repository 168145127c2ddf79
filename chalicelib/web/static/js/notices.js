import { cookiesRefused } from "./cookieless.js";
import { copy, find, write } from "./dom.js";
import { t } from "./i18n.js";
import { recall, remember } from "./memory.js";

const SHOWN_MS = 7_000;
const BRIEF = 60; // characters

/** Says something in passing, to eyes and to screen readers alike. @param {string} text */
export function say(text) {
  const note = copy("#note");
  write(note, text);
  find(".notes", HTMLElement).append(note);
  window.setTimeout(() => note.remove(), SHOWN_MS);
}

/** What people have named, short enough for a sentence in passing. @param {string} name */
export function brief(name) {
  const letters = [...name];
  if (letters.length <= BRIEF) return name;
  const start = letters.slice(0, BRIEF - 1).join("");
  return `${start.trimEnd()}…`;
}

/** One sentence about the one cookie, until it is dismissed; what else is said stands above it. */
export function showCookieNotice() {
  const notice = find(".cookie-notice", HTMLElement);
  new ResizeObserver(() => {
    const sticks = getComputedStyle(notice).position === "sticky";
    document.body.style.setProperty("--covered", `${sticks ? notice.offsetHeight : 0}px`);
  }).observe(notice);
  notice.hidden = recall("cookie-notice") === "seen";
  find("button", HTMLButtonElement, notice).addEventListener("click", () => {
    notice.hidden = true;
    remember("cookie-notice", "seen");
  });
}

/** A change of what is kept is told to who was here before it, until they have taken note. */
export function showPolicyNews() {
  const news = find(".policy-news", HTMLElement);
  const version = news.dataset.version ?? "";
  const known = recall("policy");
  if (!known) remember("policy", version);
  news.hidden = !known || Number(known) >= Number(version);
  find("button", HTMLButtonElement, news).addEventListener("click", () => {
    news.hidden = true;
    remember("policy", version);
  });
}

/** Says so for as long as this device has no network. */
export function showWhenOffline() {
  const show = () => write(find(".offline", HTMLElement), navigator.onLine ? "" : t("notice.offline"));
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();
}

/** Says what is lost where cookies are refused, in place of the notice about the one. */
export function showWithoutCookies() {
  if (!cookiesRefused()) return;
  document.body.toggleAttribute("data-cookieless", true);
  find(".cookie-notice", HTMLElement).hidden = true;
  write(find(".no-cookies", HTMLElement), t("notice.no-cookies"));
}
