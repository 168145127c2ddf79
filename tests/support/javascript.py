"""The browser client's pure modules, run by the Node.js that Playwright brings: no browser is started."""

import json
import subprocess
from pathlib import Path
from typing import Any

import playwright

NODE = Path(playwright.__file__).parent / "driver" / "node"
SCRIPTS = Path(__file__).parents[2] / "chalicelib" / "web" / "static" / "js"


def evaluated(module: str, expression: str, before: str = "") -> Any:
    """What an expression gives that uses the module's exports, as `m`; the statements `before` prepare for it."""
    address = json.dumps((SCRIPTS / module).as_uri())
    script = f"import * as m from {address};\n{before}\nconsole.log(JSON.stringify(await ({expression})));"
    command = [str(NODE), "--input-type=module", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
