// Two people of a call and a channel that brings what they signal in any order. Statements for `evaluated`.
let connections = 0;
let nowMs = 1_000;
Date.now = () => nowMs;

/** What a browser's connection does as far as offering and answering go; a description names its connection. */
globalThis.RTCPeerConnection = class {
  name = ++connections;
  signalingState = "stable";
  connectionState = "new";
  localDescription = null;
  remoteDescription = null;
  #lines = [];
  addTransceiver() {
    this.#lines.push({ receiver: {}, sender: { replaceTrack: async () => {} } });
    if (this.#lines.length === 1) queueMicrotask(() => this.signalingState === "closed" || this.onnegotiationneeded());
  }
  createDataChannel() {
    return {};
  }
  getTransceivers() {
    return this.#lines;
  }
  async setLocalDescription() {
    const answers = this.signalingState === "have-remote-offer";
    this.signalingState = answers ? "stable" : "have-local-offer";
    this.localDescription = { type: answers ? "answer" : "offer", of: this.name };
    queueMicrotask(() => this.onicecandidate({ candidate: { of: this.name } }));
  }
  async setRemoteDescription(description) {
    const fits = { offer: "stable", answer: "have-local-offer" }[description.type];
    if (this.signalingState !== fits) throw new Error(`${description.type} in ${this.signalingState}`);
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
    this.remoteDescription = description;
  }
  async addIceCandidate({ of }) {
    if (of !== this.remoteDescription.of) throw new Error("another connection's");
  }
  restartIce() {
    this.restarted = true;
  }
  close() {
    this.signalingState = "closed";
  }
};
const opened = [];
globalThis.RTCPeerConnection = class extends globalThis.RTCPeerConnection {
  constructor() {
    super();
    opened.push(this);
  }
};
const settled = () => new Promise(done => setImmediate(done));

/** A random run. @param {number} seed @param {number} acts @returns whether at its end each has the other's connection */
async function run(seed, acts) {
  let state = seed * 2654435761;
  const chance = most => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  const devices = Object.assign(new EventTarget(), { track: () => null, on: {} });
  const other = { ada: "bob", bob: "ada" };
  const tabs = {};
  const late = [];
  opened.length = 0;

  const comes = me => {
    tabs[me] = new m.Others({ me: () => me, devices, send: (to, data) => late.push([to, data]) });
    tabs[me].connect(other[me]);
  };
  const hears = async () => {
    const [[to, data]] = late.splice(chance(late.length), 1);
    await tabs[to].take(other[to], m.parsed(data));
    await settled();
  };
  comes("ada");
  comes("bob");
  for (let act = 0; act < acts; act += 1) {
    nowMs += chance(3);
    const who = ["ada", "bob"][chance(2)];
    const what = chance(8);
    if (what === 0) tabs[who].connect(other[who]); // told that they went, and came
    else if (what === 1) {
      tabs[who].close(other[who]); // the call goes on in another tab
      nowMs += 1;
      comes(who);
    } else if (late.length) await hears();
    await settled();
  }
  for (let left = 1_000; late.length && left; left -= 1) await hears();
  const living = opened.filter(one => one.signalingState !== "closed");
  const [one, two] = living;
  return (
    late.length === 0 &&
    living.length === 2 &&
    one.remoteDescription?.of === two.name &&
    two.remoteDescription?.of === one.name &&
    living.every(({ signalingState, restarted }) => signalingState === "stable" && !restarted)
  );
}

/** Seeds of runs that end badly. @param {number} acts */
async function failing(acts) {
  const bad = [];
  for (let seed = 1; seed <= 300; seed += 1) if (!(await run(seed, acts))) bad.push(seed);
  return bad;
}
