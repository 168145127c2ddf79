"""What the styles may use: every browser from the floor on reads all of them (G5)."""

import re
from pathlib import Path

import pytest

from chalicelib import web

STYLES = sorted((Path(web.__file__).parent / "static" / "css").glob("*.css"))
TOO_NEW = {
    "ranges in media queries (Safari 16.4), without which there is no phone layout": r"@media[^{]*[<>=]",
    "color-mix (Chrome 111, Safari 16.2)": r"color-mix\(",
    ":has in a list of selectors, all of it void before Firefox 121": r",[^{},;]*:has\(|:has\([^{;]*,[^{;]*\{",
}


@pytest.mark.parametrize("what", TOO_NEW)
def test_styles_use_nothing_newer_than_the_floor(what: str) -> None:
    """G5: such a rule is not there for browsers that get the page, on iOS 16.0 the layout for phones."""
    assert {file.name: re.findall(TOO_NEW[what], file.read_text()) for file in STYLES} == {
        file.name: [] for file in STYLES
    }
