"""Which links may be staged, and how they come back: where a link leads is what its card says (B8)."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given, strategies as st

from chalicelib.content import rules
from chalicelib.content.rules import check_frame, clean_title, clean_url, host_of
from chalicelib.runtime.errors import Invalid

TAKEN = {
    "https://example.org": "https://example.org",
    "http://example.org/": "http://example.org/",
    "HTTPS://EXAMPLE.org/Path?Query#Part": "https://example.org/Path?Query#Part",
    "https://example.org:443/": "https://example.org/",
    "http://example.org:80/": "http://example.org/",
    "http://example.org:443/": "http://example.org:443/",
    "https://example.org:08443/": "https://example.org:8443/",
    "https://example.org?a@b:c//d": "https://example.org?a@b:c//d",
    "https://example.org#@evil.example": "https://example.org#@evil.example",
    "https://example.org/@someone": "https://example.org/@someone",
    "https://example.org/wiki/Überraschung": "https://example.org/wiki/Überraschung",
    "https://bücher.example/": "https://xn--bcher-kva.example/",
    "https://пример.рф/": "https://xn--e1afmkfd.xn--p1ai/",
    "https://аpple.example/": "https://xn--pple-43d.example/",  # the first letter is Cyrillic, and so it is shown
    "https://EXAMPLE。org/": "https://example.org/",
    "https://xn--bcher-kva.example/": "https://xn--bcher-kva.example/",
    "https://my_host.example/": "https://my_host.example/",
    "https://ab--cd.example/": "https://ab--cd.example/",
    "https://xn--fa-hia.example/": "https://xn--fa-hia.example/",
    "https://שלום.example/": "https://xn--9dbne9b.example/",
    "https://localhost:8000/": "https://localhost:8000/",
    "https://127.0.0.1/": "https://127.0.0.1/",
    "https://[::1]:8080/": "https://[::1]:8080/",
    "https://[2001:DB8:0:0::1]/": "https://[2001:db8::1]/",
    "https://example.org./": "https://example.org./",
}

REFUSED = {
    "": rules.SCHEME,
    "example.org": rules.SCHEME,
    "//example.org": rules.SCHEME,
    "javascript:alert(1)": rules.SCHEME,
    "JaVaScRiPt:alert(1)": rules.SCHEME,
    "javascript://example.org/%0Aalert(1)": rules.SCHEME,
    "data:text/html,<script>": rules.SCHEME,
    "file:///etc/passwd": rules.SCHEME,
    "ftp://example.org": rules.SCHEME,
    "blob:https://example.org/1": rules.SCHEME,
    "about:blank": rules.SCHEME,
    "ws://example.org": rules.SCHEME,
    "httpx://example.org": rules.SCHEME,
    "http:example.org": rules.SCHEME,
    "http:/example.org": rules.SCHEME,
    "view-source:https://example.org": rules.SCHEME,
    "https://": rules.NO_HOST,
    "https:///example.org": rules.NO_HOST,
    "https://?a": rules.NO_HOST,
    "https://:443/": rules.NO_HOST,
    "https://ada@example.org/": rules.CREDENTIALS,
    "https://ada:secret@example.org/": rules.CREDENTIALS,
    "https://@example.org/": rules.CREDENTIALS,
    "https://example.org:443@evil.example/": rules.CREDENTIALS,
    "https://example.org%40evil.example/": rules.BAD_HOST,
    "https://example.org\\@evil.example/": rules.SPACES,
    "https://example.org\\evil": rules.SPACES,
    "https:\\\\example.org": rules.SPACES,
    " https://example.org": rules.SPACES,
    "https://example.org/a b": rules.SPACES,
    "https://example.org/\u00a0": rules.SPACES,
    "https://example.org/\n": rules.UNSEEN,
    "java\tscript:alert(1)": rules.UNSEEN,
    "https://exa\u0000mple.org": rules.UNSEEN,
    "https://example.org/\u202egro.live": rules.UNSEEN,
    "https://exam\u200bple.org/": rules.UNSEEN,
    "https://example.org/\u2028": rules.UNSEEN,
    "https://example.org:0/": rules.BAD_PORT,
    "https://example.org:65536/": rules.BAD_PORT,
    "https://example.org:/": rules.BAD_PORT,
    "https://example.org:8o/": rules.BAD_PORT,
    "https://example.org:٨٠/": rules.BAD_PORT,
    "https://example.org:80:80/": rules.BAD_PORT,
    "https://2130706433/": rules.BAD_HOST,
    "https://0x7f.1/": rules.BAD_HOST,
    "https://0x/": rules.BAD_HOST,
    "https://127.1/": rules.BAD_HOST,
    "https://127.0.0.01/": rules.BAD_HOST,
    "https://1.2.3.4.5/": rules.BAD_HOST,
    "https://256.256.256.256/": rules.BAD_HOST,
    "https://127.0.0.1./": rules.BAD_HOST,
    "https://[::1/": rules.BAD_HOST,
    "https://[::1]x/": rules.BAD_HOST,
    "https://[fe80::1%25eth0]/": rules.BAD_HOST,
    "https://[]/": rules.BAD_HOST,
    "https://./": rules.BAD_HOST,
    "https://a..b/": rules.BAD_HOST,
    "https://-a.example/": rules.BAD_HOST,
    "https://exa%6Dple.org/": rules.BAD_HOST,
    "https://exa<mple.org/": rules.BAD_HOST,
    "https://straße.example/": rules.BAD_HOST,  # strasse to one standard, another host to the next
    "https://\u1e9e.example/": rules.BAD_HOST,
    "https://xn--a.example/": rules.BAD_HOST,  # stands for no letters: Firefox and Safari do not open it
    "https://xn--0.example/": rules.BAD_HOST,
    "https://xn--n3h.example/": rules.BAD_HOST,  # a snowman, which IDNA 2008 has no place for
    "https://xn--.example/": rules.BAD_HOST,
    "https://xn--abc-.example/": rules.BAD_HOST,
    "https://a\u0378b.example/": rules.BAD_HOST,  # no letter of any alphabet
    "https://\u0301a.example/": rules.BAD_HOST,
    "https://\u0660.example/": rules.BAD_HOST,
    "https://0a.שלום/": rules.BAD_HOST,  # a name from right to left may not have such a part
    f"https://{'a' * 64}.example/": rules.BAD_HOST,
    f"https://{'a.' * 127}example/": rules.BAD_HOST,
    "https://example.org/" + "a" * 2_029: rules.TOO_LONG,
    "https://example.org/" + "é" * 1_015: rules.TOO_LONG,
}


@pytest.mark.parametrize("text", TAKEN, ids=ascii)
def test_a_link_that_every_browser_reads_the_same_way_is_taken(text: str) -> None:
    """B8: only http(s); the host in the letters that DNS knows, so that no letter can pass for another."""
    assert clean_url(text) == TAKEN[text]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text)[:60])
def test_any_other_is_refused_with_its_reason(text: str) -> None:
    """B8: a scheme that runs code or reads files, credentials, what deceives the eye or divides the browsers."""
    with pytest.raises(Invalid) as refused:
        clean_url(text)
    assert [(error.at, error.reason) for error in refused.value.errors] == [("$.url", REFUSED[text])]


def test_the_length_is_counted_in_bytes_to_the_last() -> None:
    """Issue: URL at most 2,048 bytes, of what is sent and of what is stored."""
    longest = "https://example.org/" + "a" * 2_028
    assert clean_url(longest) == longest
    grows = "https://bücher.example/"
    grown = clean_url(grows)
    with pytest.raises(Invalid):
        clean_url(grows + "a" * (2_048 - len(grown) + 1))
    assert len(clean_url(grows + "a" * (2_048 - len(grown)))) == 2_048


@given(st.text(max_size=60) | st.from_regex(r"https?://[!-~¡-ͯ]{0,40}", fullmatch=True))
def test_whatever_is_taken_says_where_it_leads(text: str) -> None:
    """B8: a link that is taken stays as it is, has no credentials, and its host is plain."""
    try:
        url = clean_url(text)
    except Invalid:
        return
    assert clean_url(url) == url
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https")
    assert parts.username is None
    assert parts.password is None
    assert host_of(url) == parts.netloc
    assert parts.netloc.isascii()
    assert parts.netloc == parts.netloc.lower()
    assert not set(parts.netloc) & set("@\\/?#%<> ")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (None, None), ("", None), ("  \n ", None), ("  A \t title ", "A title"), ("a" * 200, "a" * 200),
        ("Zoë\u0308", "Zoë\u0308"), ("e\u0301", "é"), ("👩\u200d🔬", "👩\u200d🔬"), ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)  # fmt: skip
def test_a_title_is_one_line(text: str | None, title: str | None) -> None:
    assert clean_title(text) == title


@pytest.mark.parametrize(
    ("text", "reason"),
    [("a" * 201, rules.TITLE_LONG), ("a\u0000b", rules.UNSEEN), ("a\u202eb", rules.UNSEEN), ("\ufeff", rules.UNSEEN)],
)
def test_a_title_that_is_too_long_or_deceives_is_refused(text: str, reason: str) -> None:
    """Issue: title at most 200 characters; 422 with a reason."""
    with pytest.raises(Invalid) as refused:
        clean_title(text)
    assert [(error.at, error.reason) for error in refused.value.errors] == [("$.title", reason)]


@pytest.mark.parametrize(
    ("url", "origin", "reason"),
    [
        ("https://earshot.example/", "https://earshot.example", rules.OWN_ORIGIN),
        ("https://earshot.example./rooms/1", "https://earshot.example", rules.OWN_ORIGIN),
        ("http://127.0.0.1:8000/join", "http://127.0.0.1:8000", rules.OWN_ORIGIN),
        ("http://example.org/", "https://earshot.example", rules.NOT_SECURE),
        ("http://earshot.example/", "https://earshot.example", rules.NOT_SECURE),
    ],
)
def test_our_own_pages_and_insecure_ones_are_never_framed(url: str, origin: str, reason: str) -> None:
    """B6, B8: own origin as frame: 422; http: on an https page is never framed."""
    with pytest.raises(Invalid) as refused:
        check_frame(url, origin)
    assert [(error.at, error.reason) for error in refused.value.errors] == [("$.as", reason)]


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://example.org/", "https://earshot.example"),
        ("https://earshot.example:8443/", "https://earshot.example"),
        ("https://www.earshot.example/", "https://earshot.example"),
        ("http://example.org/", "http://127.0.0.1:8000"),
        ("https://[::1]:8000/", "http://127.0.0.1:8000"),
    ],
)
def test_other_pages_may_be_framed(url: str, origin: str) -> None:
    check_frame(url, origin)
