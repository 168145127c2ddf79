"""/dev/lifetimes: how the promises stand on this machine, for whoever sits at it."""

import html
import json
from collections.abc import Sequence
from dataclasses import asdict

from aiohttp.web import BaseRequest, Response

from chalicelib.privacy.retention import Promise, promises
from chalicelib.runtime.http import HTML, JSON, PAGE_POLICY
from chalicelib.runtime.problems import no_such_path
from chalicelib.web.i18n import counted
from infra.local.answers import answer
from infra.local.engine import LOOPBACK
from infra.local.standing import Standing, Watch

PATH = "/dev/lifetimes"
SHEETS = ("tokens", "base", "frame", "pages", "report")
SECOND = 1_000


def lifetimes_answer(watch: Watch, request: BaseRequest) -> Response:
    """A page, or JSON for programs. Raises NotFound for another machine: how much there is concerns nobody else."""
    refuse_others(request)
    found = watch.look()
    if "application/json" in request.headers.get("Accept", ""):
        return answer(json.dumps({"kinds": [asdict(one) for one in found]}).encode(), JSON)
    return answer(page(found).encode(), HTML, policy=PAGE_POLICY)


def refuse_others(request: BaseRequest) -> None:
    """Raises NotFound."""
    if request.remote not in LOOPBACK or request.method not in ("GET", "HEAD"):
        raise no_such_path()


def page(found: Sequence[Standing]) -> str:
    """One table of kinds, one of what the reaper did beside them."""
    named = {one.lifetime.kind: one for one in promises("en")}
    kinds = [one for one in found if one.kind in named]
    acts = [one for one in found if one.kind not in named]
    sheets = "".join(f'<link rel="stylesheet" href="/assets/css/{one}.css">' for one in SHEETS)
    rows = "".join(_row(one, named[one.kind]) for one in kinds)
    overdue = sum(one.overdue for one in kinds)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Lifetimes · Earshot</title>{sheets}"
        '<body><main><article class="page-alone report"><h1>Lifetimes on this machine</h1>'
        f"<p>{_said(overdue)} What is past its end is read by nobody; lateness is how long after it something lay "
        f'here, at worst since the start. <a href="{PATH}">Look again</a></p>'
        "<div class='scroll' tabindex='0' role='region' aria-label='Kinds of data'><table><thead><tr>"
        "<th scope='col'>Kind</th><th scope='col'>Lives for</th><th scope='col'>Living</th>"
        "<th scope='col'>Past their end</th><th scope='col'>Worst lateness</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{_acts(acts)}</article></main></body></html>"
    )


def _said(overdue: int) -> str:
    return "Nothing is past its end." if not overdue else f"Past their end and not deleted yet: {overdue}."


def _row(one: Standing, promise: Promise) -> str:
    count, unit = promise.length
    cells = (counted("en", f"length.{unit}", count), f"{one.living}", f"{one.overdue}", _late(one))
    told = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f"<tr><th scope='row'>{html.escape(promise.name)}</th>{told}</tr>"


def _acts(acts: Sequence[Standing]) -> str:
    if not acts:
        return ""
    rows = "".join(f"<tr><th scope='row'>{html.escape(one.kind)}</th><td>{_late(one)}</td></tr>" for one in acts)
    return (
        "<h2>Other work of the reaper</h2><table><thead><tr><th scope='col'>What</th>"
        f"<th scope='col'>Worst lateness</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _late(one: Standing) -> str:
    return f"{one.late_ms / SECOND:.1f} s" if one.late_ms else "none"
