/** An open microphone of which only the level is taken. `onlevels` gets each tenth of a second's, and when it ended. */
export class LevelMeter {
  /** @type {MediaStream | null} */
  #stream = null;
  #closed = false;
  #context = new AudioContext();
  /** @type {(heard: {atMs: number, levels: number[]}) => void} */
  onlevels = () => {};
  onlost = () => {};

  /** Throws what getUserMedia throws. */
  async open() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true }); // others' voices from the loudspeaker are not mine
    this.#stream = stream;
    if (this.#closed) return this.#release();
    stream.getAudioTracks()[0]?.addEventListener("ended", () => this.onlost());
    await this.#context.audioWorklet.addModule(new URL("./level-worklet.js", import.meta.url));
    if (this.#closed) return;
    const meter = new AudioWorkletNode(this.#context, "level", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    meter.port.onmessage = event => this.#closed || this.onlevels(event.data);
    this.#context.createMediaStreamSource(stream).connect(meter);
    this.#run();
  }

  /** A browser may want a click before an audio clock runs: until then nothing is measured, and nothing claimed. */
  #run() {
    const resume = () => void (this.#closed || this.#context.resume().catch(() => {}));
    resume();
    for (const act of ["pointerdown", "keydown"]) document.addEventListener(act, resume, { once: true });
  }

  #release() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
    void this.#context.close();
  }
}
