"""Static files have another address once they change, so that they are cached for ever (G1)."""

import re

import pytest

from chalicelib.runtime.settings import settings
from chalicelib.web import pages
from chalicelib.web.pages import Reader


@pytest.mark.parametrize("render", [pages.home, pages.history, pages.report, pages.shared, pages.mine, pages.policy])
def test_a_page_names_its_files_where_they_are(monkeypatch: pytest.MonkeyPatch, render: object) -> None:
    """G1: every one of them, deployed; what they import lies beside them."""
    monkeypatch.setenv("EARSHOT_ASSETS", "/assets/digest")
    settings.cache_clear()
    assert callable(render)
    page = render(Reader("en"))
    named = re.findall(r'(?:href|src)="(/assets[^"]*)"', page)
    assert len(named) > 5
    assert all(one.startswith("/assets/digest/") for one in named)
