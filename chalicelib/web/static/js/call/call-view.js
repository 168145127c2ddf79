import { find, write } from "../dom.js";
import { t } from "../i18n.js";
import { say } from "../notices.js";
import { MOST } from "./call.js";
import { possible, SOURCES } from "./devices.js";
import { Tile } from "./tile.js";
import { Ways } from "./ways.js";

/** @typedef {import("./devices.js").Source} Source */

/** @type {Record<Source, [off: string, on: string]>} what a click does, while it is off and while it is on */
const TURN = {
  microphone: ["call.microphone-on", "call.microphone-off"],
  camera: ["call.camera-on", "call.camera-off"],
  screen: ["call.screen-on", "call.screen-off"],
};

/** @type {Record<string, string>} names of DOMException */
const REFUSALS = {
  NotAllowedError: "call.not-allowed",
  SecurityError: "call.not-allowed",
  NotFoundError: "call.not-found",
  OverconstrainedError: "call.not-found",
};

/** The call on the page: who is in it, what they send, and one's own three switches. */
export class CallView {
  #root = find(".call", HTMLElement);
  #enter = find(".call-enter", HTMLButtonElement);
  #tiles = find(".tiles", HTMLElement);
  #problem = find(".form-problem", HTMLElement, this.#root);
  /** @type {Map<string, Tile>} */
  #shown = new Map();
  /** @type {Set<string> | null} who was in it at the last look; null: not in it then */
  #company = null;
  #ways = new Ways();

  /** @param {import("./call.js").Call} call @param {import("../room.js").Room} room */
  constructor(call, room) {
    this.#call = call;
    this.#room = room;
    this.#onclick(".call-enter", () => this.#come());
    this.#onclick(".call-leave", () => this.#go());
    this.#onclick(".call-hear", () => this.#hear());
    for (const source of SOURCES) this.#onclick(`.turn-${source}`, () => void this.#turn(source));
    find(".turn-screen", HTMLElement).hidden = !possible("screen");
    call.addEventListener("change", () => this.#show());
    call.addEventListener("full", () => this.#complain(t("call.full", { count: MOST })));
    call.addEventListener("elsewhere", () => this.#complain(t("call.left-elsewhere")));
    this.#show();
  }

  #call;
  #room;

  /** @param {string} button @param {() => unknown} act */
  #onclick(button, act) {
    find(button, HTMLButtonElement, this.#root).addEventListener("click", act);
  }

  #come() {
    this.#complain("");
    this.#call.enter();
    find(".call-leave", HTMLButtonElement).focus();
  }

  #go() {
    this.#call.leave();
    this.#complain("");
    this.#enter.focus();
  }

  #hear() {
    find(".call-hear", HTMLElement).hidden = true;
    for (const tile of this.#shown.values()) tile.resume();
    find(".call-leave", HTMLButtonElement).focus();
  }

  /** @param {Source} source */
  async #turn(source) {
    const { devices } = this.#call;
    this.#complain("");
    if (devices.track(source)) return devices.close(source);
    if (!possible(source)) return this.#complain(t("call.not-here"));
    try {
      await devices.open(source);
    } catch (error) {
      if (source === "screen" && error instanceof DOMException && error.name === "NotAllowedError") return; // thought better of it
      const name = error instanceof DOMException ? error.name : "";
      this.#complain(t(REFUSALS[name] ?? "call.not-free"));
    }
  }

