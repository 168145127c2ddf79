import { copy, find, write } from "../dom.js";
import { t } from "../i18n.js";
import { initials } from "../initials.js";
import { tint } from "../meeting-view.js";

/** @typedef {{camera: MediaStreamTrack | null, screen: MediaStreamTrack | null, microphone: MediaStreamTrack | null}} Tracks */
/** @typedef {{id: string, name: string, mine: boolean, tracks: Tracks, state: string, link: string}} Seen */

/**
 * Plays that track and no other, or nothing.
 * @param {HTMLMediaElement} element @param {MediaStreamTrack | null} track @param {() => void} blocked
 */
function play(element, track, blocked) {
  const playing = /** @type {MediaStream | null} */ (element.srcObject)?.getTracks()[0] ?? null;
  if (playing === track) return;
  element.srcObject = track && new MediaStream([track]);
  if (track)
    element.play().catch(error => {
      if (error.name === "NotAllowedError") blocked(); // otherwise another track took its place
    });
}

/** One person of the call: face or picture, sound, name and state; their screen beside it. */
export class Tile {
  root = copy("#tile");
  #face = find(".face", HTMLElement, this.root);
  #camera = find(".tile-camera", HTMLVideoElement, this.root);
  #screen = find(".tile-screen", HTMLVideoElement, this.root);
  #sound = find("audio", HTMLAudioElement, this.root);

  /** @param {() => void} blocked the browser wants a click before it plays */
  constructor(blocked) {
    this.#blocked = blocked;
  }

  #blocked;

  /** @param {Seen} seen */
  show({ id, name, mine, tracks, state, link }) {
    this.root.dataset.participant = id;
    this.root.dataset.link = link;
    this.root.classList.toggle("tile-mine", mine);
    this.root.classList.toggle("tile-wide", Boolean(tracks.screen));
    this.#face.dataset.tint = String(tint(id));
    write(this.#face, initials(name));
    write(find(".tile-name", HTMLElement, this.root), mine ? t("call.me", { name }) : name);
    write(find(".tile-state", HTMLElement, this.root), state);
    this.#picture(this.#camera, tracks.camera, t("call.camera-of", { name }));
    this.#picture(this.#screen, tracks.screen, t("call.screen-of", { name }));
    play(this.#sound, mine ? null : tracks.microphone, this.#blocked); // nobody wants to hear themselves
  }

  /** After a click, which every browser takes for a yes. */
  resume() {
    for (const one of [this.#camera, this.#screen, this.#sound]) if (one.srcObject) void one.play();
  }

  end() {
    for (const one of [this.#camera, this.#screen, this.#sound]) one.srcObject = null;
    this.root.remove();
  }

  /** @param {HTMLVideoElement} video @param {MediaStreamTrack | null} track @param {string} label */
  #picture(video, track, label) {
    video.hidden = !track;
    video.setAttribute("aria-label", label);
    play(video, track, this.#blocked);
  }
}
