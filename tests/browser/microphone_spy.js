// Remembers every microphone track and audio clock that the page opens, as an init script, to ask later whether any is
// still open. After fake_microphone.js, whose own audio clock is the room's and no part of the page.
(() => {
  const tracks = [];
  const clocks = [];
  const asked = [];
  window.earshotSpy = {
    asked: () => asked, // the constraints, each time the page wanted a microphone
    opened: () => tracks.length,
    open: () =>
      tracks.filter(track => track.readyState !== "ended").length +
      clocks.filter(clock => clock.state !== "closed").length,
  };

  window.AudioContext = class extends window.AudioContext {
    constructor(...options) {
      super(...options);
      clocks.push(this);
    }
  };

  const devices = navigator.mediaDevices;
  const open = devices?.getUserMedia.bind(devices);
  if (!open) return;
  devices.getUserMedia = async constraints => {
    asked.push(constraints);
    const stream = await open(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
})();
