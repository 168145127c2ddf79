// Runs on the audio thread: hands the microphone's raw samples over, 1 024 at a time, each batch with the
// number of its first frame, so that the page knows every sample's time.

const BATCH = 1024;

class Capture extends AudioWorkletProcessor {
  #batch = new Float32Array(BATCH);
  #filled = 0;

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    const channel = inputs[0]?.[0];
    if (channel) this.#take(channel, currentFrame);
    return true;
  }

  /** @param {Float32Array} channel @param {number} frame */
  #take(channel, frame) {
    this.#batch.set(channel, this.#filled);
    this.#filled += channel.length;
    if (this.#filled < BATCH) return;
    const samples = this.#batch;
    this.port.postMessage({ frame: frame + channel.length - BATCH, samples }, [samples.buffer]);
    this.#batch = new Float32Array(BATCH);
    this.#filled = 0;
  }
}

registerProcessor("capture", Capture);
