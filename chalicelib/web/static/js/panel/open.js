import { home } from "../addresses.js";
import { AccountSettings } from "./account.js";
import { AgeQuestion } from "./age.js";
import { Consents } from "./consents.js";
import { Erasing } from "./erased.js";
import { LogIn } from "./log-in.js";
import { OwnName } from "./name.js";
import { OpenMeeting } from "./open-meeting.js";
import { Panel } from "./panel.js";
import { keepTheme } from "./preferences.js";
import { Registration } from "./register.js";
import { SecondFactor } from "./second-factor.js";
import { MySessions } from "./sessions.js";

/** What an address that leads into the panel wants to see. */
function wanted() {
  if (location.pathname === "/login") return location.hash === "#forgot" ? "forgot" : "log-in";
  return location.pathname === "/register" ? "register" : null;
}

/** @param {import("../session.js").Session} session @param {Panel} panel @param {AgeQuestion} age */
async function showWanted(session, panel, age) {
  await session.read().catch(() => {}); // away: the step itself will say so
  const step = wanted();
  if (!step) return;
  history.replaceState(null, "", home());
  panel.open();
  if (step === "register") await age.before(step);
  else panel.show(step);
}

/**
 * Puts the panel together.
 * @param {import("../session.js").Session} session @param {(roomId: string) => void} opened to which meeting the person goes
 */
export function openPanel(session, opened) {
  const panel = new Panel(session);
  const age = new AgeQuestion(panel, session);
  new OwnName(panel, session, age);
  new MySessions(panel, session);
  new LogIn(panel, session);
  new Registration(panel, age);
  new AccountSettings(panel, session, new Erasing(panel, session));
  new SecondFactor(panel);
  const consents = new Consents();
  panel.onstep("consents", () => consents.read());
  new OpenMeeting(panel, opened);
  keepTheme(session);
  void showWanted(session, panel, age);
  const rename = () => {
    panel.open();
    age.before("name");
  };
  const askAge = () => {
    panel.open();
    void age.before("home");
  };
  return { panel, rename, askAge };
}
