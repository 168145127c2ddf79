import { AgeQuestion } from "./age.js";
import { OwnName } from "./name.js";
import { Panel } from "./panel.js";
import { keepTheme } from "./preferences.js";

/** Puts the panel together. @param {import("../session.js").Session} session */
export function openPanel(session) {
  const panel = new Panel(session);
  const age = new AgeQuestion(panel, session);
  new OwnName(panel, session, age);
  keepTheme(session);
  session.refresh();
  return panel;
}
