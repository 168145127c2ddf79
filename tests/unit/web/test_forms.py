"""Forms in the pages' templates, as a browser has them before any script of ours runs."""

import re
from pathlib import Path

from chalicelib.web import i18n

TEMPLATES = Path(i18n.__file__).parent / "templates"


def test_no_form_ever_puts_what_was_typed_into_an_address() -> None:
    """C5, G6: sent before its script has come, a form without `post` would write a password into history and logs."""
    forms = [
        form for page in TEMPLATES.rglob("*.html") for form in re.findall(r"<form\b[^>]*>", page.read_text("utf-8"))
    ]
    assert len(forms) > 10
    assert [form for form in forms if 'method="post"' not in form] == []
