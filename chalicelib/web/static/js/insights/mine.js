// What was measured about me in one meeting, during it and afterwards.
import { call } from "../api.js";
import { find, write } from "../dom.js";
import { t } from "../i18n.js";
import { keepLanguage } from "../language.js";
import { meetingHere } from "./addresses.js";
import { stripOf } from "./people.js";
import { format, personTerms, showSteps } from "./tables.js";
import { mayBeSomebody, obstacle } from "./visitor.js";

const said = find(".mine-said", HTMLElement);
const again = find(".mine-again", HTMLButtonElement);

/** @param {MineAnswer} answer */
function wordsFor({ captured, agreed, figures }) {
  if (figures) return "";
  if (!captured) return t("mine.off");
  return t(agreed ? "mine.nothing" : "mine.declined");
}

/** @param {Timeline} timeline */
const stepsOf = ({ talk_ms, webcam_ms, attention_ms }) =>
  talk_ms.map((talk, at) => [talk, webcam_ms[at], attention_ms[at]].map(one => format("length", one)));

/** @param {Timeline | null | undefined} timeline @param {number} stepMs */
function showOverTime(timeline, stepMs) {
  find(".mine-over-time", HTMLElement).hidden = !timeline;
  find(".mine-strip", HTMLElement).replaceChildren(stripOf(timeline ?? null, stepMs));
  if (!timeline) return;
  const columns = ["person.talk", "person.webcam", "person.attention"].map(key => t(key));
  showSteps(find(".mine-table", HTMLTableElement), columns, stepsOf(timeline), stepMs);
}

/** @param {MineAnswer} answer */
function show(answer) {
  const { figures, step_ms: stepMs } = answer;
  write(said, wordsFor(answer));
  find(".mine-figures", HTMLElement).replaceChildren(...(figures ? personTerms(figures) : []));
  showOverTime(figures?.timeline, stepMs);
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
