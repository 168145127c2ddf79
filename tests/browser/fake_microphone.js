// A microphone in a room whose sound is known, as an init script: every page that shares `t0` hears its own seat of
// that sound at the same instant, whenever it opens the microphone (within some 15 ms, like devices of real life).
// Before it: window.earshotRoom = {seat: "/path/to/seat.wav", t0: epoch ms at which the sound began}.
(() => {
  const SOON_S = 0.1; // the start is ordered a little ahead, so that it comes on time
  const { seat, t0 } = window.earshotRoom;
  const real = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (!real) return;
  const RoomClock = window.AudioContext; // as it is now: a spy may watch what the page makes later
  let room;

  const pause = ms => new Promise(done => setTimeout(done, ms));
  const wallMs = () => performance.timeOrigin + performance.now();

  async function openRoom() {
    const context = new RoomClock({ sampleRate: 48_000 });
    const buffer = await context.decodeAudioData(await (await fetch(seat)).arrayBuffer());
    await context.resume();
    return { context, buffer };
  }

  async function running(context) {
    while (context.currentTime < 0.25) await pause(20);
  }

  /** When to start, on the audio clock, and from where in the sound: the latest reading is the best. */
  async function beginning(context, buffer) {
    let found;
    for (let reading = 0; reading < 8; reading++) {
      const elapsedS = (wallMs() - t0) / 1000 + SOON_S;
      found = [context.currentTime + SOON_S, elapsedS % buffer.duration];
      await pause(3);
    }
    return found;
  }

  navigator.mediaDevices.getUserMedia = async constraints => {
    if (!constraints.audio) return real(constraints);
    room ??= openRoom();
    const { context, buffer } = await room;
    await running(context);
    const destination = context.createMediaStreamDestination();
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.loop = true;
    source.connect(destination);
    source.start(...(await beginning(context, buffer)));
    return destination.stream;
  };
})();
