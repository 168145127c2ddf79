import { Peer } from "./peer.js";

/**
 * What two browsers tell each other. Of any two, one asks and the other leads, that is, lays the way and offers it.
 * `way` is the asking side's number for the way they are on, `end` the leading side's for its end of it; both are
 * instants, so that the later one counts. Nothing else: here I am, or, once more: lay it.
 * @typedef {{way: number, end: number} & import("./peer.js").Step} Signal
 */
/** @typedef {{peer: Peer, leads: boolean, way: number, end: number}} Other `leads`: I do; 0: not known yet */

/** @param {string} data @returns {Signal | null} null for what no page of ours has sent */
export function parsed(data) {
  try {
    const signal = JSON.parse(data);
    return Number.isInteger(signal?.way) && Number.isInteger(signal.end) ? signal : null;
  } catch {
    return null;
  }
}

/** The ways to all others in the call. Event "change": in one of them. */
export class Others extends EventTarget {
  /** @type {Map<string, Other>} */
  #all = new Map();
  #latest = 0; // number of mine

  /**
   * @param {{me: () => string, devices: import("./devices.js").Devices, send: (id: string, data: string) => void}} parts
   */
  constructor({ me, devices, send }) {
    super();
    this.#me = me;
    this.#devices = devices;
    this.#send = send;
  }

  #me;
  #devices;
  #send;

  get ids() {
    return [...this.#all.keys()];
  }

  /** @param {string} id @returns {Peer | null} */
  peer(id) {
    return this.#all.get(id)?.peer ?? null;
  }

  /**
   * What is told of people's coming and going may overtake what they signal, or come after it, and a person may have
   * two tabs: what is of a way or an end that is over is nobody's.
   * @param {string} id @param {Signal} signal
   */
  async take(id, { way, end, ...step }) {
    const other = this.#all.get(id) ?? this.connect(id);
    if (other.leads) this.#asked(id, other, way);
    else this.#led(id, other, { way, end });
    if (way === other.way && (end === other.end || !end)) await other.peer.take(step);
  }

  /** The other side is on a new way. @param {string} id @param {Other} other @param {number} way */
  #asked(id, other, way) {
    if (way <= other.way) return;
    if (other.way) this.#renew(id, other);
    other.way = way;
    other.peer.lay();
  }

  /** The leading side's end is new: it may not have heard what was asked of an earlier one. @param {string} id @param {Other} other @param {Signal} signal */
  #led(id, other, { way, end }) {
    if (end <= other.end) return;
    if (other.end) {
      this.#renew(id, other);
      other.way = this.#next();
    }
    other.end = end;
    if (way !== other.way) this.#signal(id, {});
  }

  /** @param {string} id @param {Other} other */
  #renew(id, other) {
    other.peer.close();
    other.peer = this.#peer(id, other.leads);
  }

  /** Anew, where there was a way. @param {string} id @returns {Other} */
  connect(id) {
    this.close(id);
    const leads = this.#me() > id;
    const [way, end] = leads ? [0, this.#next()] : [this.#next(), 0];
    const other = { peer: this.#peer(id, leads), leads, way, end };
    this.#all.set(id, other);
    this.#signal(id, {});
    return other;
  }

  #next() {
    this.#latest = Math.max(Date.now(), this.#latest + 1);
    return this.#latest;
  }

  /** @param {string} id @param {boolean} leads @returns {Peer} */
  #peer(id, leads) {
    const peer = new Peer({ polite: !leads, devices: this.#devices, send: step => this.#signal(id, step) });
    for (const event of ["change", "track"])
      peer.addEventListener(event, () => this.dispatchEvent(new Event("change")));
    return peer;
  }

  /** @param {string} id @param {import("./peer.js").Step} step */
  #signal(id, step) {
    const other = this.#all.get(id);
    if (!other) return; // closed meanwhile
    this.#send(id, JSON.stringify({ way: other.way, end: other.end, ...step }));
  }

  /** @param {string} id */
  close(id) {
    this.#all.get(id)?.peer.close();
    this.#all.delete(id);
  }
}
