import { SOURCES } from "./devices.js";

const PATIENCE_MS = 20_000; // in which a connection that can be made is made, slow networks included

/** @typedef {{description?: RTCSessionDescription | null, candidate?: RTCIceCandidate | null}} Step */
/** @typedef {"connecting" | "connected" | "shaky" | "failed"} Link */

/**
 * The way from this browser to one other, by the pattern of "perfect negotiation" (W3C WebRTC, section 4.4): of two
 * offers at once, the polite side gives way. One of them lays the three lines, for microphone, camera and screen; what
 * goes over them changes without negotiation. Without a server that tells addresses, and without a relay: where no
 * direct way is, there is none. Events: "change" when `link` or `their` has changed, "track".
 */
export class Peer extends EventTarget {
  /** @type {Link} */
  link = "connecting";
  /** What the other lets us hear and see. @type {Record<import("./devices.js").Source, boolean>} */
  their = { microphone: false, camera: false, screen: false };
  #offering = false;
  #ignoring = false;
  #restarted = false;
  /** @type {RTCIceCandidateInit[]} that came before the description they belong to */
  #early = [];
  /** @type {RTCDataChannel | null} */
  #told = null;
  /** @type {number | undefined} */
  #patience;

  /**
   * @param {{polite: boolean, devices: import("./devices.js").Devices, send: (step: Step) => void}} parts
   */
  constructor({ polite, devices, send }) {
    super();
    this.#polite = polite;
    this.#devices = devices;
    this.#send = send;
    const connection = this.#connection;
    connection.onnegotiationneeded = () => this.#offer().catch(this.#fail);
    connection.onicecandidate = ({ candidate }) => candidate && send({ candidate });
    connection.onconnectionstatechange = () => this.#look();
    connection.ontrack = () => this.dispatchEvent(new Event("track"));
    devices.addEventListener("change", this.#give);
    this.#wait();
  }

  #polite;
  #devices;
  #send;
  #connection = new RTCPeerConnection({ iceServers: [] });

  /** @param {import("./devices.js").Source} source @returns {MediaStreamTrack | null} */
  track(source) {
    return this.#connection.getTransceivers()[SOURCES.indexOf(source)]?.receiver.track ?? null;
  }

  /** @param {Step} step the other's */
  async take({ description, candidate }) {
    try {
      if (description) await this.#describe(description);
      else if (candidate) await this.#add(candidate);
    } catch {
      this.#fail(); // it makes no sense together with what came before, or this was closed meanwhile
    }
  }

  close() {
    window.clearTimeout(this.#patience);
    this.#devices.removeEventListener("change", this.#give);
    this.#connection.onconnectionstatechange = null;
    this.#connection.close();
  }

  /** Lays the three lines, and so offers them. */
  lay() {
    for (const kind of ["audio", "video", "video"])
      this.#connection.addTransceiver(kind, { direction: "sendrecv" });
    this.#open();
  }

  /** One channel for who has what switched on: the server learns nothing of it. */
  #open() {
    this.#told = this.#connection.createDataChannel("on", { negotiated: true, id: 0 });
    this.#told.onopen = this.#give;
    this.#told.onmessage = ({ data }) => {
      const on = JSON.parse(String(data));
      for (const source of SOURCES) this.their[source] = on[source] === true;
      this.dispatchEvent(new Event("change"));
    };
    this.#give();
  }

  #give = () => {
    const lines = this.#connection.getTransceivers();
    for (const [at, source] of SOURCES.entries())
      void lines[at]?.sender.replaceTrack(this.#devices.track(source)).catch(() => {}); // closed meanwhile
    if (this.#told?.readyState === "open") this.#told.send(JSON.stringify(this.#devices.on));
  };

  async #offer() {
    try {
      this.#offering = true;
      await this.#connection.setLocalDescription();
      this.#send({ description: this.#connection.localDescription });
    } finally {
      this.#offering = false;
    }
  }

  /** @param {RTCSessionDescription} description */
  async #describe(description) {
    const connection = this.#connection;
    const clash = description.type === "offer" && (this.#offering || connection.signalingState !== "stable");
    this.#ignoring = !this.#polite && clash;
    if (this.#ignoring) return;
    await connection.setRemoteDescription(description);
    for (const candidate of this.#early.splice(0)) await this.#add(candidate);
    if (description.type === "offer") await this.#answer();
  }

  async #answer() {
    for (const line of this.#connection.getTransceivers()) line.direction = "sendrecv";
    if (!this.#told) this.#open();
    await this.#connection.setLocalDescription();
    this.#send({ description: this.#connection.localDescription });
  }

  /** @param {RTCIceCandidateInit} candidate */
  async #add(candidate) {
    if (!this.#connection.remoteDescription) return void this.#early.push(candidate);
    try {
      await this.#connection.addIceCandidate(candidate);
    } catch (error) {
      if (!this.#ignoring) throw error;
    }
  }

  #look() {
    const state = this.#connection.connectionState;
    if (state === "connected") {
      window.clearTimeout(this.#patience);
      this.#restarted = false;
      this.#become("connected");
    } else if (state === "disconnected") this.#become("shaky");
    else if (state === "failed") this.#fail();
  }

  /** Once more from the start, as a network may have changed; then it is said that there is no way. */
  #fail = () => {
    if (this.#connection.signalingState === "closed") return;
    if (this.#restarted) return this.#become("failed");
    this.#restarted = true;
    this.#connection.restartIce();
    this.#wait();
    this.#become("connecting");
  };

  #wait() {
    window.clearTimeout(this.#patience);
    this.#patience = window.setTimeout(() => this.#become("failed"), PATIENCE_MS);
  }

  /** @param {Link} link */
  #become(link) {
    if (link === this.link) return;
    this.link = link;
    this.dispatchEvent(new Event("change"));
  }
}
