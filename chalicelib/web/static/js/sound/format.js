// Every number that fingerprint format 1 rests on. The server holds the same ones: change both, and the version.

export const TYPE = "application/vnd.earshot.fingerprint";
export const MAGIC = [0x45, 0x53, 0x46, 1]; // "ESF" and the version
export const HEADER_BYTES = 32;
export const DURATION_MIN_S = 1;
export const DURATION_MAX_S = 4;
export const PERIOD_MS = 60_000; // an all-pass key's minute

export const WAVE = {
  hz: 2_400,
  lowHz: 48,
  whitenHz: 60,
  flattenSamples: 73, // 30 ms
  step: 0.843, // near-optimal for five levels of a Gaussian (Max 1960)
  max: 2,
  levels: 5, // -2 … 2
};

export const ALL_PASS_TAPS = 600; // 0.25 s at 2 400 Hz

/** Frames of 64 ms every 15 ms: what the envelope and the signature are made of. */
export const FRAMES = { hz: 16_000, length: 1_024, hop: 240, floorShare: 0.15 };

export const ENVELOPE = {
  bands: 24,
  lowHz: 800,
  highHz: 6_500,
  every: 2, // one row is kept of two frames: 30 ms
  riseFrames: 4 / 3, // 20 ms
  fallFrames: 32 / 3, // 160 ms
  margin: 43, // frames: four of the wider deviations
  neighbours: 7, // bands
  step: 0.75,
  min: -2,
  max: 3, // sounds rise higher than they fall
  levels: 6,
};

export const SIGNATURE = {
  slotUs: 80_000,
  bands: 32, // one bit each of a word
  lowHz: 150,
  highHz: 5_000,
  around: 13, // slots: the second that a slot is compared with
  across: 15, // bands: the stretch that a band is compared with
};

export const QUALITY = {
  clippedAt: 0.97, // of full scale
  gapDb: 50, // under the loudest frame
  movementSteps: 200, // a unit of movement
  tones: 3,
  linesATone: 3, // Hann main lobe of a 15.6 Hz line: one line either side
};
