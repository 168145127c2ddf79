import { Refused } from "../api.js";
import { find, write } from "../dom.js";
import { busy } from "../forms.js";
import { dayAndTime, t } from "../i18n.js";
import { leadToMine, tellPages } from "../insights/own.js";
import { kindOf } from "../problems.js";

/** @type {Partial<Record<import("./measuring.js").Place, string>>} */
const WORDS = {
  starting: "measuring.starting",
  measuring: "measuring.on",
  muted: "measuring.muted",
  elsewhere: "measuring.elsewhere",
  "no-microphone": "measuring.no-microphone",
  declined: "measuring.declined",
  stopping: "measuring.stopping",
};

/** @type {Partial<Record<import("./measuring.js").Place, string>>} */
const SIGNS = {
  muted: "measured.no-microphone",
  elsewhere: "measured.no-microphone",
  "no-microphone": "measured.no-microphone",
  stopping: "measured.stopping",
};

/** What is asked before anything is measured, and the sign that stands for as long as something is. */
export class MeasuringView {
  #root = find(".measuring", HTMLElement);
  #sign = find(".measured", HTMLElement);

  /** @param {import("./measuring.js").Measuring} measuring @param {import("../room.js").Room} room @param {() => void} askAge */
  constructor(measuring, room, askAge) {
    this.#measuring = measuring;
    this.#room = room;
    this.#askAge = askAge;
    measuring.addEventListener("change", () => this.#show());
    this.#onclick(".measuring-yes", () => this.#agree());
    this.#onclick(".measuring-again", () => this.#agree());
    this.#onclick(".measuring-no", () => {
      measuring.decline();
      find("#meeting-title", HTMLElement).focus();
    });
    this.#onclick(".measuring-stop-here", () => {
      measuring.stopHere();
      find("#meeting-title", HTMLElement).focus();
    });
    find(".measured-stop", HTMLButtonElement).addEventListener("click", () =>
      busy(this.#root, () => measuring.withdraw()),
    );
    tellPages();
  }

  #measuring;
  #room;
  #askAge;

  /** @param {string} button @param {() => unknown} act */
  #onclick(button, act) {
    find(button, HTMLButtonElement, this.#root).addEventListener("click", act);
  }

  async #agree() {
    await busy(
      this.#root,
      async () => {
        try {
          await this.#measuring.agree();
        } catch (error) {
          if (error instanceof Refused && kindOf(error) === "age-required") this.#askAge();
          throw error;
        }
      },
      { "age-required": "measuring.age" },
    );
  }

  #show() {
    const { place, text, measures } = this.#measuring;
    const at = (/** @type {import("./measuring.js").Place[]} */ ...places) => places.includes(place);
    this.#root.hidden = at("off");
    find(".measuring-asks", HTMLElement, this.#root).hidden = !at("asking");
    write(find(".measuring-text", HTMLElement, this.#root), text);
    const words = WORDS[place];
    const date = dayAndTime(this.#measuring.since ?? Date.now());
    write(find(".measuring-said", HTMLElement, this.#root), words ? t(words, { date }) : "");
    find(".measuring-stops", HTMLElement, this.#root).hidden = !measures;
    write(find(".form-problem", HTMLElement, this.#root), ""); // what went wrong before: it may have come right by itself
    find(".measuring-again", HTMLElement, this.#root).hidden = !at("declined", "no-microphone");
    this.#showSign(measures || at("starting", "stopping"), SIGNS[place]);
    leadToMine(find(".measured-mine", HTMLAnchorElement), this.#room.id);
  }

  /** @param {boolean} stands @param {string} [says] */
  #showSign(stands, says = "measured.what") {
    if (!stands && this.#sign.contains(document.activeElement)) find("#meeting-title", HTMLElement).focus();
    this.#sign.hidden = !stands;
    write(find(".measured-what", HTMLElement, this.#sign), t(says));
  }
}
