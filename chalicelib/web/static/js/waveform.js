// The sound in the air as a ring of bars round the ear: the newest on top, older ones running down both sides.

const BARS = 60; // each side
const FLOOR_DB = -60;
const CALM_MS = 500; // between drawings for who asked for less motion

/** @param {Float32Array} samples @returns {number} loudness 0 … 1 */
export function loudness(samples) {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  const db = 10 * Math.log10(energy / samples.length + 1e-12);
  return Math.max(0, Math.min(1, 1 - db / FLOOR_DB));
}

export class Waveform {
  #levels = new Float32Array(BARS);
  #drawnAt = 0;
  #calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  #running = false;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
  }

  #canvas;

  /** @param {Float32Array} samples */
  add(samples) {
    this.#levels.copyWithin(1, 0);
    this.#levels[0] = loudness(samples);
  }

  start() {
    this.#levels.fill(0);
    this.#running = true;
    requestAnimationFrame(this.#frame);
  }

  stop() {
    this.#running = false;
    this.#canvas.getContext("2d")?.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  #frame = (/** @type {number} */ now) => {
    if (!this.#running) return;
    requestAnimationFrame(this.#frame);
    if (this.#calm.matches && now - this.#drawnAt < CALM_MS) return;
    this.#drawnAt = now;
    this.#draw();
  };

  /** Without motion one even ring shows the mean of the last seconds. */
  #heights() {
    if (!this.#calm.matches) return this.#levels;
    const mean = this.#levels.reduce((sum, level) => sum + level, 0) / BARS;
    return new Float32Array(BARS).fill(mean);
  }

  #draw() {
    const canvas = this.#canvas;
    const size = Math.round(canvas.clientWidth * window.devicePixelRatio);
    if (canvas.width !== size) canvas.width = canvas.height = size;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    const style = getComputedStyle(canvas);
    pen.clearRect(0, 0, size, size);
    pen.strokeStyle = style.color;
    pen.lineCap = "round";
    pen.lineWidth = Math.max(2, size / 150);
    const inner = (size / 2) * Number.parseFloat(style.getPropertyValue("--wave-inner"));
    this.#heights().forEach((level, i) => {
      bars(pen, size / 2, inner, level, i);
    });
  }
}

/** @param {CanvasRenderingContext2D} pen @param {number} centre @param {number} inner @param {number} level @param {number} i */
function bars(pen, centre, inner, level, i) {
  const outer = inner + 2 + level ** 1.5 * (centre - inner - 6);
  pen.globalAlpha = 1 - (0.75 * i) / BARS;
  for (const side of [-1, 1]) {
    const angle = -Math.PI / 2 + (side * Math.PI * (i + 0.5)) / BARS;
    pen.beginPath();
    pen.moveTo(centre + inner * Math.cos(angle), centre + inner * Math.sin(angle));
    pen.lineTo(centre + outer * Math.cos(angle), centre + outer * Math.sin(angle));
    pen.stroke();
  }
}
