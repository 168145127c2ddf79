"""What a page frames (static/js/content/framing.js): a second look after the server's."""

import pytest

from tests.support.javascript import evaluated


@pytest.mark.parametrize(
    ("url", "page", "framed"),
    [
        ("https://example.org/", "https://earshot.example/", True),
        ("http://example.org/", "https://earshot.example/", False),
        ("http://example.org/", "http://earshot.example/", True),
        ("https://earshot.example/login", "https://earshot.example/", False),
        ("javascript:alert(1)", "https://earshot.example/", False),
        ("https://a b.example/", "https://earshot.example/", False),
        ("", "https://earshot.example/", False),
    ],
)
def test_only_pages_of_others_that_may_be_framed_are(url: str, page: str, framed: bool) -> None:
    """B6, G5: in browsers that came before URL.canParse as well; what cannot be read throws nowhere."""
    old = "delete URL.canParse;"
    assert evaluated("content/framing.js", f"m.frameable({url!r}, new URL({page!r}))", old) is framed
