// Runs on the audio thread: hands over how loud each 20 ms were, in decibels below full scale, and no sound.

const FRAME_S = 0.02; // as voice.js has it
const FRAMES = 5; // a message: ten of them a second
const SILENCE = 1e-10;

class Level extends AudioWorkletProcessor {
  #power = 0;
  #samples = 0;
  /** @type {number[]} */
  #levels = [];

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    for (const sample of inputs[0]?.[0] ?? []) this.#take(sample);
    return true;
  }

  /** @param {number} sample */
  #take(sample) {
    this.#power += sample * sample;
    this.#samples += 1;
    if (this.#samples < sampleRate * FRAME_S) return;
    this.#levels.push(10 * Math.log10(Math.max(SILENCE, this.#power / this.#samples)));
    this.#power = 0;
    this.#samples = 0;
    if (this.#levels.length < FRAMES) return;
    this.port.postMessage({ atMs: Date.now(), levels: this.#levels }); // the page may be too busy to look at its clock
    this.#levels = [];
  }
}

registerProcessor("level", Level);
