"""The browser client's pure modules, run by the Node.js that Playwright brings: no browser is started."""

import json
import subprocess
from pathlib import Path
from typing import Any

import playwright

NODE = Path(playwright.__file__).parent / "driver" / "node"
SCRIPTS = Path(__file__).parents[2] / "chalicelib" / "web" / "static" / "js"

MESSAGES = SCRIPTS.parents[1] / "messages" / "en.json"

PAGE = """
globalThis.window = globalThis;
const heard = new EventTarget();
for (const act of ["addEventListener", "dispatchEvent"]) globalThis[act] = heard[act].bind(heard);
globalThis.document = Object.assign(new EventTarget(), { body: { dataset: {} }, cookie: "" });
Object.assign(document, { documentElement: { lang: "en" }, visibilityState: "visible" });
document.getElementById = () => ({ textContent: process.getBuiltinModule("fs").readFileSync("MESSAGES") });
const notes = []; // what is said in passing
class Element extends EventTarget { // of whatever kind, and holding whatever is looked for in it
  textContent = ""; hidden = false; dataset = {}; isConnected = true;
  content = { cloneNode: () => ({ firstElementChild: new Element() }) };
  #within = new Map();
  querySelector(selector) {
    if (!this.#within.has(selector)) this.#within.set(selector, new Element());
    return this.#within.get(selector);
  }
  querySelectorAll() { return []; }
  append(one) { notes.push(one.textContent); }
  contains() { return false; }
  focus() {} remove() {} setAttribute() {} removeAttribute() {} toggleAttribute() {}
}
const kinds = ["", "Template", "Form", "Button", "Progress", "Image", "Anchor", "Time"];
for (const kind of kinds) globalThis[`HTML${kind}Element`] = Element;
const page = new Element();
document.querySelector = selector => page.querySelector(selector);
globalThis.localStorage = globalThis.sessionStorage = { getItem: () => null, setItem() {}, removeItem() {} };
globalThis.location = new URL("https://earshot.example/");
Math.random = () => 0; // the shortest pauses
const after = ms => new Promise(resolve => setTimeout(resolve, ms));
const made = parts => Object.assign(new EventTarget(), parts);
""".replace("MESSAGES", str(MESSAGES))  # as much of a browser's page as modules need that say and ask


def evaluated(module: str, expression: str, before: str = "") -> Any:
    """What an expression gives that uses the module's exports, as `m`, and other modules, as `await module(path)`; the
    statements `before` prepare for it."""
    load = f"const module = path => import({json.dumps(f'{SCRIPTS.as_uri()}/')} + path);"
    load += f"const m = await module({json.dumps(module)});"
    given = f"console.log(JSON.stringify(await ({expression})));\nprocess.exit();"  # a page's timers would go on
    script = "\n".join([PAGE, load, before, given])
    command = [str(NODE), "--input-type=module", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
