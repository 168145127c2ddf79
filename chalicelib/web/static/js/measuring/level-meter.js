import { AudioInput } from "../audio-input.js";

const LEVEL = { name: "level", file: new URL("./level-worklet.js", import.meta.url) };

/** A microphone of which only the level is taken. `onlevels` gets each tenth of a second's, and when it ended. */
export class LevelMeter extends AudioInput {
  /** @type {(heard: {atMs: number, levels: number[]}) => void} */
  onlevels = () => {};
  /** @type {MediaStreamTrack | null} */
  #track = null;

  /** Whether it gives no sound, though it is open: a call has it, or it was switched off outside of the page. */
  get muted() {
    return this.#track?.muted ?? false;
  }

  /** Throws what getUserMedia throws. Others' voices from the loudspeaker are not mine: the browser takes them out. */
  async listen() {
    this.#track = await this.open(true, LEVEL, heard => this.onlevels(heard));
    if (this.#track) this.#run();
  }

  /** A browser may want a click before an audio clock runs: until then nothing is measured, and nothing claimed. */
  #run() {
    const resume = () => void (this.closed || this.context.resume().catch(() => {}));
    resume();
    for (const act of ["pointerdown", "keydown"]) document.addEventListener(act, resume, { once: true });
  }
}
