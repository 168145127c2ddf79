// What was measured about me in one meeting, during it and afterwards.
import { call } from "../api.js";
import { find, write } from "../dom.js";
import { t } from "../i18n.js";
import { keepLanguage } from "../language.js";
import { meetingHere } from "./addresses.js";
import { stripOf } from "./people.js";
import { personTerms } from "./tables.js";
import { mayBeSomebody, obstacle } from "./visitor.js";

const MINUTE_MS = 60_000;
const said = find(".mine-said", HTMLElement);
const again = find(".mine-again", HTMLButtonElement);

/** @param {MineAnswer} answer */
function wordsFor({ captured, agreed, figures }) {
  if (figures) return "";
  if (!captured) return t("mine.off");
  return t(agreed ? "mine.nothing" : "mine.declined");
}

/** @param {MineAnswer} answer */
function show(answer) {
  const { figures } = answer;
  write(said, wordsFor(answer));
  find(".mine-figures", HTMLElement).replaceChildren(...(figures ? personTerms(figures) : []));
  const over = find(".mine-over-time", HTMLElement);
  over.hidden = !figures?.timeline;
  find(".mine-strip", HTMLElement).replaceChildren(stripOf(figures?.timeline ?? null, MINUTE_MS));
}

async function read() {
  again.setAttribute("aria-busy", "true");
  try {
    show(await call("GET", `/v1/rooms/${encodeURIComponent(meetingHere())}/insights/mine`));
  } catch (error) {
    const why = obstacle(error, t("mine.missing"));
    write(said, why === "log-in" ? t("mine.missing") : why);
  } finally {
    again.removeAttribute("aria-busy");
  }
}

keepLanguage();
again.addEventListener("click", () => void read());
if (mayBeSomebody()) void read();
else write(said, t("mine.missing"));
