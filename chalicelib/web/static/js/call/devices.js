/** @typedef {"microphone" | "camera" | "screen"} Source */

/** @type {Source[]} in the order of a connection's lines */
export const SOURCES = ["microphone", "camera", "screen"];

const CAMERA = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24 } }; // five copies may be sent

/** @type {Record<Source, () => Promise<MediaStream>>} */
const OPEN = {
  microphone: () => navigator.mediaDevices.getUserMedia({ audio: true }), // echo cancellation is wanted here
  camera: () => navigator.mediaDevices.getUserMedia({ video: CAMERA }),
  screen: () => navigator.mediaDevices.getDisplayMedia({ video: true }),
};

/** @param {Source} source whether this browser could open it at all */
export const possible = source =>
  Boolean(
    source === "screen" ? navigator.mediaDevices?.getDisplayMedia : navigator.mediaDevices?.getUserMedia,
  );

/** What this person lets the others hear and see: nothing, until they say so. Event "change". */
export class Devices extends EventTarget {
  /** @type {Map<Source, MediaStreamTrack>} */
  #tracks = new Map();
  #turn = 0;

  /** @param {Source} source */
  track(source) {
    return this.#tracks.get(source) ?? null;
  }

  /** @returns {Record<Source, boolean>} */
  get on() {
    return { microphone: this.#has("microphone"), camera: this.#has("camera"), screen: this.#has("screen") };
  }

  /** @param {Source} source */
  #has(source) {
    return this.#tracks.has(source);
  }

  /** Throws what getUserMedia and getDisplayMedia throw. @param {Source} source */
  async open(source) {
    const turn = this.#turn;
    const [track] = (await OPEN[source]()).getTracks();
    if (!track) return;
    if (turn !== this.#turn || this.#has(source)) return track.stop(); // the call was left meanwhile
    this.#tracks.set(source, track);
    track.addEventListener("ended", () => this.close(source)); // unplugged, or stopped by the browser's own button
    this.dispatchEvent(new Event("change"));
  }

  /** The device itself goes off, not only what the others get. @param {Source} source */
  close(source) {
    const track = this.#tracks.get(source);
    if (!track) return;
    track.stop();
    this.#tracks.delete(source);
    this.dispatchEvent(new Event("change"));
  }

  closeAll() {
    this.#turn += 1;
    for (const source of SOURCES) this.close(source);
  }
}
