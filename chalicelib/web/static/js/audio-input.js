/** An open microphone on an audio clock of its own, to which a worklet listens. `onlost` hears that the device went away. */
export class AudioInput {
  /** @type {MediaStream | null} */
  #stream = null;
  closed = false;
  onlost = () => {};

  /** Call it in the click itself: an audio clock made later may not be allowed to run. */
  constructor() {
    this.context = new AudioContext();
  }

  /**
   * Throws what getUserMedia throws. The track that is heard; null where it was closed meanwhile.
   * @param {MediaTrackConstraints | true} wanted
   * @param {{name: string, file: URL}} worklet
   * @param {(data: any) => void} onheard gets what the worklet posts
   * @returns {Promise<MediaStreamTrack | null>}
   */
  async open(wanted, { name, file }, onheard) {
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    if (this.closed) this.#release();
    const track = this.#stream.getAudioTracks()[0] ?? null;
    track?.addEventListener("ended", () => this.onlost());
    if (!this.closed) await this.context.audioWorklet.addModule(file);
    if (this.closed) return null;
    const node = new AudioWorkletNode(this.context, name, {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    node.port.onmessage = event => this.closed || onheard(event.data);
    this.context.createMediaStreamSource(this.#stream).connect(node);
    return track;
  }

  #release() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    this.#release();
    void this.context.close();
  }
}
