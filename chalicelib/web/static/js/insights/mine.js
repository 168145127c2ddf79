// What was measured about me in one meeting, during it and afterwards.
import { find, write } from "../dom.js";
import { t } from "../i18n.js";
import { keepLanguage } from "../language.js";
import { meetingHere } from "./addresses.js";
import { figuresOfOpener, ownFigures, whyNone } from "./own.js";
import { showTimeline, stripOf } from "./people.js";
import { personTerms } from "./tables.js";
import { mayBeSomebody } from "./visitor.js";

const said = find(".mine-said", HTMLElement);
const again = find(".mine-again", HTMLButtonElement);

/** @param {Timeline | null | undefined} timeline @param {number} stepMs */
function showOverTime(timeline, stepMs) {
  find(".mine-over-time", HTMLElement).hidden = !timeline;
  find(".mine-strip", HTMLElement).replaceChildren(stripOf(timeline ?? null, stepMs));
  if (timeline) showTimeline(find(".mine-table", HTMLTableElement), timeline, stepMs);
}

/** @param {MineAnswer} answer */
function show(answer) {
  const { figures, step_ms: stepMs } = answer;
  const why = whyNone(answer);
  write(said, why && t(why));
  find(".mine-figures", HTMLElement).replaceChildren(...(figures ? personTerms(figures) : []));
  showOverTime(figures?.timeline, stepMs);
}

async function read() {
  again.setAttribute("aria-busy", "true");
  const { answer, why } = await (mayBeSomebody() ? ownFigures : figuresOfOpener)(meetingHere());
  if (answer) show(answer);
  else write(said, why || t("mine.missing"));
  again.removeAttribute("aria-busy");
}

keepLanguage();
again.addEventListener("click", () => void read());
void read();