  #show() {
    const away = this.#call.place === "out";
    find(".call-out", HTMLElement).hidden = !away;
    find(".call-in", HTMLElement).hidden = away;
    this.#root.toggleAttribute("data-in", !away);
    if (away) this.#invite();
    else this.#showSwitches();
    this.#showPeople(away ? [] : this.#call.people);
    this.#announce();
  }

  #invite() {
    const { people, listed } = this.#call;
    const supported = "RTCPeerConnection" in window;
    this.#enter.disabled = !supported || (people.length >= MOST && !listed);
    write(this.#enter, t(listed ? "call.enter-here" : "call.enter"));
    write(find(".call-who", HTMLElement), supported ? this.#whoIsIn() : t("call.unsupported"));
  }

  #whoIsIn() {
    const { people, listed } = this.#call;
    if (listed) return t("call.in-another-tab");
    if (people.length === 0) return t("call.nobody");
    const names = new Intl.ListFormat(document.documentElement.lang).format(people.map(id => this.#name(id)));
    return `${t("call.people", { names })} ${people.length >= MOST ? t("call.full", { count: MOST }) : ""}`;
  }

  #showSwitches() {
    const on = this.#call.devices.on;
    for (const source of SOURCES) {
      const button = find(`.turn-${source}`, HTMLButtonElement);
      write(button, t(TURN[source][on[source] ? 1 : 0]));
      button.toggleAttribute("data-on", on[source]);
    }
    const alone = this.#call.people.length <= 1;
    const entering = this.#call.place === "entering";
    write(find(".call-state", HTMLElement), entering ? t("call.entering") : alone ? t("call.alone") : "");
  }

  /** @param {string[]} people */
  #showPeople(people) {
    for (const [id, tile] of this.#shown) {
      if (people.includes(id)) continue;
      tile.end();
      this.#shown.delete(id);
    }
    for (const id of people) this.#tile(id).show(this.#seen(id));
    this.#sayWays(people);
    if (people.length === 0) find(".call-hear", HTMLElement).hidden = true;
  }

  /** @param {string} id */
  #tile(id) {
    const known = this.#shown.get(id);
    if (known) return known;
    const tile = new Tile(() => {
      find(".call-hear", HTMLElement).hidden = false;
    });
    this.#shown.set(id, tile);
    this.#tiles.append(tile.root);
    return tile;
  }

  /** @param {string} id @returns {import("./tile.js").Seen} */
  #seen(id) {
    const mine = id === this.#room.state?.answer.me;
    const peer = this.#call.peer(id);
    const on = mine
      ? this.#call.devices.on
      : (peer?.their ?? { microphone: false, camera: false, screen: false });
    const track = (/** @type {Source} */ source) =>
      (on[source] && (mine ? this.#call.devices.track(source) : peer?.track(source))) || null;
    const tracks = { microphone: track("microphone"), camera: track("camera"), screen: track("screen") };
    const link = mine ? "mine" : (peer?.link ?? "connecting");
    return { id, name: this.#name(id), mine, tracks, link, state: this.#state(id, link, on) };
  }

  /** For those who do not see the tiles. @param {string[]} people */
  #sayWays(people) {
    this.#ways.keep(people);
    for (const id of people) {
      const { link } = this.#call.peer(id) ?? {};
      const text = link && this.#ways.news(id, link);
      if (text) say(t(text, { name: this.#name(id) }));
    }
  }

  /** @param {string} id @param {string} link @param {Record<Source, boolean>} on */
  #state(id, link, on) {
    if (link === "failed") return t("call.link-failed", { name: this.#name(id) });
    if (link === "connecting") return t("call.link-connecting");
    if (link === "shaky") return t("call.link-shaky");
    const said = [t(on.microphone ? "call.hears" : "call.muted")];
    if (on.screen) said.push(t("call.shares"));
    return said.join(" · ");
  }

  /** Comings and goings, for those who are in it. */
  #announce() {
    if (this.#call.place === "entering") return;
    const before = this.#company;
    this.#company = this.#call.place === "in" ? new Set(this.#call.people) : null;
    if (!before || !this.#company) return;
    for (const id of this.#company) if (!before.has(id)) say(t("call.came", { name: this.#name(id) }));
    for (const id of before)
      if (!this.#company.has(id) && this.#room.state?.people.some(one => one.participant_id === id))
        say(t("call.went", { name: this.#name(id) }));
  }

  /** @param {string} id */
  #name(id) {
    return this.#room.state?.people.find(one => one.participant_id === id)?.name ?? t("call.somebody");
  }

  /** @param {string} what */
  #complain(what) {
    write(this.#problem, what);
  }
}
