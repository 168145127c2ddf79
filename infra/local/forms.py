"""What was sent by forms, at /dev/forms for whoever sits at this machine; elsewhere: `python -m infra.outreach`."""

import html
import json
from typing import Any

from aiohttp.web import BaseRequest, Response

from chalicelib.outreach.models import Form, forms
from chalicelib.runtime.clock import now
from chalicelib.runtime.http import HTML, JSON, PAGE_POLICY
from infra.local.answers import answer
from infra.local.lifetimes import refuse_others

PATH = "/dev/forms"


def forms_answer(request: BaseRequest) -> Response:
    """A page, or JSON for programs. Raises NotFound for another machine: people wrote to the operator alone."""
    refuse_others(request)
    found = sorted(forms.everything(now=now()), key=lambda one: int(one.sent_at_ms), reverse=True)
    shown = [_shown(one) for one in found]
    if "application/json" in request.headers.get("Accept", ""):
        return answer(json.dumps(shown).encode(), JSON)
    return answer(page(shown).encode(), HTML, policy=PAGE_POLICY)


def page(shown: list[dict[str, Any]]) -> str:
    """Everything that somebody wrote is text."""
    articles = "".join(map(_article, shown)) or "<p>Nothing yet.</p>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Forms sent here</title>'
        f"<main><h1>Forms sent here</h1>{articles}</main></html>"
    )


def _article(one: dict[str, Any]) -> str:
    said = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(str(text))}</dd>" for name, text in one["said"].items()
    )
    return f"<article><h2>{html.escape(one['form'])}</h2><dl>{said}</dl></article>"


def _shown(one: Form) -> dict[str, Any]:
    return {"form": type(one).__name__, "sent_at_ms": int(one.sent_at_ms), "said": dict(one.said)}
