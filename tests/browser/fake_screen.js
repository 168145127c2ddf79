// A screen to share, as an init script: headless Chromium has none, and nobody to choose it.
(() => {
  if (!navigator.mediaDevices) return;
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [320, 180];
    const paint = canvas.getContext("2d");
    setInterval(() => {
      paint.fillStyle = `hsl(${(performance.now() / 10) % 360} 80% 50%)`;
      paint.fillRect(0, 0, 320, 180);
    }, 100);
    return canvas.captureStream(10);
  };
})();
