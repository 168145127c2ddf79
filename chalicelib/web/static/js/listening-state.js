import { t } from "./i18n.js";

/** @type {ListeningState} */
export const IDLE = {
  phase: "idle",
  hint: null,
  trouble: null,
  untilMs: null,
  sent: 0,
  processing: "off",
  inside: false,
};

/** @type {Record<Trouble, [title: string, body: string]>} */
const TROUBLES = {
  refused: ["trouble.refused.title", "trouble.refused.body"],
  "no-microphone": ["trouble.no-microphone.title", "trouble.no-microphone.body"],
  "microphone-busy": ["trouble.microphone-busy.title", "trouble.microphone-busy.body"],
  "microphone-lost": ["trouble.microphone-lost.title", "trouble.microphone-lost.body"],
  "no-cookies": ["trouble.no-cookies.title", "trouble.no-cookies.body"],
  insecure: ["trouble.insecure.title", "trouble.insecure.body"],
  unsupported: ["trouble.unsupported.title", "trouble.unsupported.body"],
  away: ["trouble.away.title", "trouble.away.body"],
  "too-many": ["trouble.too-many.title", "trouble.too-many.body"],
  unexpected: ["trouble.unexpected.title", "trouble.unexpected.body"],
};

/** @type {Record<string, [title: string, body: string]>} by the server's ids */
const HINTS = {
  "too-quiet": ["hint.too-quiet.title", "hint.too-quiet.body"],
  "steady-sound": ["hint.steady-sound.title", "hint.steady-sound.body"],
  clipped: ["hint.clipped.title", "hint.clipped.body"],
  "noise-suppression": ["hint.noise-suppression.title", "hint.noise-suppression.body"],
  clock: ["hint.clock.title", "hint.clock.body"],
  crowded: ["hint.crowded.title", "hint.crowded.body"],
  knocking: ["hint.knocking.title", "hint.knocking.body"],
  unsure: ["hint.unsure.title", "hint.unsure.body"],
  refused: ["hint.refused.title", "hint.refused.body"],
};

/** @type {Record<string, string>} what helps at once, while there is time; the rest is told at the end */
const TIPS = {
  "too-quiet": "tip.too-quiet",
  "steady-sound": "tip.steady-sound",
  clipped: "tip.clipped",
  crowded: "tip.crowded",
  knocking: "tip.knocking",
  unsure: "tip.unsure",
};

/** @param {ListeningState} state */
export function statusText({ phase, sent, inside }) {
  if (phase === "starting") return t("status.starting");
  if (phase === "listening") return t(sent ? "status.comparing" : "status.listening");
  if (phase === "finishing") return t(inside ? "status.letting-in" : "status.finishing");
  if (phase === "back") return t("status.back");
  if (phase === "joined") return t(inside ? "status.let-in" : "status.joined");
  return "";
}

/** @param {ListeningState} state */
export function tipText({ phase, hint }) {
  const tip = phase === "listening" && hint ? TIPS[hint] : undefined;
  return tip ? t(tip) : "";
}

/** Twenty seconds have brought nobody: what to try. @param {ListeningState} state @returns {[string, string]} */
function unheard({ hint, processing }) {
  const keys = hint ? HINTS[hint] : undefined;
  if (keys) return [t(keys[0]), t(keys[1])];
  return [t("alone.title"), t(processing === "off" ? "alone.body" : "alone.processed")];
}

/** @param {ListeningState} state @returns {[title: string, body: string] | null} */
export function adviceText(state) {
  if (state.phase === "unheard") return unheard(state);
  const keys = state.trouble && TROUBLES[state.trouble];
  return keys ? [t(keys[0]), t(keys[1])] : null;
}
